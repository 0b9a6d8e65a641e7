"""Every route of the served OpenAPI document, called by it: request and answer are held to its schemas."""
import base64
import contextlib
import hashlib
import http.server
import json
import os
import re
import threading
import urllib.error
import urllib.parse
import urllib.request

import jsonschema

from house import Repo, wait_for

RUNNER_LABEL = "routes-story"
PIPELINE = f"""name: routes
cache: {{ cacheDirs: [~/.m2] }}
sources:
  code: {{ type: git, branch: master, branchesFilter: ^never$, triggerEvents: push }}
stages:
  by:
    name: By hand
    jobs:
      hand: {{ name: Hand, driven: manual, runsOn: private/{RUNNER_LABEL}, steps: {{ say: {{ name: Say, step: Command, with: {{ run: "true" }} }} }} }}
  gate:
    name: Gate
    jobs:
      ask: {{ name: Ask, component: ManualValidate, with: {{ validatorType: users, validatorUsers: [admin], validateMethod: or }} }}
"""


class Caller:
    """Calls operations by their path template and remembers which ones answered as documented."""

    def __init__(self, url, document):
        self.url, self.document = url, document
        self.called = set()

    def schema(self, content):
        """The schema of a JSON body with what it refers to; none where the body is bytes."""
        found = (content or {}).get("application/json", {}).get("schema")
        return None if found is None else {**found, "components": self.document["components"]}

    def call(self, by, method, template, values=None, query=None, body=None, refused=None):
        operation = self.document["paths"][template][method.lower()]
        names = {p["name"]: p for p in operation.get("parameters", [])}
        for name in (values or {}) | (query or {}):
            assert name in names, f"{method} {template}: parameter {name} is not documented"
        if isinstance(body, dict) and refused is None:
            jsonschema.validate(body, self.schema(operation["requestBody"]["content"]))
        path = re.sub(r"\{(\w+)\}", lambda m: urllib.parse.quote(str(values[m[1]]), safe="/" if "slashes" in names[m[1]]["description"] else ""), template)
        address = self.url + path + ("?" + urllib.parse.urlencode(query) if query else "")
        data = json.dumps(body).encode() if isinstance(body, dict) else body if body is not None else b"" if method != "GET" else None
        request = urllib.request.Request(address, method=method, data=data, headers={"Content-Type": "application/json" if isinstance(body, dict) else "application/octet-stream", **by})
        stream = template.endswith("/stream")
        try:
            answer = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as error:
            text = error.read()
            assert refused == error.code, f"{method} {path}: {error.code} {text[:300]}, expected {refused or 'success'}"
            reference = operation["responses"]["default"]["$ref"].rsplit("/", 1)[1]
            jsonschema.validate(json.loads(text), self.schema(self.document["components"]["responses"][reference]["content"]))
            return None
        assert refused is None, f"{method} {path}: answered {answer.status}, expected {refused}"
        self.called.add((method, template))
        if stream:
            return answer
        with answer:
            text = answer.read()
        wanted = self.schema(operation["responses"]["2XX"].get("content"))
        if wanted is None:
            return text
        found = json.loads(text)
        try:
            jsonschema.validate(found, wanted)
        except jsonschema.ValidationError as error:
            raise AssertionError(f"{method} {path}: the answer is not as documented at {list(error.path)}: {error.message[:300]}") from None
        return found


def basic(login, secret):
    return {"Authorization": "Basic " + base64.b64encode(f"{login}:{secret}".encode()).decode()}


def event(stream, wanted):
    """The data of the next event of that name."""
    name = ""
    for line in stream:
        line = line.decode().rstrip("\n")
        if line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:") and name == wanted:
            return json.loads(line[5:])
    raise AssertionError(f"the stream ended without an event {wanted}")


