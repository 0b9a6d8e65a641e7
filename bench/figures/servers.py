"""The server itself: its start, its memory, its lists with many runs in them."""
import pathlib
import re
import tempfile
import time

from figure import figure
from house import House, answer_of, run, wait_for
from pipelines import MANY, PIPELINE

FIGURES = ["start_ms", "idle_memory_mb", "list_p99_ms", "page_p99_ms"]


def measure(names):
    with tempfile.TemporaryDirectory(prefix="sampan-bench-") as folder:
        house = House(pathlib.Path(folder))
        house.start()
        try:
            fill(house)
            starts = []
            for _ in range(7):
                house.stop()
                began = time.time()
                house.launch()
                while not answer_of(house.url + "/healthz"):
                    time.sleep(0.001)
                starts.append(1e3 * (time.time() - began))
            time.sleep(5)
            memory = int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{house.process.pid}/status").read_text())[1]) / 1024
            found = [figure("start_ms", starts, "ms", 100), figure("idle_memory_mb", [memory], "MiB", 40)]
            empty = p99(house, "/healthz")
            found += [figure("list_p99_ms", [p99(house, "/api/v1/runs?limit=50")], "ms", 20, [empty]), figure("page_p99_ms", [p99(house, "/")], "ms", 20, [empty])]
            yield from (f for f in found if f["name"] in names)
        finally:
            house.take_down()


def fill(house):
    """100 repositories with 100 runs each: in half of them they are over, in the others they wait for a runner nobody has."""
    for n in range(100):
        job = "runsOn: { labels: nowhere }," if n % 2 else """condition: '"a" == "b"',"""
        repo = house.repository(f"filled{n}", {".sampan/one.yaml": PIPELINE.format(filter="^b", command="true").replace("one: { name: One,", f"one: {{ name: One, {job}", 1) + MANY})
        repo.commit("First")
        repo.push("master")
        repo.git("push", "-q", "origin", *[f"HEAD:refs/heads/b{n}" for n in range(100)])
    wait_for("10,000 runs", lambda: (house.li.get("/api/v1/runs?limit=1")["items"] or [{"id": 0}])[0]["id"] >= 10_000, 120, 0.5)


def p99(house, path):
    """Milliseconds, under 64 connections."""
    said = run(["wrk", "-t1", "-c64", "-d4", "--latency", "-H", f"Authorization: Bearer {house.tokens['li']}", house.url + path])
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
    if "Non-2xx" in said:
        raise SystemExit(f"bench: {path} was refused:\n{said}")
    return float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]
