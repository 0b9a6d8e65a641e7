"""The main job, all of it at once, and the ledger of what the server has acknowledged. What fails while something is down is tried
again with something new: only an answer of success is a promise."""
import base64
import hashlib
import http.client
import json
import os
import subprocess
import threading
import time
import urllib.error

from yard import ApiError


class Ledger:
    def __init__(self):
        self.lock = threading.Lock()
        self.pushes = []       # (repository, sha): git push ended with 0
        self.runs = []         # id: answered to a start by hand
        self.blobs = []        # (repository, sha256, size): 201
        self.manifests = []    # (repository, tag, digest): 201
        self.deployments = []  # id: answered to a rollback or a deployment by hand
        self.releases = set()  # (number, digest): seen as delivered
        self.approvals = []    # (run, job): answered

    def add(self, kind, entry):
        with self.lock:
            entries = getattr(self, kind)
            entries.add(entry) if isinstance(entries, set) else entries.append(entry)

    def counts(self):
        return {kind: len(entries) for kind, entries in vars(self).items() if kind != "lock"}


class Work:
    """Workers on threads; resume() and rest() between rounds. rest() returns when nobody is inside an act."""

    def __init__(self, yard, ledger, random, acts=("push", "start_run", "upload", "deliver", "approve")):
        self.yard, self.ledger = yard, ledger
        self.working = threading.Event()
        self.over = False
        self.surprises = []
        self.idle = {act: threading.Event() for act in acts}
        self.numbers = {act: random(act) for act in acts}
        self.releases = 1
        self.threads = [threading.Thread(target=self.go_on, args=(act,), daemon=True) for act in acts]
        for thread in self.threads:
            thread.start()

    def go_on(self, name):
        act = getattr(self, name)
        while not self.over:
            self.idle[name].set()
            if not self.working.wait(0.2):
                continue
            self.idle[name].clear()
            try:
                act(self.numbers[name])
            except (ApiError, OSError, urllib.error.URLError, http.client.HTTPException, SystemExit, ValueError):
                time.sleep(0.1)  # refused or broken off: nothing was promised
            except Exception as error:  # a mistake of ours would otherwise only look like quiet
                self.surprises.append(f"{name}: {error!r}")
                time.sleep(0.1)
        self.idle[name].set()

    def resume(self):
        self.working.set()

    def rest(self, seconds=90):
        self.working.clear()
        return [name for name, idle in self.idle.items() if not idle.wait(seconds)]

    def stop(self):
        self.over = True
        for thread in self.threads:
            thread.join(10)

    def commit_and_push(self, name, message):
        repo = self.yard.repository(name, {})
        (repo.folder / "note").write_text(f"{time.time_ns()}\n")
        sha = repo.commit(message)
        said = subprocess.run(["git", "push", "-q", "origin", "master"], cwd=repo.folder, env={**os.environ, **repo.env},
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
        if said.returncode == 0:
            self.ledger.add("pushes", (name, sha))
        return said.returncode == 0

    def push(self, numbers):
        self.commit_and_push("fast", "More")
        time.sleep(numbers.uniform(0.1, 0.5))

    def start_run(self, numbers):
        if self.ledger.pushes:
            made = self.yard.li.post("/api/v1/repos/company/fast/runs", {"pipeline": "daily.yaml", "ref": "master"})
            self.ledger.add("runs", made["id"])
        time.sleep(numbers.uniform(0.4, 1.0))

    def upload(self, numbers):
        """A blob in one to three chunks, and now and then a manifest of it under a tag."""
        registry = Registry(self.yard)
        body = numbers.randbytes(numbers.choice([1, 1000, 70_000, 1_500_000]))
        digest = registry.push_blob("company/chaos", body, numbers.randint(1, 3))
        self.ledger.add("blobs", ("company/chaos", digest, len(body)))
        if numbers.random() < 0.4:
            tag = f"t{time.time_ns()}"
            self.ledger.add("manifests", ("company/chaos", tag, registry.push_manifest("company/chaos", tag, digest, len(body))))
        time.sleep(numbers.uniform(0.0, 0.1))

    def deliver(self, numbers):
        """By a push, by a rollback, or by a release that is named; waits for the end of what was begun."""
        kind = numbers.choice(["push", "rollback", "deploy"])
        path = "/api/v1/environments/daily/applications/shop"
        if kind == "push":
            self.releases += 1
            self.yard.release(f"c{self.releases}")
            self.commit_and_push("shop", f"Release c{self.releases}")
            time.sleep(0.5)
        else:
            numbers_there = [release["number"] for release in self.yard.admin.get(path)["releases"]]
            body = {"release": numbers.choice(numbers_there)} if kind == "deploy" else {}
            made = self.yard.li.post(f"{path}/{kind}", body)
            self.ledger.add("deployments", made["id"])
        deadline = time.time() + 8
        while time.time() < deadline and self.working.is_set():
            application = self.yard.admin.get(path)
            found, digests = application["deployments"], {release["number"]: release["digest"] for release in application["releases"]}
            for deployment in found:
                if deployment["state"] == "succeeded" and deployment["release"] in digests:
                    self.ledger.add("releases", (deployment["release"], digests[deployment["release"]]))
            if found and all(deployment["state"] not in ("queued", "running") for deployment in found):
                return
            time.sleep(0.1)

    def approve(self, numbers):
        self.commit_and_push("gated", "Ask")
        self.pass_gates(12)
        time.sleep(numbers.uniform(0.1, 0.5))

    def pass_gates(self, most=1000):
        for run in self.yard.admin.get("/api/v1/runs?state=waiting&limit=200")["items"][:most]:
            found = self.yard.admin.get(f"/api/v1/runs/{run['id']}")
            for stage in found["stages"]:
                for job in stage["jobs"]:
                    if job["state"] == "waiting" and job.get("gate", {}).get("state") == "open":
                        self.yard.li.post(f"/api/v1/runs/{run['id']}/jobs/{job['id']}/approve", {"comment": "yes"})
                        self.ledger.add("approvals", (run["id"], job["id"]))


class Registry:
    """A client of the registry, as small as the protocol allows (distribution-spec 1.1, "Push")."""

    def __init__(self, yard):
        self.host = yard.url.removeprefix("http://")
        self.headers = {"Authorization": "Basic " + base64.b64encode(f"li:{yard.tokens['li']}".encode()).decode()}

    def ask(self, connection, method, path, body=b"", headers=None):
        connection.request(method, path, body=body, headers={**self.headers, **(headers or {})})
        answer = connection.getresponse()
        answer.read()
        return answer

    def push_blob(self, repository, body, chunks):
        connection = http.client.HTTPConnection(self.host, timeout=60)
        digest = hashlib.sha256(body).hexdigest()
        try:
            answer = self.ask(connection, "POST", f"/v2/{repository}/blobs/uploads/")
            if answer.status != 202:
                raise ValueError(f"upload: {answer.status}")
            place = path_of(answer.headers["Location"])
            size = -(-len(body) // chunks)
            for start in range(0, len(body), size) if chunks > 1 else ():
                part = body[start:start + size]
                answer = self.ask(connection, "PATCH", place, part, {"Content-Range": f"{start}-{start + len(part) - 1}", "Content-Type": "application/octet-stream"})
                if answer.status != 202:
                    raise ValueError(f"chunk: {answer.status}")
                place = path_of(answer.headers["Location"])
            rest = body if chunks == 1 else b""
            answer = self.ask(connection, "PUT", f"{place}{'&' if '?' in place else '?'}digest=sha256:{digest}", rest, {"Content-Type": "application/octet-stream"})
            if answer.status != 201:
                raise ValueError(f"blob: {answer.status}")
            return digest
        finally:
            connection.close()

    def push_manifest(self, repository, tag, blob, size):
        descriptor = {"mediaType": "application/octet-stream", "digest": f"sha256:{blob}", "size": size}
        body = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": descriptor, "layers": [],
                           "annotations": {"tag": tag}}).encode()
        connection = http.client.HTTPConnection(self.host, timeout=60)
        try:
            answer = self.ask(connection, "PUT", f"/v2/{repository}/manifests/{tag}", body, {"Content-Type": "application/vnd.oci.image.manifest.v1+json"})
            if answer.status != 201:
                raise ValueError(f"manifest: {answer.status}")
            return "sha256:" + hashlib.sha256(body).hexdigest()
        finally:
            connection.close()


def path_of(location):
    return "/" + location.split("/", 3)[3] if location.startswith("http") else location
