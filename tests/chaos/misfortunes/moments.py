"""Steps and applications that do not end when they should, or say what nobody expects; and clocks that jump."""
import json
import pathlib
import time

import victims
from customers import Customers
from house import wait_for
from recorder import Recorder
from repositories import APP, SERVER, gate, job, pipeline, shop, stage
from yard import HOLD, processes

from .story import Mischief, a_run, job_of, resident_mib, state_of, teller, yard_in

STORIES = []
tell = teller(STORIES)


def alive(mark):
    return [pid for pid, _, words, state in processes() if mark in " ".join(words) and state != "Z"]


def in_cgroups(yard):
    return "".join(file.read_text() for file in pathlib.Path("/sys/fs/cgroup").glob(f"*/sampan-builds/{victims.cgroup_mark(yard)}*/cgroup.procs"))


@tell(quick=False)
def steps_that_do_not_end_as_they_should_are_ended(folder, seed):
    """One ignores TERM, one leaves a process in the background, one leaves a daemon that ignores TERM and holds its output open."""
    with yard_in(folder / "yard") as yard:
        mark = f"sleep 9{seed % 100000:05}"
        deaf = a_run(yard, "deaf", f"trap '' TERM INT HUP; echo begun; while :; do {mark}1; done")
        wait_for("its first line", lambda: "begun" in yard.log(deaf), 20)
        asked = time.time()
        yard.li.post(f"/api/v1/runs/{deaf}/cancel")
        wait_for("the end of the run", lambda: state_of(yard, deaf) == "canceled", 40)
        canceled = time.time() - asked
        found = {}
        for name, command in (("background", f"{mark}2 & echo done"), ("daemon", f"setsid sh -c \"trap '' TERM; {mark}3\" & disown; echo done")):
            began = time.time()
            run = yard.finish(a_run(yard, name, command), 60)
            assert run["state"] == "succeeded", f"{name}: {run['reason']}"
            found[f"{name}: over after (s)"] = round(time.time() - began, 1)
        wait_for("the end of every process of theirs", lambda: not alive(mark), 20)
        wait_for("the end of all in their cgroups", lambda: not in_cgroups(yard), 10)
        return {"canceled after (s)": round(canceled, 1), **found}


@tell(quick=True)
def output_that_nobody_expects_is_kept_and_shown(folder, seed):
    """No newline at the end, terminal controls, bytes that are no UTF-8, the byte that marks steps."""
    with yard_in(folder / "yard") as yard:
        said = r"\033[2J\033[31mred\033[0m\n\xff\xfe\x80 broken\n\x1efake-step\nafter\n\r\rover\r\nnul:\0:\nlast without newline"
        run = yard.finish(a_run(yard, "odd", f"printf '{said}'"), 60)
        assert run["state"] == "succeeded", run["reason"]
        page = yard.admin.get(f"/api/v1/runs/{run['id']}/jobs/{job_of(yard, run['id'])['id']}/log?tail=100")
        lines = [line["text"] for line in page["lines"]]
        shown = "\n".join(lines)
        assert "red" in shown and "\ufffd\ufffd\ufffd broken" in shown and "after" in shown and lines[-1] == "last without newline", lines
        steps = {line["step"] for line in page["lines"]}
        assert not any("fake" in step for step in steps), f"a step could name another: {steps}"
        assert "fake-step" in shown, lines


def one_endless_line(folder, megabytes):
    with yard_in(folder / "yard") as yard:
        server, runner = yard.process.pid, wait_for("the runner", lambda: victims.runner_pid(yard), 20)
        before = resident_mib(server), resident_mib(runner)
        began = time.time()
        run = yard.finish(a_run(yard, "endless", f"head -c {megabytes}M /dev/zero | tr '\\0' x; echo; echo after"), 600)
        took = time.time() - began
        assert run["state"] == "succeeded", run["reason"]
        began = time.time()
        page = yard.admin.get(f"/api/v1/runs/{run['id']}/jobs/{job_of(yard, run['id'])['id']}/log?tail=10")
        opened = time.time() - began
        assert page["lines"][-1]["text"] == "after" or page["lines"][-2]["text"] == "after", [line["text"][:80] for line in page["lines"]]
        assert page["total_bytes"] >= megabytes << 20, page["total_bytes"]
        grown = resident_mib(server) - before[0], resident_mib(runner) - before[1]
        told = {"MiB": megabytes, "run (s)": round(took, 1), "page (s)": round(opened, 2), "memory of the server, runner (MiB more)": [round(one) for one in grown]}
        assert max(grown) < 64 and len(json.dumps(page)) < 1 << 20, told
        return told


