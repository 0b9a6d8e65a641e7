"""One figure beside its aim and its reference, and what a command costs."""
import os
import statistics
import subprocess
import tempfile
import time

ENDS = (0, 1, 4, 6)  # of a scanner with findings: 1 ours, 4 PMD's; 6: ours, not everything was checked


def cost(command, environment=None):
    """Of a command that may end with findings: seconds, of them on a processor, and MiB at the most. GNU time starts it, because a process
    inherits the most memory of the one that started it, and Python's is more than ours."""
    with tempfile.NamedTemporaryFile(prefix="sampan-bench-") as most:
        began = time.perf_counter()
        process = subprocess.Popen(["time", "-q", "-f", "%M", "-o", most.name, *command], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in ENDS:
            raise SystemExit(f"bench: {command[0]} ended with {process.returncode}")
        return took, usage.ru_utime + usage.ru_stime, int(most.read()) / 1024


def figure(name, values, unit, aim, reference=None, more_is_better=False, ratio_aim=None):
    """values, reference: lists of runs; their medians are compared. aim: in the unit, or None; ratio_aim: of value : reference, or None."""
    value = statistics.median(values)
    against = statistics.median(reference) if reference else None
    ratio = value / against if against else None
    better = (lambda x, y: x >= y) if more_is_better else (lambda x, y: x <= y)
    met = (aim is None or better(value, aim)) and (ratio_aim is None or (ratio is not None and better(ratio, ratio_aim)))
    return {"name": name, "value": rounded(value), "unit": unit, "aim": aim, "ratio_aim": ratio_aim, "met": met, "reference": rounded(against), "ratio": rounded(ratio),
            "runs": len(values)}


def rounded(value):
    return None if value is None else float(f"{value:.4g}")