def people(call, admin, house):
    secret, other = ("Routes-" + os.urandom(9).hex() for _ in range(2))
    call(admin, "POST", "/api/v1/users", body={"login": "routes", "name": "Routes", "email": "routes@example.com", "password": secret})
    call(admin, "PATCH", "/api/v1/users/{login}", {"login": "routes"}, body={"name": "Routes of the story"})
    call(admin, "GET", "/api/v1/users", query={"limit": 2})
    call({}, "GET", "/api/v1/me", refused=401)
    me = basic("routes", secret)
    call(me, "GET", "/api/v1/me")
    call(me, "PATCH", "/api/v1/me", body={"locale": "zh"})
    call(me, "PATCH", "/api/v1/me", body={"locale": "klingon"}, refused=422)
    call(me, "POST", "/api/v1/me/password", body={"old_password": secret, "new_password": other})
    me = basic("routes", other)
    token = call(me, "POST", "/api/v1/me/tokens", body={"name": "story", "scopes": ["api_read"], "expires_in_days": 1})
    call({"Authorization": "Bearer " + token["token"]}, "GET", "/api/v1/me/tokens")
    call(me, "DELETE", "/api/v1/me/tokens/{id}", {"id": token["id"]})
    call({"Authorization": "Bearer " + token["token"]}, "GET", "/api/v1/me/tokens", refused=401)
    call({}, "GET", "/api/v1/session")
    request = urllib.request.Request(house.url + "/api/v1/session", method="POST", data=json.dumps({"login": "routes", "password": other}).encode())
    cookie = urllib.request.urlopen(request).headers["Set-Cookie"].split(";")[0]
    call({}, "POST", "/api/v1/session", body={"login": "routes", "password": other})
    call({"Cookie": cookie, "X-Sampan-Request": "1"}, "DELETE", "/api/v1/session")
    call(me, "GET", "/api/v1/audit", refused=403)
    call(admin, "GET", "/api/v1/audit", query={"actor": "admin", "limit": 5})
    return me


def members(call, admin, me, kind, values):
    all_of = f"/api/v1/{kind}/members"
    one, login = all_of + "/{login}", {**values, "login": "routes"}
    call(admin, "PUT", one, login, body={"role": "viewer"})
    call(admin, "PUT", one, login, body={"role": "emperor"}, refused=422)
    call(me, "PUT", one, login, body={"role": "admin"}, refused=403)
    call(admin, "GET", one, login)
    call(admin, "GET", all_of, values)
    call(admin, "DELETE", one, login)


def code(call, admin, me, repo):
    group, at = {"group": "routes"}, {"group": "routes", "repo": "book"}
    call(admin, "POST", "/api/v1/groups", body={"name": "routes", "visibility": "private"})
    call(admin, "GET", "/api/v1/groups")
    call(admin, "PATCH", "/api/v1/groups/{group}", group, body={"description": "of a story"})
    call(admin, "GET", "/api/v1/groups/{group}", group)
    members(call, admin, me, "groups/{group}", group)
    call(admin, "GET", "/api/v1/templates")
    call(admin, "POST", "/api/v1/repos", body={"group": "routes", "name": "book"})
    call(admin, "GET", "/api/v1/repos", query={"query": "book"})
    call(admin, "PATCH", "/api/v1/repos/{group}/{repo}", at, body={"description": "a book"})
    call(admin, "GET", "/api/v1/repos/{group}/{repo}", at)
    call(me, "GET", "/api/v1/repos/{group}/{repo}", at, refused=404)
    members(call, admin, me, "repos/{group}/{repo}", at)
    repo.git("init", "-q", "-b", "master")
    repo.write(".sampan/routes.yaml", PIPELINE)
    repo.write("page", "one\n")
    repo.commit("First")
    repo.write("page", "two\n")
    sha = repo.commit("Second")
    repo.git("tag", "v1")
    repo.git("remote", "add", "origin", repo.url)
    repo.git("push", "-q", "origin", "master", "v1")
    call(admin, "POST", "/api/v1/repos/{group}/{repo}/branches", at, body={"name": "side/branch", "from": "master"})
    for what in ("branches", "tags", "pushes", "commits", "tree"):
        call(admin, "GET", "/api/v1/repos/{group}/{repo}/" + what, at)
    call(admin, "DELETE", "/api/v1/repos/{group}/{repo}/branches/{name}", {**at, "name": "side/branch"})
    call(admin, "GET", "/api/v1/repos/{group}/{repo}/commits/{sha}", {**at, "sha": sha})
    call(admin, "GET", "/api/v1/repos/{group}/{repo}/commits/{sha}/diff", {**at, "sha": sha})
    call(admin, "GET", "/api/v1/repos/{group}/{repo}/compare", at, {"from": "v1", "to": "master"})
    for what in ("file", "raw", "blame"):
        call(admin, "GET", "/api/v1/repos/{group}/{repo}/" + what, at, {"path": "page"})
        call(admin, "GET", "/api/v1/repos/{group}/{repo}/" + what, at, {"path": "absent"}, refused=404)
    said = call(admin, "GET", "/{group}/{repo}/info/refs", {"group": "routes", "repo": "book.git"}, {"service": "git-upload-pack"})
    assert b"# service=git-upload-pack" in said, said
    for service in ("git-upload-pack", "git-receive-pack"):
        headers = {**admin, "Content-Type": f"application/x-{service}-request"}
        call(headers, "POST", "/{group}/{repo}/" + service, {"group": "routes", "repo": "book.git"}, body=b"0000")
    return at


