"""A new program over the old one, a backup while everything works, and a restore elsewhere."""
import contextlib
import os
import shutil
import time
import types

import invariants
import victims
from customers import NOBODY, Customers
from house import BIN, answer_of, run, wait_for
from recorder import Recorder
from scene import Scene
from settling import settle
from work import Ledger, Work
from yard import Yard, spread

from .story import Resting, teller

STORIES = []
tell = teller(STORIES)
# Files are copied after the database, so some are there that it does not name; a log may be longer than it says.
NOT_OF_A_COPY = (invariants.every_blob_on_disk_is_somebodys, invariants.every_log_of_a_job_that_succeeded_has_each_line_once)
PROGRAMS = ("sampan", "sampan-hook", "sampan-launch")


@contextlib.contextmanager
def main_job(folder, seed):
    """All of the main job at once, with customers, on programs of its own."""
    folder.mkdir()
    recorder, ledger = Recorder(), Ledger()
    yard = Yard(folder, recorder.port)
    programs = folder / "programs"
    programs.mkdir()
    for name in PROGRAMS:
        shutil.copy2(BIN / name, programs / name)
    yard.program = programs / "sampan"
    place = types.SimpleNamespace(yard=yard, ledger=ledger, programs=programs, work=None, customers=None)
    try:
        yard.prepare()
        place.customers = Customers(int(yard.application()["url"].rsplit(":", 1)[1]))
        place.scene = Scene(yard, ledger, recorder, place.customers, [])
        place.work = Work(yard, ledger, lambda name: spread(seed, name))
        place.work.resume()
        yield place
    finally:
        for part in (place.work, place.customers):
            if part:
                part.stop()
        yard.take_down()


def at_work(place):
    """A build runs and a deployment is half done."""
    jobs = place.scene.rows("select count(*) from run_job where state = 'running'")[0][0]
    deployments = place.scene.rows("select count(*) from deployment where state = 'running'")[0][0]
    return jobs > 0 and deployments > 0


def install(programs):
    """As a package does it: beside the old ones, then over their names. Programs that run keep what they run."""
    for name in PROGRAMS:
        shutil.copy2(BIN / name, programs / f"{name}.new")
        os.replace(programs / f"{name}.new", programs / name)


@tell(quick=True)
def an_upgrade_in_the_middle_of_everything_is_not_noticed(folder, seed):
    """Three times: builds run, a deployment is half done, customers ask; the programs are replaced and the server starts anew."""
    with main_job(folder / "yard", seed) as place:
        away = []
        for _ in range(3):
            wait_for("a build and a deployment at once", lambda: at_work(place), 60, 0.01)
            install(place.programs)
            began = time.time()
            place.yard.stop()
            place.yard.up()
            away.append(round(time.time() - began, 2))
            time.sleep(1)
        breaches, _ = settle(place.scene, place.work)
        assert not breaches, breaches
        assert not place.customers.failures, place.customers.failures[:3]
        for name, pid in (("server", place.yard.process.pid), ("runner", wait_for("the new runner", lambda: runner_of(place), 30))):
            assert os.stat(f"/proc/{pid}/exe").st_ino == os.stat(place.programs / "sampan").st_ino, f"the {name} is still the old program"
        return {"server away (s)": away, "requests": place.customers.requests, **place.ledger.counts()}


def runner_of(place):
    """The runner, once it is the new program."""
    pid = victims.runner_pid(place.yard)
    with contextlib.suppress(OSError):
        if pid and os.stat(f"/proc/{pid}/exe").st_ino == os.stat(place.programs / "sampan").st_ino:
            return pid
    return None


@tell(quick=False)
def a_backup_of_a_busy_server_is_restored_elsewhere_and_works(folder, seed):
    """Three backups while everything works; the last is restored to another folder, where everything that was acknowledged before it began is there."""
    with main_job(folder / "yard", seed) as place:
        for number in range(3):
            wait_for("a build and a deployment at once", lambda: at_work(place), 60, 0.01)
            promised = {kind: set(entries) for kind, entries in vars(place.ledger).items() if kind != "lock"}
            began = time.time()
            run([place.yard.program, "backup", "--config", place.yard.folder / "sampan.yaml", folder / f"backup-{number}"])
            took = time.time() - began
        breaches, _ = settle(place.scene, place.work)
        assert not breaches, breaches
        assert not place.customers.failures, place.customers.failures[:3]
        place.work.stop()
        place.customers.stop()
        place.yard.take_down()
        restored = restore(folder, place, promised)
        return {"last backup (s)": round(took, 1), **restored}


def restore(folder, place, promised):
    """In place of the yard that is gone: a new folder, the same people."""
    (folder / "restored").mkdir()
    yard = Yard(folder / "restored", place.yard.recorder_port)
    run([place.yard.program, "restore", folder / "backup-2", yard.data])
    shutil.copytree(place.yard.folder / "work", yard.folder / "work")  # what people have checked out
    yard.tokens, yard.passwords, yard.password = place.yard.tokens, place.yard.passwords, place.yard.password
    yard.port, yard.url = place.yard.port, place.yard.url
    yard.admin, yard.li = place.yard.admin, place.yard.li
    yard.configure()
    try:
        yard.up()
        ledger = Ledger()
        for kind, entries in promised.items():
            for entry in entries:
                ledger.add(kind, entry)
        work = Resting(yard, ledger)
        scene = Scene(yard, ledger, Recorder(), NOBODY, [("runner", 0, time.time())])
        breaches, _ = settle(scene, work, [one for one in invariants.ALL if one not in NOT_OF_A_COPY])
        assert not breaches, breaches
        assert answer_of(yard.application()["url"] + "/", "version"), "the application does not answer"
        yard.release("restored")
        yard.run_to_the_end("shop", "Release restored")
        assert answer_of(yard.application()["url"] + "/", "version") == "restored"
        return ledger.counts()
    finally:
        yard.take_down()
