"""From a push to a step: how soon it runs, how many a second, how fast its log is kept."""
import json
import pathlib
import shlex
import subprocess
import tempfile
import time
import urllib.request

from figure import figure
from house import BIN, ROOT, House, run, wait_for
from sampan_demo import parse_time

FIGURES = ["push_to_step_ms", "push_ms", "push_to_green_ms", "queued_runs_per_s", "queued_runs_with_checkout_per_s", "branches_200_s", "log_mb_per_s", "log_reader_ms", "log_page_ms"]

PIPELINE = """name: one
sources:
  code: {{ type: git, branch: master, branchesFilter: '{filter}', triggerEvents: push }}
stages:
  one:
    name: One
    jobs:
      one: {{ name: One, steps: {{ one: {{ name: One, step: Command, with: {{ run: "{command}" }} }} }} }}
"""
MANY = "concurrencyConfig: { maxRunningPipelineInstances: 1000, maxRunningJobInstances: 1000 }\n"
ROUNDS = 50
QUEUED_ROUNDS = 3


def measure(names):
    with tempfile.TemporaryDirectory(prefix="sampan-bench-") as folder:
        folder = pathlib.Path(folder)
        house = House(folder)
        house.start()
        try:
            if {"push_to_step_ms", "push_ms", "push_to_green_ms"} & set(names):
                yield from (f for f in pushes(house, folder) if f["name"] in names)
            if {"queued_runs_per_s", "queued_runs_with_checkout_per_s", "branches_200_s"} & set(names):
                yield from (f for f in many(house, folder) if f["name"] in names)
            if "log_mb_per_s" in names:
                yield log(house, folder)
            if "log_reader_ms" in names:
                yield reader(house)
            if "log_page_ms" in names:
                yield page(house)
        finally:
            house.take_down()


def commit_and_push(repo, number):
    repo.write("n", f"{number}\n")
    sha = repo.commit(f"n {number}")
    began = time.time()
    repo.git("push", "-q", "origin", "HEAD:master")
    return sha, began, time.time()


def pushes(house, folder):
    repo = house.repository("one", {".sampan/one.yaml": PIPELINE.format(filter="^master$", command="date +%s%N")})
    bare, clone = hook_reference(folder)
    to_step, push, green, reference_step, reference_push = [], [], [], [], []
    for number in range(ROUNDS + 1):
        sha, began, pushed = commit_and_push(repo, number)
        found = house.finish(house.run_of(sha))
        accepted = parse_time(house.admin.get("/api/v1/repos/company/one/pushes?limit=1")["items"][0]["at"])
        stamp = next(word for word in house.log(found["id"]).split() if word.isdigit() and len(word) == 19)
        clone.joinpath("n").write_text(f"{number}\n")
        run(["git", "-C", clone, "commit", "-q", "-am", "n"])
        began_there = time.time()
        run(["git", "-C", clone, "push", "-q", "origin", "master"])
        ended_there = time.time()
        if number == 0:
            continue  # nothing is warm yet
        to_step.append(1e3 * (int(stamp) / 1e9 - accepted))
        push.append(1e3 * (pushed - began))
        green.append(1e3 * (parse_time(found["finished_at"]) - began))
        before, after = (int((bare / name).read_text()) for name in ("before", "after"))
        reference_step.append((after - before) / 1e6)
        reference_push.append(1e3 * (ended_there - began_there))
    yield figure("push_to_step_ms", to_step, "ms", 50, reference_step)
    yield figure("push_ms", push, "ms", 60, reference_push)
    yield figure("push_to_green_ms", green, "ms", 150, reference_push)


def hook_reference(folder):
    """What git does by itself: a post-receive hook on this disk that starts the same command."""
    bare, clone = folder / "reference.git", folder / "reference"
    run(["git", "init", "-q", "--bare", "-b", "master", bare])
    for hook, name in (("pre-receive", "before"), ("post-receive", "after")):
        path = bare / "hooks" / hook
        path.write_text(f"#!/bin/sh\ndate +%s%N > {bare}/{name}\n")
        path.chmod(0o755)
    run(["git", "clone", "-q", bare, clone])
    for key, value in (("user.name", "bench"), ("user.email", "bench@example.com")):
        run(["git", "-C", clone, "config", key, value])
    (clone / "n").write_text("first\n")
    run(["git", "-C", clone, "add", "n"])
    run(["git", "-C", clone, "commit", "-q", "-m", "n"])
    run(["git", "-C", clone, "push", "-q", "origin", "HEAD:master"])
    return bare, clone


def many(house, folder):
    began = time.time()
    queue(house, "many", "", 200)
    accepted = time.time() - began
    wait_for("the runs of the first push", lambda: all_over(house, "many", 200), 120, 0.2)
    pairs = [(queued_per_s(house, f"bare{n}", "sourceOption: [], "), bare_sandboxes_per_s(folder)) for n in range(QUEUED_ROUNDS)]
    queued, bare = ([pair[side] for pair in pairs] for side in (0, 1))
    yield figure("queued_runs_per_s", queued, "runs/s", 150, bare, True, 0.5)
    yield figure("queued_runs_with_checkout_per_s", [queued_per_s(house, "code", "")], "runs/s", None, bare, True)
    yield figure("branches_200_s", [accepted], "s", 0.5)


