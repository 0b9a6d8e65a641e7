"""What the stories share: a place of their own, and the disk that can be told to fail."""
import contextlib
import ctypes
import os
import pathlib
import subprocess

from house import wait_for
from repositories import one_step
from work import Work
from yard import Yard

FAULTS = pathlib.Path(__file__).resolve().parent / "faults.cc"


class Story:
    """`act` is called with a folder of its own and the seed; what it returns is told. Quick ones are a part of ./test."""

    def __init__(self, act, quick):
        self.act, self.quick, self.name = act, quick, act.__name__.replace("_", " ")


def teller(stories):
    """A decorator for a module's stories; quick=True for those of ./test."""
    def tell(quick):
        def add(act):
            stories.append(Story(act, quick))
            return act
        return add
    return tell


@contextlib.contextmanager
def yard_in(folder, recorder_port=1, **more):
    """A server with people and nothing else; gone at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    yard = Yard(folder, recorder_port, **more)
    try:
        yard.start()
        yield yard
    finally:
        yard.take_down()


class Resting:
    """For settle(), where no worker works; gates are passed all the same."""
    surprises = ()

    def __init__(self, yard, ledger):
        self.yard, self.ledger = yard, ledger

    def rest(self):
        return []

    def pass_gates(self):
        Work.pass_gates(self)


class Faults(ctypes.Structure):
    """As faults.cc has it."""
    _fields_ = [("write_error", ctypes.c_int32), ("sync_error", ctypes.c_int32), ("sync_delay_ms", ctypes.c_int32), ("journal", ctypes.c_int32),
                ("clock_ahead_s", ctypes.c_int64), ("below", ctypes.c_char * 488)]


class Mischief:
    """The faults of one story: set() takes effect at once in every program that was started with environment()."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        library = folder / "faults.so"
        subprocess.run(["c++", "-std=c++20", "-O1", "-shared", "-fPIC", "-o", library, FAULTS], check=True)
        self.file, self.journal = folder / "faults", folder / "journal"
        self.environment = {"LD_PRELOAD": str(library), "SAMPAN_FAULTS": str(self.file), "SAMPAN_FAULTS_JOURNAL": str(self.journal)}
        self.file.write_bytes(bytes(Faults()))

    def set(self, below="", **faults):
        made = Faults(below=os.fsencode(str(below)), **faults)
        with open(self.file, "r+b", buffering=0) as file:
            file.write(bytes(made))


def state_of(yard, run):
    return yard.admin.get(f"/api/v1/runs/{run}")["state"]


def job_of(yard, run):
    return yard.admin.get(f"/api/v1/runs/{run}")["stages"][0]["jobs"][0]


def a_run(yard, repository, text, files=None):
    """Pushes a pipeline of one step and returns its run, which has begun."""
    repo = yard.repository(repository, {".sampan/daily.yaml": one_step(text), **(files or {})})
    sha = repo.commit(f"Run {os.urandom(4).hex()}")
    repo.push("master")
    run = yard.run_of(sha)
    wait_for("the step", lambda: state_of(yard, run) != "queued", 30)
    return run


def resident_mib(pid):
    """The most memory the process ever had."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"process {pid} is gone")