def scans(call, admin, me, at, repo):
    """A file with one finding (a constant spelled small), dismissed and taken up again."""
    of = "/api/v1/repos/{group}/{repo}/"
    call(admin, "PUT", of + "red-lines", at, body={"items": [{"branch": "master", "severity": severity, "scope": "all", "most": 0} for severity in ("critical", "major")]})
    call(admin, "PUT", of + "red-lines", at, body={"items": [{"branch": "", "severity": "major", "scope": "all", "most": 0}]}, refused=422)
    repo.write("Sample.java", "package page;\n\n/**\n * Sample.\n *\n * @author ann\n * @date 2026/01/01\n */\npublic class Sample {\n    private int Bad_Name;\n}\n")
    repo.commit("A field of a wrong name")
    repo.push("master")
    call(admin, "POST", of + "scans", at, body={"ref": "master"})
    found = wait_for("the scan", lambda: (lambda f: f if f["scan"] and f["scan"]["state"] == "done" else None)(call(admin, "GET", of + "findings", at, {"ref": "master"})), 20)
    assert [f["rule"] for f in found["items"]] == ["LowerCamelCaseVariableNamingRule"], found
    assert call(admin, "GET", of + "findings/trend", at)["items"][0]["fresh"] == found["scan"]["fresh"]
    assert call(admin, "GET", of + "gate", at)["state"] == "failed"
    assert call(admin, "GET", of + "scans", at, {"commit": found["commit"]})["items"][0]["state"] == "done"
    wanted = {"fingerprint": found["items"][0]["fingerprint"], "ref": "master", "reason": "the column is called so", "days": 30}
    call(me, "POST", of + "dismissals", at, body=wanted, refused=404)
    made = call(admin, "POST", of + "dismissals", at, body=wanted)
    assert call(admin, "GET", of + "gate", at)["state"] == "passed"
    assert call(admin, "GET", of + "dismissals", at)["items"][0]["reason"] == wanted["reason"]
    call(admin, "DELETE", of + "dismissals/{id}", {**at, "id": made["id"]})
    there = {**at, "commit": found["commit"]}
    results = json.dumps({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "Lint"}}, "results": [
        {"ruleId": "R", "message": {"text": "is bad"}, "locations": [{"physicalLocation": {"artifactLocation": {"uri": "Sample.java"}}}]}]}]}).encode()
    call(me, "POST", of + "scans/{commit}/sarif", there, body=results, refused=404)
    call(admin, "POST", of + "scans/{commit}/sarif", there, body=b"[]", refused=422)
    assert call(admin, "POST", of + "scans/{commit}/sarif", there, {"tool": "Lint/java"}, body=results)["items"][0]["found"]["major"] == 1
    assert call(admin, "GET", of + "scans/{commit}/sarif", there)["items"][0]["tool"] == "Lint/java"
    call(admin, "GET", of + "red-lines", at)