def queue(house, name, job, count):
    """A repository with so many branches, whose pipeline has one step for each."""
    text = PIPELINE.format(filter="^b[0-9]+$", command="true").replace("one: { name: One, steps", f"one: {{ name: One, {job}steps", 1)
    repo = house.repository(name, {".sampan/one.yaml": text + MANY})
    repo.commit("First")
    repo.push("master")
    repo.git("push", "-q", "origin", *[f"HEAD:refs/heads/b{n}" for n in range(count)])


def queued_per_s(house, name, job):
    """From the moment 500 runs are queued to the last one's end: how many ended a second."""
    queue(house, name, job, 500)
    queued = time.time()
    wait_for("500 runs", lambda: all_over(house, name, 500), 300, 0.5)
    ends = [parse_time(item["finished_at"]) for item in runs_of(house, name)]
    return sum(end > queued for end in ends) / (max(ends) - queued)


def runs_of(house, name):
    items, after = [], ""
    while True:
        page = house.li.get(f"/api/v1/repos/company/{name}/runs?limit=200{after}")
        items += page["items"]
        if not page["next"]:
            return items
        after = f"&before={page['next']}"


def all_over(house, name, count):
    # The newest is the last to begin: until it is over nothing else is asked, since answers take time from what is measured.
    newest = house.li.get(f"/api/v1/repos/company/{name}/runs?limit=1")["items"]
    if not newest or newest[0]["state"] != "succeeded":
        return False
    runs = runs_of(house, name)
    return len(runs) >= count and all(item["state"] == "succeeded" for item in runs)


def bare_sandboxes_per_s(folder):
    """The same command in the same sandbox, without anything around it: a step of a local run, which sleeps, lends its options, its folders and its cgroup."""
    file = folder / "lender" / ".sampan" / "one.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    run(["git", "init", "-q", folder / "lender"])
    file.write_text(PIPELINE.format(filter="^master$", command="sleep 600"))
    lender = subprocess.Popen([BIN / "sampan", "run", "--local", ".sampan/one.yaml"], cwd=folder / "lender", stdout=subprocess.DEVNULL)
    try:
        wait_for("a step that sleeps", launched_step, 30, 0.1)
        options, command = launched_step()
        began = time.time()
        subprocess.run(f"seq 500 | env -i xargs -P2 -n1 {BIN}/sampan-launch {shlex.join(options)} -- {shlex.join(command)} -c true", shell=True, check=True)
        return 500 / (time.time() - began)
    finally:
        lender.terminate()
        lender.wait()
        wait_for("the end of the step that slept", lambda: not launched_step(), 30, 0.1)


def launched_step():
    """The options with which a step's sandbox was started, and its shell without the script."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_text().split("\0")[1:-1]
        except OSError:
            continue  # it ended
        if words[-1:] == ["/flow/script"] and "--user" in words:
            return words[:words.index("--")], words[words.index("--") + 1:-1]
    return None


def log(house, folder):
    """1 GB of lines, from the step's start until all of it is in the store."""
    repo = house.repository("log", {".sampan/one.yaml": PIPELINE.format(filter="^master$", command="yes a line of a log as builds write them | head -c 1000000000")})
    sha = repo.commit("Write")
    repo.push("master")
    found = house.finish(house.run_of(sha), 120)
    step = found["stages"][0]["jobs"][0]["steps"][0]
    taken = parse_time(found["finished_at"]) - parse_time(step["started_at"])
    began = time.time()
    subprocess.run(f"yes a line of a log as builds write them | head -c 1000000000 | cat > {folder}/log && sync {folder}/log", shell=True, check=True)
    return figure("log_mb_per_s", [1000 / taken], "MB/s", 150, [1000 / (time.time() - began)], True)


def reader(house):
    """How long after it was written a line reaches somebody who follows the log, for 100 lines of one step."""
    repo = house.repository("followed", {".sampan/one.yaml": PIPELINE.format(filter="^master$", command="for i in $(seq 100); do date +%s%N; sleep 0.03; done")})
    sha = repo.commit("Write slowly")
    repo.push("master")
    run_id = house.run_of(sha)
    job = house.admin.get(f"/api/v1/runs/{run_id}")["stages"][0]["jobs"][0]["id"]
    request = urllib.request.Request(f"{house.url}/api/v1/runs/{run_id}/jobs/{job}/log/stream?from_line=1", headers={"Authorization": "Bearer " + house.tokens["li"]})
    late = []
    with urllib.request.urlopen(request, timeout=30) as stream:
        for line in stream:
            if line.startswith(b"event: end"):
                break
            if line.startswith(b"data:"):
                now = time.time_ns()
                late += [(now - int(found["text"])) / 1e6 for found in json.loads(line[5:]).get("lines", [])]
    return figure("log_reader_ms", late, "ms", 100)


def page(house):
    """A log of 1,000,000 lines in Chromium, from asking for its page until its last line is drawn."""
    repo = house.repository("million", {".sampan/one.yaml": PIPELINE.format(filter="^master$", command="seq 1000000")})
    sha = repo.commit("Count to a million")
    repo.push("master")
    run_id = house.finish(house.run_of(sha), 60)["id"]
    said = json.loads(run(["node", "scripts/log_page.mjs", house.url, "li", house.passwords["li"], str(run_id), "20"], cwd=ROOT / "ui"))
    return figure("log_page_ms", said["open_ms"], "ms", 300)
