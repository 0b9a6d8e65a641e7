"""A disk that is full, returns errors, is slow, or forgets what was not synced."""
import base64
import contextlib
import errno
import random
import signal
import subprocess
import time
import types
import urllib.error
import urllib.request

import invariants
import victims
from customers import NOBODY
from house import answer_of, wait_for
from recorder import Recorder
from scene import Scene
from settling import settle
from work import Ledger, Work
from yard import fast, poll, spread

from .forgetful import forget
from .story import Mischief, teller, yard_in

STORIES = []
tell = teller(STORIES)
# A run that the disk failed is a failed run, and what it had begun may be begun again.
NOT_OF_A_BAD_DISK = {invariants.no_job_failed_but_by_a_kill_of_its_own_parts, invariants.no_step_began_twice_unless_its_runner_died_between}
# After a stop of the machine logs end anywhere, and what nobody was promised may have left a blob.
NOT_OF_A_STOPPED_MACHINE = {*NOT_OF_A_BAD_DISK, invariants.every_log_of_a_job_that_succeeded_has_each_line_once}


@contextlib.contextmanager
def busy(folder, seed, **more):
    """A yard with pushes, runs and uploads at once, and all that the invariants look at."""
    recorder, ledger = Recorder(), Ledger()
    with yard_in(folder, recorder.port, **more) as yard:
        yard.repository("fast", {".sampan/daily.yaml": fast(recorder.port)})
        yard.repository("gated", {})
        work = Work(yard, ledger, lambda name: spread(seed, name), ("push", "start_run", "upload"))
        scene = Scene(yard, ledger, recorder, NOBODY, [])
        work.resume()
        try:
            yield types.SimpleNamespace(yard=yard, work=work, ledger=ledger, scene=scene)
        finally:
            work.stop()


def grown(ledger, seconds=60, by=3):
    """Waits until everything was acknowledged some times more."""
    before = ledger.counts()
    wait_for("work that is acknowledged", lambda: all(ledger.counts()[kind] >= before[kind] + by for kind in ("pushes", "runs", "blobs")), seconds)


def must_settle(place, without):
    breaches, _ = settle(place.scene, place.work, [one for one in invariants.ALL if one not in without])
    assert not breaches, breaches
    return place.ledger.counts()


def serves(yard):
    assert yard.process.poll() is None, f"the server ended with {yard.process.returncode}"
    wait_for("the server", lambda: answer_of(yard.url + "/healthz"), 20)


@tell(quick=True)
def a_disk_that_fills_under_load_keeps_what_was_acknowledged(folder, seed):
    """Full and free again three times, while everything works."""
    disk = folder / "yard/d"
    disk.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(disk)], check=True)
    try:
        with busy(folder / "yard", seed) as place:
            refused = 0
            for _ in range(3):
                grown(place.ledger)
                filler = disk / "filler"
                fill(filler)
                time.sleep(1.5)
                with contextlib.suppress(OSError):
                    fill(filler)  # what was freed meanwhile
                refused += is_refused(place.yard)
                time.sleep(1)
                filler.unlink()
                serves(place.yard)
            grown(place.ledger)
            assert refused, "the full disk was never noticed"
            return must_settle(place, NOT_OF_A_BAD_DISK)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(file):
    with open(file, "ab", buffering=0) as out, contextlib.suppress(OSError):
        while out.write(b"x" * 65536):
            pass


def is_refused(yard):
    """Whether a blob of a megabyte is refused with a sentence about the disk."""
    request = urllib.request.Request(f"{yard.url}/v2/company/chaos/blobs/uploads/?digest=sha256:" + "0" * 64, method="POST", data=bytes(1_000_000))
    request.add_header("Authorization", "Basic " + base64.b64encode(f"li:{yard.tokens['li']}".encode()).decode())
    try:
        urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        return error.code == 503 and b"disk" in error.read()
    except OSError:
        return False
    return False


@tell(quick=False)
def a_disk_that_returns_errors_makes_no_promise_it_cannot_keep(folder, seed):
    """Writes, then syncs, fail for the blobs, for the database, and for everything."""
    mischief = Mischief(folder / "mischief")
    with busy(folder / "yard", seed, environment=mischief.environment) as place:
        data = place.yard.data
        for below in (f"{data}/blobs/", f"{data}/sampan.db", f"{data}/pipeline/", f"{data}/"):
            for kind in ("write_error", "sync_error"):
                grown(place.ledger)
                mischief.set(below, **{kind: errno.EIO})
                time.sleep(1.5)
                mischief.set()
                serves(place.yard)
        grown(place.ledger)
        return must_settle(place, NOT_OF_A_BAD_DISK)


@tell(quick=False)
def a_slow_disk_makes_everything_slow_and_nothing_wrong(folder, seed):
    """Each sync takes 300 ms, as on a disk that others keep busy."""
    mischief = Mischief(folder / "mischief")
    with busy(folder / "yard", seed, environment=mischief.environment) as place:
        grown(place.ledger)
        mischief.set(f"{place.yard.data}/", sync_delay_ms=300)
        grown(place.ledger, 120, 2)
        longest = 0
        for _ in range(20):  # reading waits for nobody's sync
            began = time.time()
            place.yard.admin.get("/api/v1/runs")
            longest = max(longest, time.time() - began)
        mischief.set()
        assert longest < 2, f"a list of runs took {longest:.1f} s"
        return {**must_settle(place, ()), "slowest list of runs (ms)": round(longest * 1000)}


@tell(quick=True)
def a_stop_of_the_machine_forgets_only_what_was_not_synced(folder, seed):
    """Everything is killed at once, and what was not synced is gone: blobs, their names, the database's last writes, the ends of logs."""
    mischief, numbers, told = Mischief(folder / "mischief"), random.Random(seed), {}
    mischief.set(f"{folder}/yard/d/", journal=1)
    with busy(folder / "yard", seed, environment=mischief.environment) as place:
        for _ in range(3):
            grown(place.ledger)
            stop_the_machine(place)
            for what, count in forget(place.yard.data, mischief.journal, numbers).items():
                told[what] = told.get(what, 0) + count
            place.yard.up()
            place.scene.kills.append(("runner", time.time() - 60, time.time()))
        grown(place.ledger)
        must_settle(place, NOT_OF_A_STOPPED_MACHINE)
        read_every_log(place.yard)
        assert told, "there was nothing to forget"
        return told


def stop_the_machine(place):
    """The server, its runner, and all that they had started, but for nothing that others have."""
    server = place.yard.process
    server.send_signal(signal.SIGSTOP)  # it starts no runner anew meanwhile
    for pid in (*victims.in_jobs(place.yard), *(pid for pid, *_ in place.scene.ours())):
        if pid != server.pid:
            victims.end(pid)
    place.yard.kill()
    poll(lambda: not [pid for pid, _, _, state in place.scene.ours() if state != "Z"], 20)


def read_every_log(yard):
    """What is left of a log has its lines in order, each under its number, and its step."""
    for item in yard.admin.get("/api/v1/runs?limit=200")["items"]:
        for stage in yard.admin.get(f"/api/v1/runs/{item['id']}")["stages"]:
            for job in stage["jobs"]:
                if job.get("started_at"):
                    lines = yard.admin.get(f"/api/v1/runs/{item['id']}/jobs/{job['id']}/log?from_line=1")["lines"]
                    assert [line["n"] for line in lines] == list(range(1, len(lines) + 1)), lines[:3]
