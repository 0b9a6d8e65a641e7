"""The table at the top of the product's page, with what was measured beside what is aimed at."""


def print_table(figures):
    def seconds(key):
        value = figures.get(key)
        return "not measured" if value is None else f"{value:g} s"

    def scans(figures):
        if figures.get("scanned_pushes") is None:
            return "not measured"
        return f"{figures['scanned_pushes']} of {figures['scanned_pushes'] + figures['unscanned_pushes']} pushes, {figures['scan_ms']:g} ms (median)"

    rows = [
        ("", "before", "Yunxiao + ACK", "aim", "measured"),
        ("release, push to live *", "10 min", "3 min", "10 s", f"{seconds('release_s')}  (whole: {seconds('release_total_s')})"),
        ("roll back", "1 h", "3 min", "0.5 s", seconds("rollback_s") + (" (warm)" if figures.get("rollback_warm") else " (cold)")),
        ("scale out", "1 h", "1 min", "2 s", seconds("scale_out_s")),
        ("put a new application on line *", "half a day", "10 min", "60 s", f"{seconds('new_app_s')}  (whole: {seconds('new_app_total_s')})"),
        ("set up one more pipeline", "-", "2 min", "20 s", seconds("new_pipeline_s")),
        ("a killed instance: full strength", "-", "-", "1 s", seconds("heal_s")),
        ("review", "rare", "forced", "forced", "not in this version (room: review)"),
        ("code scan", "sometimes", "every push", "every push, < 1 s", scans(figures)),
        ("requests lost", "some", "some", "0", f"{figures.get('requests_failed')} of {figures.get('requests')}"),
        ("notices sent", "-", "-", "-", str(figures.get("notices_sent"))),
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    print()
    for number, row in enumerate(rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
    print(f"* without the application's own compile and tests ({seconds('compile_s')}) and start ({seconds('app_start_s')})")
