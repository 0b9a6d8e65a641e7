"""The server itself: its start, its memory, its lists with many runs in them."""
import os
import pathlib
import re
import sqlite3
import sys
import tempfile
import time

from figure import figure
from house import House, answer_of, run, wait_for
from pipelines import MANY, PIPELINE

FIGURES = ["start_ms", "idle_memory_mb", "list_p99_ms", "page_p99_ms", "memory_growth_mib", "memory_after_load_mb", "list_of_100000_p99_ms", "list_of_100000_to_10000"]
LIST = "/api/v1/runs?limit=50"


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
            found = [figure("start_ms", starts, "ms", 100), figure("idle_memory_mb", [memory(house)], "MiB", 40)]
            empty = p99(house, "/healthz")
            few = p99(house, LIST)
            found += [figure("list_p99_ms", [few], "ms", 20, [empty]), figure("page_p99_ms", [p99(house, "/")], "ms", 20, [empty])]
            if {"memory_growth_mib", "memory_after_load_mb"} & set(names):
                found.append(figure("memory_growth_mib", [growth(house)], "MiB from the first to the second half of the load", 1))
                time.sleep(65)  # what is left unused is given back once a minute
                found.append(figure("memory_after_load_mb", [memory(house)], "MiB", 40))
            if {"list_of_100000_p99_ms", "list_of_100000_to_10000"} & set(names):
                multiply(house, 10)
                many = p99(house, LIST)
                found += [figure("list_of_100000_p99_ms", [many], "ms", 20, [empty]), figure("list_of_100000_to_10000", [many], "ms", None, [few], ratio_aim=1.25)]
            yield from (f for f in found if f["name"] in names)
        finally:
            house.take_down()


def memory(house):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{house.process.pid}/status").read_text())[1]) / 1024


def growth(house):
    """What the second half of a time of lists, pages, pushes and runs leaves over the first: caches are full after that.
    A minute by default; of a longer one (SAMPAN_BENCH_GROWTH_MINUTES) nine tenths are rest, so that it can go beside other work."""
    minutes = float(os.environ.get("SAMPAN_BENCH_GROWTH_MINUTES", 1))
    repo = house.repository("grows", {".sampan/one.yaml": PIPELINE.format(filter="^master$", command="true")})
    after, rounds = [], 0
    for half in (1, 2):
        end = time.time() + 30 * minutes
        while time.time() < end:
            for path in (LIST, "/", "/api/v1/runs/1"):
                p99(house, path, 1)
            rounds += 1
            repo.write("round.txt", f"{rounds}\n")
            repo.commit(f"Round {rounds}")
            repo.push("master")
            house.finish(house.run_of(repo.git("rev-parse", "HEAD").strip()))
            if minutes > 1:
                time.sleep(27)
                print(f"{time.time() - end + 30 * minutes:.0f} s of half {half}: {memory(house):.1f} MiB", file=sys.stderr, flush=True)
        time.sleep(2)
        after.append(memory(house))
    return after[1] - after[0]


def multiply(house, times):
    """The runs once more and once more, with their jobs and steps, written into the database of a server that stands still."""
    house.stop()
    base = sqlite3.connect(house.folder / "d/sampan.db")
    spans = {table: base.execute(f"select max(id) from {table}").fetchone()[0] for table in ("pipeline_run", "run_job")}
    moved = {"pipeline_run": {"id": "pipeline_run", "number": "pipeline_run"}, "run_job": {"id": "run_job", "run": "pipeline_run"}, "job_step": {"job": "run_job"}}
    with base:
        for table, keys in moved.items():
            columns = [row[1] for row in base.execute(f"pragma table_info({table})")]
            values = [f"{column} + {{n}} * {spans[keys[column]]}" if column in keys else column for column in columns]
            which = f"where {next(iter(keys))} <= {spans[next(iter(keys.values()))]}"
            for n in range(1, times):
                base.execute(f"insert into {table} ({', '.join(columns)}) select {', '.join(values).format(n=n)} from {table} {which}")
    base.close()
    house.up()


def fill(house):
    """100 repositories with 100 runs each: in half of them they are over, in the others they wait for a runner nobody has."""
    for n in range(100):
        job = "runsOn: { labels: nowhere }," if n % 2 else """condition: '"a" == "b"',"""
        repo = house.repository(f"filled{n}", {".sampan/one.yaml": PIPELINE.format(filter="^b", command="true").replace("one: { name: One,", f"one: {{ name: One, {job}", 1) + MANY})
        repo.commit("First")
        repo.push("master")
        repo.git("push", "-q", "origin", *[f"HEAD:refs/heads/b{n}" for n in range(100)])
    wait_for("10,000 runs", lambda: (house.li.get("/api/v1/runs?limit=1")["items"] or [{"id": 0}])[0]["id"] >= 10_000, 120, 0.5)


def p99(house, path, seconds=4):
    """Milliseconds, under 64 connections."""
    said = run(["wrk", "-t1", "-c64", f"-d{seconds}", "--latency", "-H", f"Authorization: Bearer {house.tokens['li']}", house.url + path])
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
    if "Non-2xx" in said:
        raise SystemExit(f"bench: {path} was refused:\n{said}")
    return float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]