class RunnerByHand:
    """A runner spoken by its documented protocol, for the one label it registered with."""

    def __init__(self, call, admin):
        self.call = call
        made = call(admin, "POST", "/api/v1/runners", body={"name": "by-hand", "labels": [RUNNER_LABEL]})
        self.headers = {"Authorization": "Bearer " + made["token"]}
        self.stream = call(self.headers, "GET", "/api/v1/runner/stream", query={"name": "by-hand", "version": "1", "capacity": 1, "labels": RUNNER_LABEL})
        event(self.stream, "hello")
        call(self.headers, "POST", "/api/v1/runner/heartbeat", body={"jobs": []})

    def work(self):
        order = event(self.stream, "job")
        job, fence, call, by = {"job": order["job"]}, order["fence"], self.call, self.headers
        text = b"\x1esay\nsaid by hand\n"
        call(by, "POST", "/api/v1/runner/jobs/{job}/log", job, {"fence": fence, "offset": 0}, text)
        call(by, "POST", "/api/v1/runner/jobs/{job}/log", job, {"fence": fence, "offset": 1000}, text, refused=409)
        at = "2026-01-01T00:00:00Z"
        call(by, "POST", "/api/v1/runner/jobs/{job}/steps", job, body={"fence": fence, "updates": [{"step": "say", "state": "running", "at": at, "log_offset": 0}], "variables": {"MADE": "by hand"}})
        artifact = call(by, "PUT", "/api/v1/runner/jobs/{job}/artifacts/{name}", {**job, "name": "page"}, {"fence": fence, "file_name": "page.txt", "kind": "file", "step": "say"}, b"bytes")
        assert call(by, "GET", "/api/v1/runner/artifacts/{artifact}", {"artifact": artifact["id"]}) == b"bytes"
        call(by, "POST", "/api/v1/runner/jobs/{job}/images", job, body={"fence": fence, "name": "image", "image": "routes/book", "digest": "sha256:" + "0" * 64, "step": "say"})
        report = b'<testsuite name="s" tests="1"><testcase classname="c" name="n" time="0.1"/></testsuite>'
        call(by, "POST", "/api/v1/runner/jobs/{job}/reports", job, {"fence": fence, "kind": "junit", "name": "unit", "step": "say"}, report)
        call(by, "POST", "/api/v1/runner/jobs/{job}/metrics", job, body={"fence": fence, "step": "say", "metrics": [{"name": "page.words", "value": 2, "comparator": "LE", "limit": 3}]})
        call(by, "POST", "/api/v1/runner/jobs/{job}/caches", job, body={"fence": fence, "caches": [{"key": order["caches"][0]["key"], "size": 10, "dropped": False, "reason": ""}]})
        call(by, "POST", "/api/v1/runner/jobs/{job}/finish", job, body={"fence": fence + 1, "state": "succeeded"}, refused=409)
        call(by, "POST", "/api/v1/runner/jobs/{job}/finish", job, body={"fence": fence, "state": "succeeded", "reason": "", "finished_at": at})
        return artifact["id"]


