"""A server of its own in a folder of its own, on a port of its own, for the stories."""
import os
import pathlib
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "casestudy"))
os.environ.setdefault("SAMPAN_BIN", str(ROOT / "build" / "dev"))
from sampan_demo import BIN, Api, ApiError, Repo, answer_of, free_port, run, wait_for  # noqa: E402,F401


class House:
    def __init__(self, folder, settings=""):
        """settings: further lines of the server's configuration file."""
        self.folder, self.settings = folder, settings
        self.port = free_port(19080)
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None
        self.program = BIN / "sampan"
        self.tokens, self.passwords = {}, {}

    def configure(self):
        first = free_port(19200)
        (self.folder / "sampan.yaml").write_text(
            f"data: {self.folder}/d\nserver: {{ address: 127.0.0.1, port: {self.port} }}\ndeliver: {{ firstPort: {first}, lastPort: {first + 20} }}\npipeline: {{ lease: 3s }}\nweb: {{ uiFolder: {ROOT}/ui/dist }}\n{self.settings}")

    def start(self):
        self.configure()
        self.up()
        self.password = (self.folder / "d/first-password").read_text().strip()
        self.admin = Api(self.url, "admin", self.password)
        for name in ("li", "viewer"):
            secret = self.passwords[name] = "Flow-" + os.urandom(9).hex()
            self.admin.post("/api/v1/users", {"login": name, "name": name, "email": f"{name}@example.com", "password": secret})
            self.tokens[name] = Api(self.url, name, secret).post("/api/v1/me/tokens", {
                "name": "flow", "scopes": ["api_read", "api_write", "repo_read", "repo_write", "image_read", "image_write"]})["token"]
        self.admin.post("/api/v1/groups", {"name": "company", "visibility": "private"})
        self.admin.put("/api/v1/groups/company/members/li", {"role": "developer"})
        self.admin.put("/api/v1/environments/daily/members/li", {"role": "developer"})
        self.li = Api(self.url, "li", self.tokens["li"])
        self.viewer = Api(self.url, "viewer", self.tokens["viewer"])

    def up(self):
        self.launch()
        wait_for("the server", lambda: answer_of(self.url + "/healthz"), 30)

    def launch(self):
        log = open(self.folder / "server.log", "ab")
        self.process = subprocess.Popen([str(self.program), "serve", "--config", str(self.folder / "sampan.yaml")], stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)

    def take_down(self):
        if self.process and self.process.poll() is None:
            self.stop()
        run([BIN / "sampan", "destroy", "--config", self.folder / "sampan.yaml", "--yes"], check=False)

    def repository(self, name, files, login="li"):
        if not self.admin.exists(f"/api/v1/repos/company/{name}"):
            self.admin.post("/api/v1/repos", {"group": "company", "name": name, "template": "empty"})
        folder = self.folder / "work" / f"{name}-{login}"
        folder.mkdir(parents=True, exist_ok=True)
        repo = Repo(folder, f"{self.url}/company/{name}.git", login, self.tokens[login])
        if not (folder / ".git").exists():
            repo.git("init", "-q", "-b", "master")
            repo.git("remote", "add", "origin", repo.url)
        for path, text in files.items():
            repo.write(path, text)
        return repo

    def run_of(self, sha, seconds=20):
        def find():
            return next((item["id"] for item in self.admin.get(f"/api/v1/runs?sha={sha}")["items"]), None)
        return wait_for(f"a run for {sha[:8]}", find, seconds)

    def finish(self, run_id, seconds=180):
        def over():
            found = self.admin.get(f"/api/v1/runs/{run_id}")
            return found if found["state"] in ("succeeded", "failed", "canceled") else None
        return wait_for(f"run {run_id}", over, seconds, 0.05)

    def log(self, run_id):
        text = []
        for stage in self.admin.get(f"/api/v1/runs/{run_id}")["stages"]:
            for job in stage["jobs"]:
                if job.get("started_at"):
                    text += [line["text"] for line in self.admin.get(f"/api/v1/runs/{run_id}/jobs/{job['id']}/log?tail=500")["lines"]]
        return "\n".join(text)


def pause(seconds):
    time.sleep(seconds)
