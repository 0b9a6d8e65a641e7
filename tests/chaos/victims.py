"""Who is killed, and how it is found: by its command line, its environment, or its cgroup. Each returns the pid it killed, or None."""
import contextlib
import hashlib
import os
import pathlib
import signal
import time

from yard import environment_of, poll, processes


def end(pid):
    try:
        os.kill(pid, signal.SIGKILL)
        return pid
    except ProcessLookupError:
        return None


def name_of(words):
    return words[0].rsplit("/", 1)[-1] if words else ""


def server(yard, numbers):
    pid = yard.process.pid
    yard.kill()
    time.sleep(numbers.choice([0, 0, 0.3, 4]))  # the last is longer than a lease
    yard.up()
    return pid


def pause(yard, numbers):
    """The server stands still for longer than a lease, as when a machine is suspended: nothing it waits for has ended by that."""
    yard.process.send_signal(signal.SIGSTOP)
    time.sleep(5)
    yard.process.send_signal(signal.SIGCONT)
    return yard.process.pid


def runner_pid(yard):
    return next((pid for pid, _, words, _ in processes() if "runner" in words[1:2] and f"{yard.data}/runner" in words), None)


def runner(yard, numbers):
    pid = runner_pid(yard)
    return pid and end(pid)


def is_scanner(words):
    return words[1:2] == ["scan-worker"]


def scanner(yard, numbers):
    """One of the server's own processes in which rules run."""
    found = [pid for pid, _, words, state in processes() if is_scanner(words) and str(yard.data) in words and state != "Z"]
    return end(numbers.choice(sorted(found))) if found else None


def haproxy(yard, numbers):
    found = [pid for pid, _, words, state in processes() if name_of(words) == "haproxy" and f"{yard.data}/deliver/haproxy.cfg" in words and state != "Z"]
    return end(numbers.choice(sorted(found))) if found else None


def conmons(yard):
    return sorted(pid for pid, _, words, _ in processes() if name_of(words) == "conmon" and any(word.startswith(f"{yard.data}/deliver/") for word in words))


def conmon(yard, numbers):
    found = conmons(yard)
    return end(numbers.choice(found)) if found else None


def engine(yard, numbers):
    """The engine, or what it has started, in the middle of its work."""
    place = f"{yard.data}/deliver/".encode()

    def at_work():
        return [pid for pid, _, words, state in processes()
                if name_of(words) in ("podman", "runc", "netavark") and state != "Z" and (place in environment_of(pid) or place.decode() in " ".join(words))]
    found = poll(at_work, 3, 0.002)
    if not found:
        return None
    time.sleep(numbers.uniform(0, 0.3))
    found = at_work() or found
    return end(numbers.choice(sorted(found)))


def cgroup_mark(yard):
    return "r" + hashlib.sha256(f"{yard.data}/runner".encode()).hexdigest()[:12] + "-j"


def in_jobs(yard):
    found = []
    for file in pathlib.Path("/sys/fs/cgroup").glob(f"*/sampan-builds/{cgroup_mark(yard)}*/cgroup.procs"):
        try:
            found += [int(pid) for pid in file.read_text().split()]
        except OSError:
            pass  # the job has just ended
    return found


def step(yard, numbers):
    """A process of a job that runs, whichever it is."""
    found = poll(lambda: in_jobs(yard), 2, 0.01)
    return end(numbers.choice(sorted(set(found)))) if found else None


def helper(yard, numbers):
    """What starts the steps of the runner; stopped for longer than that waits, or killed."""
    parent = runner_pid(yard)
    steps = in_jobs(yard)  # forked of it, so they have its words
    found = [pid for pid, its_parent, words, state in processes() if its_parent == parent and words[-1:] == ["--serve"] and state != "Z" and pid not in steps]
    if not found:
        return None
    if numbers.random() < 0.5:
        os.kill(found[0], signal.SIGSTOP)
        time.sleep(3)
        with contextlib.suppress(ProcessLookupError):  # the runner has killed it, since it did not answer
            os.kill(found[0], signal.SIGCONT)
        return found[0]
    return end(found[0])


def git(yard, numbers):
    """A git or hook in the middle of a push."""
    def at_work():
        return [pid for pid, _, words, state in processes() if name_of(words) in ("git", "sampan-hook") and state != "Z" and f"{yard.data}/repos".encode() in
                environment_of(pid) + " ".join(words).encode()]
    found = poll(at_work, 1, 0.002)
    return end(numbers.choice(sorted(found))) if found else None


def instance(yard, numbers):
    """The application itself, one of those that serve; never the last that lives, for who could answer then?"""
    serving = [one["pid"] for one in yard.application()["instances"]
               if one["state"] == "ready" and one.get("pid") and os.path.exists(f"/proc/{one['pid']}")]
    return end(numbers.choice(sorted(serving))) if len(serving) > 1 else None


ALL = {"server": (server, 5), "runner": (runner, 3), "haproxy": (haproxy, 3), "conmon": (conmon, 2), "engine": (engine, 4), "step": (step, 3), "helper": (helper, 1), "git": (git, 2),
       "instance": (instance, 1), "scanner": (scanner, 1), "pause": (pause, 1)}


def choose(numbers):
    """One victim, now and then two at once."""
    names = list(ALL)
    weights = [weight for _, weight in ALL.values()]
    return numbers.choices(names, weights, k=2 if numbers.random() < 0.25 else 1)