@tell(quick=True)
def a_line_of_100_mib_is_a_line(folder, seed):
    return one_endless_line(folder, 100)


@tell(quick=False)
def a_line_of_1_gb_is_a_line(folder, seed):
    return one_endless_line(folder, 953)


@tell(quick=False)
def an_old_version_that_refuses_to_stop_is_ended_after_its_grace(folder, seed):
    """The application ignores TERM; a newer release comes, and the old one must go without a lost request."""
    deaf = SERVER.replace("signal(SIGTERM, exit)", "signal(SIGTERM, SIG_IGN)")
    with yard_in(folder / "yard") as yard:
        yard.repository("shop", shop(1, server=deaf, app=APP.replace("spare: 1", "spare: 0")))
        yard.run_to_the_end("shop", "Release 1")
        customers = Customers(int(yard.application()["url"].rsplit(":", 1)[1]), 2)
        for version in (2, 3):  # with the third the first is nobody's any more
            yard.repository("shop", shop(version, server=deaf, app=APP.replace("spare: 1", "spare: 0")))
            began = time.time()
            yard.run_to_the_end("shop", f"Release {version}")
            took = time.time() - began
        wait_for("the end of the first version", lambda: len(yard.podman("ps", "-q").stdout.split()) <= 4, 60)
        customers.stop()
        assert not customers.failures and customers.requests > 50, customers.failures[:3]
        last = yard.application()["deployments"][0]
        assert last["state"] == "succeeded" and last["failed"] == 0, last
        return {"third release (s)": round(took, 1), "requests": customers.requests}


@tell(quick=False)
def a_clock_that_jumps_fires_nothing_and_loses_nothing(folder, seed):
    """Two hours ahead and a day back, while a step runs and a gate waits: no lease ends, no gate opens, nothing runs twice."""
    recorder, mischief = Recorder(), Mischief(folder / "mischief")
    with yard_in(folder / "yard", recorder.port, environment=mischief.environment) as yard:
        yard.repository("asks", {".sampan/daily.yaml": pipeline(stage("confirm", gate("Goes out")), stage("after", job("say", "echo line-1")))})
        repo = yard.repository("asks", {})
        sha = repo.commit("Ask")
        repo.push("master")
        waiting = yard.run_of(sha)
        wait_for("the gate", lambda: state_of(yard, waiting) == "waiting", 20)
        for ahead in (7200, -86400, 0):
            text = HOLD.format(port=recorder.port, who=f"clock{ahead}") + "for i in $(seq 1 50); do echo line-$i; sleep 0.1; done"
            run = a_run(yard, "counted", text)
            wait_for("its first lines", lambda: "line-3" in yard.log(run), 20)
            mischief.set(clock_ahead_s=ahead)
            found = yard.finish(run, 60)
            lines = [line for line in yard.log(run).splitlines() if line.startswith("line-")]
            assert found["state"] == "succeeded" and lines == [f"line-{i}" for i in range(1, 51)], (found["reason"], len(lines))
            assert state_of(yard, waiting) == "waiting", f"the gate is {state_of(yard, waiting)} after a jump of {ahead} s"
        keys = [key for key, _, _ in recorder.starts()]
        assert len(keys) == len(set(keys)) == 3, keys
        gates = [one for stage_ in yard.admin.get(f"/api/v1/runs/{waiting}")["stages"] for one in stage_["jobs"] if one.get("gate")]
        yard.li.post(f"/api/v1/runs/{waiting}/jobs/{gates[0]['id']}/approve", {"comment": "yes"})
        assert yard.finish(waiting, 60)["state"] == "succeeded"