def runs(call, admin, me, at, advisories):
    runner = RunnerByHand(call, admin)
    of = {"sum": hashlib.sha256(b"imported").hexdigest()}
    call(runner.headers, "GET", "/api/v1/runner/advisories/{sum}", of, refused=404)
    advisories.write_bytes(b"imported")
    assert call(runner.headers, "GET", "/api/v1/runner/advisories/{sum}", of) == b"imported"
    advisories.unlink()
    call(admin, "GET", "/api/v1/runners")
    call(admin, "GET", "/api/v1/repos/{group}/{repo}/pipelines", at)
    call(admin, "GET", "/api/v1/repos/{group}/{repo}/pipelines/{file}", {**at, "file": "routes.yaml"})
    call(admin, "GET", "/api/v1/repos/{group}/{repo}/triggers", at)
    assert call(admin, "POST", "/api/v1/pipelines/check", body={"yaml": "stages: 1\n", "file": "x.yaml"})["errors"]

    def start():
        return call(admin, "POST", "/api/v1/repos/{group}/{repo}/runs", at, body={"pipeline": "routes.yaml", "ref": "master", "variables": {"K": "v"}})

    def job(run, key):
        found = call(admin, "GET", "/api/v1/runs/{run}", {"run": run})
        return next(j for stage in found["stages"] for j in stage["jobs"] if j["key"].endswith(key))

    def reach_gate(run):
        call(admin, "POST", "/api/v1/runs/{run}/jobs/{job}/start", {"run": run, "job": job(run, "hand")["id"]})
        made = runner.work()
        return made, wait_for("the gate", lambda: (lambda j: j["id"] if j["state"] == "waiting" else None)(job(run, "ask")), 20)

    run = start()["id"]
    call(me, "POST", "/api/v1/runs/{run}/cancel", {"run": run}, refused=404)
    artifact, gate = reach_gate(run)
    hand = {"run": run, "job": job(run, "hand")["id"]}
    call(admin, "POST", "/api/v1/runs/{run}/jobs/{job}/approve", {"run": run, "job": gate}, body={"comment": "well"})
    assert [line["text"] for line in call(admin, "GET", "/api/v1/runs/{run}/jobs/{job}/log", hand)["lines"]] == ["said by hand"]
    assert b"said by hand" in call(admin, "GET", "/api/v1/runs/{run}/jobs/{job}/log.txt", hand)
    with call(admin, "GET", "/api/v1/runs/{run}/jobs/{job}/log/stream", hand, {"from_line": 1}) as stream:
        assert b"said by hand" in b"".join(stream.readline() for _ in range(3))
    assert call(admin, "GET", "/api/v1/runs/{run}/artifacts/{artifact}", {"run": run, "artifact": artifact}) == b"bytes"
    cache = call(admin, "GET", "/api/v1/repos/{group}/{repo}/caches", at)["items"][0]
    call(admin, "DELETE", "/api/v1/repos/{group}/{repo}/caches/{cache}", {**at, "cache": cache["id"]})
    second = start()["id"]
    _, gate = reach_gate(second)
    call(admin, "POST", "/api/v1/runs/{run}/jobs/{job}/refuse", {"run": second, "job": gate}, body={"comment": "not this one"})
    call(admin, "POST", "/api/v1/runs/{run}/retry", {"run": second}, body={})
    third = start()["id"]
    call(admin, "POST", "/api/v1/runs/{run}/cancel", {"run": third})
    call(admin, "GET", "/api/v1/runs", query={"limit": 3, "mine": "true"})
    call(admin, "GET", "/api/v1/repos/{group}/{repo}/runs", at, {"state": "failed"})
    runner.stream.close()
    found = next(r for r in call(admin, "GET", "/api/v1/runners")["items"] if r["name"] == "by-hand")
    call(admin, "DELETE", "/api/v1/runners/{runner}", {"runner": found["id"]})


