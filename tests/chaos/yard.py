"""What bad luck happens to: a server of its own with small repositories, an application, and everything it leaves on the machine."""
import json
import os
import pathlib
import random
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "flow"))
from house import ApiError, House  # noqa: E402,F401
from repositories import gate, job, pipeline, shop, stage  # noqa: E402

# A step tells the recorder that it has begun and holds the connection while it lives; its log counts lines.
HOLD = 'exec 3<>/dev/tcp/127.0.0.1/{port}; echo "{who} $CI_COMMIT_SHA $BUILD_NUMBER" >&3\n'


def fast(port):
    return pipeline(stage("build", job("one", HOLD.format(port=port, who="one") + "for i in $(seq 1 40); do echo line-$i; sleep 0.01; done"),
                          job("two", HOLD.format(port=port, who="two") + "echo line-1", needs="one")))


GATED = pipeline(stage("confirm", gate("Goes out")), stage("after", job("say", "echo line-1")), name="gated")


class Yard(House):
    """A House whose parts can be found as processes; `temporary` is where its programs put temporary files."""

    def __init__(self, folder, recorder_port, environment=None, settings="runner: { capacity: 4 }\n"):
        super().__init__(folder, settings)
        self.environment = environment or {}
        self.recorder_port = recorder_port
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        self.data = folder / "d"
        self.containers_seen = set()

    def launch(self):
        log = open(self.folder / "server.log", "ab")
        self.process = subprocess.Popen([str(self.program), "serve", "--config", str(self.folder / "sampan.yaml")], stdout=log, stderr=log,
                                        stdin=subprocess.DEVNULL, env={**os.environ, "TMPDIR": str(self.temporary), **self.environment})

    def prepare(self):
        self.start()
        self.repository("fast", {".sampan/daily.yaml": fast(self.recorder_port)})
        self.repository("gated", {".sampan/gated.yaml": GATED})
        self.release(1)
        self.run_to_the_end("shop", "Release 1")

    def release(self, number):
        return self.repository("shop", shop(number, f"hello-{number}"))

    def run_to_the_end(self, name, message):
        repo = self.repository(name, {})
        sha = repo.commit(message)
        repo.push("master")
        found = self.finish(self.run_of(sha))
        assert found["state"] == "succeeded", f"{name}: {found['state']}: {found['reason']}\n{self.log(found['id'])}"

    def application(self):
        return self.admin.get("/api/v1/environments/daily/applications/shop")

    def podman(self, *arguments):
        folder = self.data / "deliver"
        env = {**os.environ, "CONTAINERS_CONF": f"{folder}/containers.conf", "CONTAINERS_STORAGE_CONF": f"{folder}/storage.conf",
               "CONTAINERS_REGISTRIES_CONF": f"{folder}/registries.conf"}
        return subprocess.run(["podman", *arguments], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)

    def working_containers(self):
        """Of image builds; read from the file: buildah, asked by root, would make the store root's."""
        file = self.data / "runner/workshop/root/overlay-containers/containers.json"
        return [one["id"] for one in json.loads(file.read_text() or "[]")] if file.is_file() else []

    def see_containers(self):
        """Remembers the identity of each container that is there now, so that what it leaves is known for its."""
        folder = self.data / "deliver/storage/overlay-containers"
        if folder.is_dir():
            self.containers_seen |= {entry.name for entry in folder.iterdir() if len(entry.name) == 64}


def processes():
    """(pid, parent, words of the command line, state) of every process there is."""
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
            after = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            continue  # it has just ended
        found.append((int(folder.name), int(after[1]), words, after[0]))
    return found


def environment_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def poll(test, seconds, every=0.05):
    """What `test` found in time, or its last answer."""
    deadline = time.time() + seconds
    while True:
        found = test()
        if found or time.time() > deadline:
            return found
        time.sleep(every)


def spread(seed, what):
    """Numbers of its own for each part, so that one part's draws do not move another's."""
    return random.Random(f"{seed} {what}")
