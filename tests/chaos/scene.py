"""What the invariants look at: the database file, the disk, /proc, the engine's store, cgroups, and what clients remember."""
import collections
import pathlib
import socket
import sqlite3
import subprocess

import victims
from yard import environment_of, processes


class Scene:
    def __init__(self, yard, ledger, recorder, customers, kills):
        self.yard, self.ledger, self.recorder, self.customers = yard, ledger, recorder, customers
        self.kills = kills  # (name, when, when it was over)
        self.data = yard.data
        self.other_namespaces = namespaces()  # of the engine of others; ours come later

    def rows(self, sql, *values):
        base = sqlite3.connect(f"file:{self.data}/sampan.db?mode=ro", uri=True, timeout=10)
        try:
            return base.execute(sql, values).fetchall()
        finally:
            base.close()

    def ours(self):
        """Every process that has our data folder on its command line or in its environment, but no client of ours."""
        place = f"{self.data}/"
        found = []
        for pid, parent, words, state in processes():
            if place in " ".join(words) + "/" or place.encode() in environment_of(pid):
                found.append((pid, parent, words, state))
        return found

    def living(self):
        """name -> identity of the containers that instances are allowed to have."""
        answer = self.yard.podman("ps", "-a", "--no-trunc", "--format", "{{.Names}} {{.ID}}")
        alive = {name for name, in self.rows("select name from instance where state not in ('failed', 'stopped')")}
        return {name: identity for name, identity in (line.split() for line in answer.stdout.splitlines()) if name in alive}

    def log_of(self, run, job, fence):
        return self.data / f"pipeline/logs/{run // 1000}/{run}.{job}.{fence}.log"

    def end_of_log(self, job):
        file = self.log_of(*self.rows("select run, id, fence from run_job where id = ?", job)[0])
        return file.read_text(errors="replace")[-500:] if file.is_file() else ""

    def killed_between(self, names, first, last):
        return any(name in names and begin <= last and over >= first for name, begin, over in self.kills)

    def cgroups_of_jobs(self):
        """Those that are no empty one of a job's folder, which waits with it for the next job."""
        mark = victims.cgroup_mark(self.yard)
        waiting = {mark + folder.name for folder in (self.data / "runner/jobs").glob("*") if folder.is_dir()}
        found = pathlib.Path("/sys/fs/cgroup").glob(f"*/sampan-builds/{mark}*")
        return sorted({folder.name for folder in found if folder.name not in waiting or (folder / "cgroup.procs").read_text() or any(below.is_dir() for below in folder.iterdir())})


def mounts():
    return [line.split()[1] for line in pathlib.Path("/proc/mounts").read_text().splitlines()]


def namespaces():
    folder = pathlib.Path("/run/netns")
    return {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()


def by_repository(scene):
    found = collections.defaultdict(list)
    for name, sha in scene.ledger.pushes:
        found[name].append(sha)
    return found


def repository_folder(scene, name):
    return folder_of(scene, scene.rows("select id from repository where name = ?", name)[0][0])


def folder_of(scene, identity):
    return str(next(scene.data.joinpath("repos").glob(f"**/{identity}.git"), scene.data / f"repos/{identity}.git"))


def git(folder, *arguments):
    return subprocess.run(["git", "--git-dir", folder, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


def blob_file(scene, sha256):
    return scene.data / "blobs" / sha256[:2] / sha256


def blob_bytes(scene, sha256):
    """A small blob is a row, a large one a file; None: neither."""
    for row in scene.rows("select c.bytes from image_blob b join image_blob_content c on c.id = b.content_id where b.sha256 = ?", sha256):
        return row[0]
    file = blob_file(scene, sha256)
    return file.read_bytes() if file.is_file() else None


def unnamed_files(folder):
    """What write_file_durably leaves when it is stopped before the rename."""
    for place in (folder, *(folder / room for room in ("deliver", "deliver/networks", "deliver/docker", "runner", "runner/workshop", "pipeline"))):
        yield from place.glob("*.unnamed-??????")


def inside_container(pid, identities):
    try:
        text = pathlib.Path(f"/proc/{pid}/cgroup").read_text()
    except OSError:
        return True  # it has just ended
    return any(identity in text for identity in identities)


def comm_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def proxy_table(scene):
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            connection.connect(f"{scene.data}/deliver/haproxy.sock")
            connection.sendall(b"show stat\n")
            text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
        except OSError:
            return []
    return [line.split(",") for line in text.splitlines() if line and not line.startswith("#")]


def proxy_away(scene):
    """From each death of HAProxy to the first good answer after it."""
    answers = sorted(scene.customers.good_at)
    found = []
    for name, begin, over in scene.kills:
        if name == "haproxy":
            failed = [ended for began, ended, _ in scene.customers.failures if ended >= begin and began <= begin + 60]
            last = begin
            for ended in sorted(failed):  # one stretch of failures, however long
                if ended - last > 1.5:
                    break
                last = ended
            found.append((begin, next((at for at in answers if at >= last), last)))
    return found
