"""Replays the case study on this machine with its real parts, and measures it. `./demo` installs, builds and calls this."""
import argparse
import json
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import time

from sampan_demo import BIN, ROOT, Api, Load, Repo, Stages, answer_of, free_port, parse_time, run, seconds_between, wait_for
from table import print_table

HOME = pathlib.Path(os.environ.get("SAMPAN_DEMO", "/var/lib/sampan-demo"))
VERSION_FILE = "src/main/resources/release.properties"


class Demo:
    def __init__(self):
        self.stages = Stages()
        self.state_file = HOME / "demo.json"
        self.state = json.loads(self.state_file.read_text()) if self.state_file.exists() else {}
        self.figures = {}
        self.seen_runs = set()

    def save(self):
        self.state_file.parent.mkdir(parents=True, exist_ok=True)
        self.state_file.write_text(json.dumps(self.state, indent=1))
        self.state_file.chmod(0o600)

    # --- the server and what stands around it ---
    def start_server(self):
        HOME.mkdir(parents=True, exist_ok=True)
        if "port" not in self.state:
            self.state.update(port=free_port(8080), robot_port=free_port(18300), robot_secret=secrets.token_hex(16), first_port=free_port(8100))
            self.save()
        port = self.state["port"]
        (HOME / "sampan.yaml").write_text(
            f"data: {HOME}/data\nserver: {{ address: 0.0.0.0, port: {port} }}\nweb: {{ uiFolder: {ROOT}/ui/dist }}\n"
            f"deliver: {{ firstPort: {self.state['first_port']}, lastPort: {self.state['first_port'] + 40}, warmMemoryBudget: 4GiB }}\nrunner: {{ capacity: 2 }}\n")
        self.start_process("robot", ["python3", ROOT / "casestudy/dingtalk.py", self.state["robot_port"], HOME / "notices.jsonl"], {"DINGTALK_SECRET": self.state["robot_secret"]})
        url = f"http://127.0.0.1:{port}"
        pid = self.state.get("server_pid")
        if pid and alive(pid, "server") and not os.path.samefile(f"/proc/{pid}/exe", BIN / "sampan"):
            self.stages.say("the server was built anew: it is restarted; the applications serve on")
            end(pid, "server")
        if not answer_of(url + "/healthz"):
            self.start_process("server", [BIN / "sampan", "serve", "--config", HOME / "sampan.yaml"])
        wait_for("the server's first answer", lambda: answer_of(url + "/healthz"), 30)
        first = HOME / "data/first-password"
        if "admin_password" not in self.state:
            self.state["admin_password"] = wait_for("the first administrator's password", lambda: first.exists() and first.read_text().strip(), 10)
            self.save()
        self.admin = Api(url, "admin", self.state["admin_password"])
        self.admin.get("/api/v1/me")
        self.url = url

    def start_process(self, name, argv, env=None):
        pid = self.state.get(f"{name}_pid")
        if pid and alive(pid, name):
            return
        log = open(HOME / f"{name}.log", "ab")
        process = subprocess.Popen([str(a) for a in argv], stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, env={**os.environ, **(env or {})})
        self.state[f"{name}_pid"] = process.pid
        self.save()

    # --- people, rights, secrets, the robot ---
    def people(self):
        self.accounts = self.state.setdefault("accounts", {})
        for login, name in {"li": "Li Na", "wang": "Wang Wei", "zhao": "Zhao Min"}.items():
            if login in self.accounts:
                continue
            password = secrets.token_urlsafe(12)
            self.admin.post("/api/v1/users", {"login": login, "name": name, "email": f"{login}@example.com", "password": password})
            token = Api(self.url, login, password).post("/api/v1/me/tokens", {"name": "demo", "scopes": ["api_read", "api_write", "repo_read", "repo_write", "image_read", "image_write"]})["token"]
            self.accounts[login] = {"password": password, "token": token}
            self.save()
        for group in ("company", "base"):
            if not self.admin.exists(f"/api/v1/groups/{group}"):
                self.admin.post("/api/v1/groups", {"name": group, "visibility": "internal" if group == "base" else "private"})
        for login, role in {"li": "developer", "wang": "developer", "zhao": "admin"}.items():
            self.admin.put(f"/api/v1/groups/company/members/{login}", {"role": role})
        for environment, login, role in (("daily", "li", "developer"), ("daily", "wang", "developer"), ("production", "zhao", "admin"), ("production", "li", "developer")):
            self.admin.put(f"/api/v1/environments/{environment}/members/{login}", {"role": role})
        for environment in ("daily", "production"):
            if "db-" + environment not in self.state:
                group = f"{environment}-secrets"
                self.admin.put(f"/api/v1/variable-groups/{group}", {"description": f"what only {environment} knows", "environments": [environment]})
                self.admin.put(f"/api/v1/variable-groups/{group}/variables/DB_PASSWORD", {"value": secrets.token_urlsafe(18), "secret": True})
                self.state["db-" + environment] = True
                self.save()
        if not any(robot["name"] == "dingtalk" for robot in self.admin.get("/api/v1/robots")["items"]):
            self.admin.post("/api/v1/robots", {
                "name": "dingtalk", "kind": "dingtalk", "url": f"http://127.0.0.1:{self.state['robot_port']}/robot/send?access_token=demo", "secret": self.state["robot_secret"],
                "events": ["run_failed", "run_recovered", "run_succeeded", "gate_opened", "deployment_finished", "app_changed"]})
        self.li = Api(self.url, "li", self.accounts["li"]["token"])
        self.zhao = Api(self.url, "zhao", self.accounts["zhao"]["token"])

    def base_images(self):
        run(["bash", ROOT / "casestudy/base-images.sh"], env={"REGISTRY": f"127.0.0.1:{self.state['port']}", "REGISTRY_USER": "admin",
                                                         "REGISTRY_PASSWORD": self.state["admin_password"], "DEMO_CACHE": str(HOME / "cache")})

    # --- code ---
    def repository(self, name, source):
        """The repository on the server and li's working copy of it, filled from the demo's sources."""
        if not self.admin.exists(f"/api/v1/repos/company/{name}"):
            self.li.post("/api/v1/repos", {"group": "company", "name": name, "template": "empty"})
        folder = HOME / "work" / name
        repo = Repo(folder, f"{self.url}/company/{name}.git", "li", self.accounts["li"]["token"])
        if not (folder / ".git").exists():
            shutil.copytree(source, folder, ignore=shutil.ignore_patterns("target", "node_modules", "dist"))
            repo.git("init", "-q", "-b", "master")
            repo.git("remote", "add", "origin", repo.url)
            repo.commit("Bring the service in")
        return repo

    def set_version(self, repo, version, fault="none"):
        path = repo.folder / VERSION_FILE
        lines = [line for line in path.read_text().splitlines() if not line.startswith(("release.version=", "release.fault="))]
        path.write_text("\n".join([*lines, f"release.version={version}", f"release.fault={fault}"]) + "\n")
        return repo.commit(f"Release {version}")

    def run_of(self, sha, pipeline, seconds=20):
        def find():
            for item in self.admin.get("/api/v1/runs?limit=30")["items"]:
                if item["sha"] == sha and item["pipeline"] == pipeline:
                    return item["id"]
            return None
        return wait_for(f"a run of {pipeline} for {sha[:8]}", find, seconds)

    def finish(self, run_id, wanted="succeeded", seconds=300):
        def over():
            found = self.admin.get(f"/api/v1/runs/{run_id}")
            return found if found["state"] in ("succeeded", "failed", "canceled") else None
        found = wait_for(f"run {run_id}", over, seconds, 0.1)
        if found["state"] != wanted:
            for stage in found["stages"]:
                for job in stage["jobs"]:
                    if job["state"] == "failed":
                        log = self.admin.get(f"/api/v1/runs/{run_id}/jobs/{job['id']}/log?tail=40")
                        print("\n".join(line["text"] for line in log["lines"]))
            raise SystemExit(f"demo: run {run_id} ended {found['state']}, not {wanted}: {found['reason']}")
        return found

    def app(self, environment, name="order-service"):
        return self.admin.get(f"/api/v1/environments/{environment}/applications/{name}")

    def own_time(self, found, steps=("test", "build")):
        """Seconds the application's own compile and tests took in a run."""
        total = 0.0
        for stage in found["stages"]:
            for job in stage["jobs"]:
                for step in job["steps"]:
                    if step["key"] in steps and step.get("started_at") and step.get("finished_at"):
                        total += parse_time(step["finished_at"]) - parse_time(step["started_at"])
        return total

    def start_time(self, deployment_id):
        """Seconds the application itself needed to start: the longest instance, from its start to its first good probe."""
        phases = {phase["name"]: phase for phase in self.admin.get(f"/api/v1/deployments/{deployment_id}")["phases"]}
        probing = phases.get("probing", {})
        if probing.get("started_at") and probing.get("finished_at"):
            return parse_time(probing["finished_at"]) - parse_time(probing["started_at"])
        return 0.0

    def deployment_of(self, found):
        return next((job["deployment_id"] for stage in found["stages"] for job in stage["jobs"] if job.get("deployment_id")), None)