class Taker(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def receiver():
    """Somebody who takes a robot's messages; its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def settings(call, admin):
    name = {"name": "routes"}
    call(admin, "PUT", "/api/v1/variable-groups/{name}", name, body={"description": "of a story", "repos": ["routes/book"]})
    call(admin, "PUT", "/api/v1/variable-groups/{name}/variables/{key}", {**name, "key": "COLOR"}, body={"value": "blue"})
    call(admin, "GET", "/api/v1/variable-groups")
    call(admin, "GET", "/api/v1/variable-groups/{name}/history", name)
    call(admin, "DELETE", "/api/v1/variable-groups/{name}/variables/{key}", {**name, "key": "COLOR"})
    call(admin, "DELETE", "/api/v1/variable-groups/{name}", name)
    with receiver() as url:
        robot = call(admin, "POST", "/api/v1/robots", body={"name": "routes", "kind": "webhook", "url": url, "events": []})
        at = {"id": robot["id"]}
        call(admin, "PATCH", "/api/v1/robots/{id}", at, body={"name": "routes again"})
        call(admin, "GET", "/api/v1/robots")
        call(admin, "POST", "/api/v1/robots/{id}/test", at)
        call(admin, "GET", "/api/v1/robots/{id}/deliveries", at)
        call(admin, "DELETE", "/api/v1/robots/{id}", at)


def images(call, admin):
    tags = call(admin, "GET", "/api/v1/images/tags", query={"repository": "company/hello"})
    call(admin, "GET", "/api/v1/images")
    of = {"repository": "company/hello", "digest": tags["items"][0]["digest"]}
    wait_for("the image's scan", lambda: call(admin, "GET", "/api/v1/images/findings", query=of)["scan"], 20)
    call(admin, "PATCH", "/api/v1/images/settings", query={"repository": "company/hello"}, body={"immutable_tags": True})
    call(admin, "PATCH", "/api/v1/images/settings", query={"repository": "company/hello"}, body={"immutable_tags": False})
    call(admin, "DELETE", "/api/v1/images/tags", query={"repository": "company/hello", "tag": tags["items"][0]["tag"]})


def deliveries(call, admin, me):
    place, app = {"environment": "trial"}, {"environment": "trial", "app": "shop"}
    of = "/api/v1/environments/{environment}/applications/{app}"
    call(admin, "POST", "/api/v1/environments", body={"name": "trial", "title": "Trial"})
    call(admin, "PATCH", "/api/v1/environments/{environment}", place, body={"title": "On trial"})
    call(admin, "GET", "/api/v1/environments")
    members(call, admin, me, "environments/{environment}", place)

    def over(deployment):
        return wait_for(f"deployment {deployment['id']}", lambda: (lambda d: d if d["state"] not in ("queued", "running") else None)(call(admin, "GET", "/api/v1/deployments/{deployment}", {"deployment": deployment["id"]})), 60)

    first = over(call(admin, "POST", of + "/deploy", app, body={"from_environment": "daily"}))
    assert first["state"] == "succeeded", first
    call(me, "POST", of + "/deploy", app, body={"from_environment": "daily"}, refused=403)
    call(admin, "POST", "/api/v1/environments/{environment}/lock", place, body={"reason": "a story"})
    call(admin, "POST", of + "/restart", app, refused=409)
    call(admin, "POST", "/api/v1/environments/{environment}/unlock", place)
    again = call(admin, "POST", of + "/restart", app)
    call(admin, "POST", "/api/v1/deployments/{deployment}/abort", {"deployment": again["id"]})
    assert over(again)["state"] in ("aborted", "canceled"), over(again)
    call(admin, "POST", of + "/scale", app, body={"instances": 1})
    found = call(admin, "GET", of, app)
    call(admin, "GET", of + "/instances/{instance}/log", {**app, "instance": found["instances"][0]["id"]})
    call(admin, "GET", of + "/metrics", app, {"minutes": 1})
    daily = {"environment": "daily", "app": "shop"}
    earlier = min(r["number"] for r in call(admin, "GET", of, daily)["releases"] if not r["live"])
    call(admin, "GET", of + "/rollback-preview", daily, {"release": earlier})
    assert over(call(admin, "POST", of + "/rollback", daily, body={"release": earlier}))["state"] == "succeeded"
    call(admin, "GET", "/api/v1/applications")
    call(admin, "DELETE", of, app)
    call(admin, "DELETE", "/api/v1/environments/{environment}", place)


def every_documented_route_answers_as_documented(house):
    document = house.admin.get("/api/v1/openapi.json")
    caller = Caller(house.url, document)
    call, admin = caller.call, basic("admin", house.password)
    me = people(call, admin, house)
    folder = house.folder / "work/book"
    folder.mkdir(parents=True)
    repo = Repo(folder, f"{house.url}/routes/book.git", "admin", house.password)
    at = code(call, admin, me, repo)
    scans(call, admin, me, at, repo)
    runs(call, admin, me, at, house.folder / "d/advisories")
    settings(call, admin)
    images(call, admin)
    deliveries(call, admin, me)
    for path, query in (("/metrics", None), ("/api/v1/home", None), ("/api/v1/search", {"q": "shop"}), ("/api/v1/status", None), ("/healthz", None), ("/api/v1/openapi.json", None)):
        call(admin, "GET", path, query=query)
    call(admin, "GET", "/api/v1/stream", query={"topics": "runs"}).close()
    call(admin, "DELETE", "/api/v1/repos/{group}/{repo}", at)
    call(admin, "DELETE", "/api/v1/groups/{group}", {"group": "routes"})
    documented = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    assert caller.called == documented, f"not called: {sorted(documented - caller.called)}"