def alive(pid, name):
    try:
        command = pathlib.Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return False
    return ("dingtalk" if name == "robot" else "sampan") in command


def end(pid, name):
    os.kill(pid, signal.SIGTERM)
    wait_for(f"the end of the {name}", lambda: not alive(pid, name), 30)


def take_down():
    """Ends what the demo started and removes what it made, and only that."""
    state_file = HOME / "demo.json"
    if not state_file.exists():
        print(f"nothing to take down: {state_file} is not there")
        return
    state = json.loads(state_file.read_text())
    for name in ("server", "robot"):
        pid = state.get(f"{name}_pid")
        if pid and alive(pid, name):
            end(pid, name)
    if (HOME / "sampan.yaml").exists():
        run([BIN / "sampan", "destroy", "--config", HOME / "sampan.yaml", "--yes"], quiet=False)
    shutil.rmtree(HOME)
    print(f"removed {HOME}")


def main():
    parser = argparse.ArgumentParser(prog="./demo")
    parser.add_argument("--json", metavar="FILE", help="also write the table as one flat JSON object")
    parser.add_argument("--down", action="store_true", help="remove everything the demo made")
    arguments = parser.parse_args()
    if arguments.down:
        return take_down()
    from story import tell
    demo = Demo()
    tell(demo)
    print_table(demo.figures)
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(demo.figures, indent=1) + "\n")
    print(f"\nSampan runs on at {demo.url}   login: admin   password: {demo.state['admin_password']}\nRemove everything with ./demo --down")


if __name__ == "__main__":
    main()
