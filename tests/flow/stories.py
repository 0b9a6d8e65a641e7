"""The product's sentence as stories; each can fail by itself."""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import time
import urllib.request

from dependencies import a_vulnerable_dependency_is_red_until_its_fixed_version, an_image_with_a_vulnerable_package_is_known_until_it_is_upgraded
from full_disk import a_full_disk_refuses_and_loses_nothing
from house import BIN, ApiError, answer_of, run, wait_for
from programs import a_backup_of_a_running_server_is_restored_elsewhere, a_pipeline_runs_on_the_working_tree, doctor_says_what_is_missing_and_how_to_mend_it
from repositories import one_step, shop
from routes import every_documented_route_answers_as_documented
from sampan_demo import Load

def a_push_runs_the_pipeline(house):
    repo = house.repository("hello", {".sampan/daily.yaml": one_step("echo hello from $CI_COMMIT_ID && id -u && touch /usr/x || echo read-only"), "README.md": "# hello\n"})
    sha = repo.commit("First")
    _, said = repo.push("master")
    found = house.finish(house.run_of(sha))
    text = house.log(found["id"])
    assert found["state"] == "succeeded", f"{found['state']}: {found['reason']}\n{text}"
    assert f"hello from {sha[:8]}" in text and "1000" in text and "read-only" in text, text


def a_failing_step_fails_the_run_with_its_exit_code(house):
    repo = house.repository("failing", {".sampan/daily.yaml": one_step("exit 7")})
    sha = repo.commit("Fail")
    repo.push("master")
    found = house.finish(house.run_of(sha))
    assert found["state"] == "failed" and "7" in found["stages"][0]["jobs"][0]["reason"], found["stages"][0]["jobs"][0]


def a_wrong_pipeline_file_is_told_with_line_and_nearest_name(house):
    repo = house.repository("wrong", {".sampan/daily.yaml": one_step("true").replace("step: Command", "step: Comand")})
    repo.commit("Wrong")
    repo.push("master")
    record = wait_for("the trigger record", lambda: house.admin.get("/api/v1/repos/company/wrong/triggers")["items"], 10)[0]
    assert record["outcome"] == "nothing" and "Command" in record["reason"], record


def a_push_is_told_what_scanning_found(house):
    java = "package com.company;\n\n/**\n * Sample.\n *\n * @author li\n * @date 2026/01/01\n */\npublic class {name} {{\n    private int {field};\n}}\n"
    repo = house.repository("scanned", {"src/First.java": java.format(name="First", field="goodName")})
    repo.commit("First")
    _, said = repo.push("master")
    assert "scan of master: no new findings (0 known)" in said, said
    repo.write("src/Second.java", java.format(name="Second", field="Bad_Name"))
    repo.commit("Second")
    _, said = repo.push("master")
    assert "1 new finding (1 warning)" in said and "src/Second.java:10  LowerCamelCaseVariableNamingRule" in said, said
    assert "/code/company/scanned/findings?ref=master" in said, said
    found = house.admin.get("/api/v1/repos/company/scanned/findings?ref=master")
    assert found["fresh"] == 1 and found["scan"]["files"] == 1, found["scan"]


def scan_workers(house):
    children = pathlib.Path("/proc").glob("[0-9]*/stat")
    found = []
    for stat in children:
        try:
            name, rest = stat.read_text().rsplit(")", 1)
            if int(rest.split()[1]) == house.process.pid and name.endswith("(sampan-scan"):
                found.append(int(stat.parent.name))
        except (FileNotFoundError, ProcessLookupError):
            pass  # ended meanwhile
    return found


def scan_workers_are_killed_during_pushes_and_every_push_is_scanned(house):
    java = "package com.company;\n\n/**\n * Sample.\n *\n * @author li\n * @date 2026/01/01\n */\npublic class C{n} {{\n    private int Bad_Name;\n}}\n"
    repo = house.repository("killed-workers", {"README.md": "# hello\n"})
    repo.commit("First")
    repo.push("master")
    killed = 0
    for n in range(10):
        for k in range(8):
            repo.write(f"src/C{n}x{k}.java", java.format(n=f"{n}x{k}"))
        sha = repo.commit(f"Round {n}")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            pushed = pool.submit(repo.push, "master")
            time.sleep(random.uniform(0, 0.15))
            for pid in scan_workers(house)[:1 + n % 2]:
                with contextlib.suppress(ProcessLookupError):  # one that was killed in the round before, and is gone by now
                    os.kill(pid, signal.SIGKILL)
                    killed += 1
            pushed.result()
        found = wait_for("the scan", lambda: (lambda f: f if f["scan"] and f["scan"]["state"] != "queued" else None)(
            house.admin.get(f"/api/v1/repos/company/killed-workers/findings?ref={sha}&limit=1")), 20, 0.05)
        assert found["scan"]["state"] == "done" and found["scan"]["gaps"] == 0, found["scan"]
        assert found["fresh"] == 8, found
    assert killed > 5, killed
    left = wait_for("two workers", lambda: (lambda pids: pids if len(pids) == 2 else None)(scan_workers(house)), 10, 0.05)
    house.kill()
    wait_for("the end of both", lambda: not any(os.path.exists(f"/proc/{pid}") for pid in left), 5, 0.05)
    house.up()


SCAN = """name: scan
sources:
  code: {{ type: git, branch: master, branchesFilter: ^master$, triggerEvents: push }}
stages:
  scan:
    name: Scan
    jobs:
      p3c: {{ name: Guidelines, steps: {{ look: {{ name: Look, step: JavaP3CScan, with: {{ redlines: [ {{ metric: p3c.critical, comparator: LE, limit: {limit} }} ] }} }} }} }}
"""


def a_scan_step_is_held_against_its_red_line(house):
    java = "package com.company;\n\n/**\n * Sample.\n *\n * @author li\n * @date 2026/01/01\n */\npublic class Second {\n    private int Bad_Name;\n}\n"
    repo = house.repository("redline", {"src/Second.java": java, ".sampan/scan-run.yaml": SCAN.format(limit=1)})
    sha = repo.commit("One is allowed")
    repo.push("master")
    found = house.finish(house.run_of(sha))
    assert found["state"] == "succeeded", (found["reason"], house.log(found["id"]))
    repo.write(".sampan/scan-run.yaml", SCAN.format(limit=0))
    sha = repo.commit("None is")
    repo.push("master")
    found = house.finish(house.run_of(sha))
    job = found["stages"][0]["jobs"][0]
    assert found["state"] == "failed" and "p3c.critical is 1: the red line is <= 0" in job["reason"], (job["reason"], house.log(found["id"]))
    assert job["why"] == {"zh": "p3c.critical 为 1，红线为 ≤ 0", "en": job["reason"]}, job["why"]
    metric = next(m for m in job["metrics"] if m["name"] == "p3c.critical")
    assert metric["crossed"] and metric["limit"] == 0 and metric["before"] == [1], metric
    assert job["reports"][0]["failures"] >= 1, job["reports"]


SARIF_STEP = """name: lint
sources:
  code: { type: git, branch: master, branchesFilter: ^master$, triggerEvents: push }
stages:
  lint:
    name: Lint
    jobs:
      js:
        name: Scripts
        steps:
          run: { name: Run, step: Command, with: { run: 'sed "s|ROOT|$PWD|g" tool/results.sarif > results.sarif' } }
          report: { name: Report, step: SarifReport, with: { reports: [ results.sarif ] } }
"""


def results_of_another_tool_join_the_findings_and_close_the_gate(house):
    """A file as ESLint writes it, handed in by a person for one commit and by a pipeline's step for the next."""
    def sarif(root, *lines):
        results = [{"ruleId": "no-eval", "level": "error", "message": {"text": "eval can be harmful."}, "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": f"file://{root}/web/app.js"}, "region": {"startLine": line, "startColumn": 1}}}]} for line in lines]
        return {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "ESLint", "rules": [{"id": "no-eval", "help": {"text": "Parse it."}}]}}, "results": results}]}
    repo = house.repository("linted", {"web/app.js": "let a;\neval(a);\n"})
    first = repo.commit("First")
    repo.push("master")
    of = "/api/v1/repos/company/linted/"
    house.admin.put(of + "red-lines", {"items": [{"branch": "master", "severity": "critical", "scope": "fresh", "most": 0}]})
    wait_for("the scan", lambda: house.admin.get(of + "gate?ref=master")["state"] == "passed", 20)
    answer = house.admin.post(f"{of}scans/{first}/sarif?root=/home/ci/linted", sarif("/home/ci/linted", 2))
    assert answer["items"][0]["tool"] == "ESLint" and answer["items"][0]["found"]["critical"] == 1, answer
    found = house.admin.get(of + "findings?ref=master&engine=ESLint")
    assert [(f["path"], f["range"]["line"], f["remedy"]["en"], f["fresh"]) for f in found["items"]] == [("web/app.js", 2, "Parse it.", False)], found
    assert house.admin.get(of + "gate?ref=master")["state"] == "passed"

    repo.write("web/app.js", "let a;\nlet b;\neval(a);\neval(b);\n")
    repo.write("tool/results.sarif", json.dumps(sarif("ROOT", 3, 4)))
    repo.write(".sampan/lint.yaml", SARIF_STEP)
    second = repo.commit("Evaluate more")
    repo.push("master")
    run = house.finish(house.run_of(second))
    assert run["state"] == "succeeded", (run["reason"], house.log(run["id"]))
    fresh = house.admin.get(of + "findings?ref=master&standing=fresh")
    assert [(f["engine"], f["range"]["line"]) for f in fresh["items"]] == [("ESLint", 4)], fresh
    verdict = house.admin.get(of + "gate?ref=master")
    assert verdict["state"] == "failed" and "1 new warning where" in verdict["reason"]["en"] and verdict["offenders"][0]["engine"] == "ESLint", verdict
    assert house.admin.get(f"{of}scans/{second}/sarif")["items"][0]["by"] == f"run {run['number']} of lint"


def a_pushed_secret_is_refused_and_a_false_alarm_is_recorded(house):
    """A key of AWS's form, made here; the first commit of a push hides it, the second takes it out again: too late."""
    key = "AKIA" + "".join(random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))
    repo = house.repository("guard", {"README.md": "# guard\n"})
    repo.commit("First")
    repo.push("master")
    before = repo.git("ls-remote", "origin")
    repo.write("deploy/keys.env", f"REGION=one\nACCESS={key}\n")
    guilty = repo.commit("Bring a key")
    repo.write("deploy/keys.env", "REGION=one\n")
    repo.commit("Take it out again")
    said = repo.git("push", "origin", "HEAD:master", check=False)
    assert "this push brings a secret" in said and "deploy/keys.env:2" in said and guilty[:8] in said and "rejected" in said, said
    assert key not in said and repo.git("ls-remote", "origin") == before, said
    id = re.search(r"id ([0-9a-f]{12})", said)[1]
    said = repo.git("push", "-o", f"allow-secret={id}", "origin", "HEAD:master", check=False)
    assert "expected allow-secret=ID:REASON" in said, said
    repo.git("push", "-o", f"allow-secret={id}:the manual's example", "origin", "HEAD:master")
    found = house.admin.get("/api/v1/repos/company/guard/dismissals")["items"]
    assert [(d["reason"], d["actor"], d["path"]) for d in found] == [("the manual's example", "li", "deploy/keys.env")], found
    assert any(a["action"] == "finding.dismiss" for a in house.admin.get("/api/v1/audit?limit=50")["items"])
    # What is dismissed, or stands in the file already, refuses nothing.
    repo.write("deploy/keys.env", f"REGION=one\nACCESS={key}\n")
    repo.commit("Once more")
    repo.push("master")
    repo.write("deploy/keys.env", f"REGION=two\nACCESS={key}\nZONE=b\n")
    repo.commit("Beside it")
    repo.push("master")


def a_viewer_may_not_push_and_a_stranger_sees_nothing(house):
    house.repository("guarded", {"a": "1\n"})
    stranger = house.repository("guarded", {"b": "2\n"}, login="viewer")
    stranger.commit("Try")
    said = stranger.git("push", "-q", "origin", "master", check=False)
    assert "fatal" in said or "error" in said, said
    house.admin.put("/api/v1/repos/company/guarded/members/viewer", {"role": "viewer"})
    said = stranger.git("push", "-q", "origin", "master", check=False)
    assert "developer" in said or "403" in said, said
    for method, path, body in (("POST", "/api/v1/repos/company/guarded/runs", {"pipeline": "x", "ref": "master"}), ("DELETE", "/api/v1/repos/company/guarded", None), ("POST", "/api/v1/users", {"login": "x", "name": "x", "email": ""})):
        try:
            house.viewer.call(method, path, body)
        except ApiError as error:
            assert error.status in (403, 404), error
        else:
            raise AssertionError(f"a viewer may {method} {path}")


def a_secret_never_reaches_a_log(house):
    value = "s3cr3t-" + os.urandom(8).hex()
    house.admin.put("/api/v1/variable-groups/keys", {"description": "", "repos": ["company/masked"]})
    house.admin.put("/api/v1/variable-groups/keys/variables/API_KEY", {"value": value, "secret": True})
    text = one_step('printf %s "$API_KEY"; echo; printf %s "$API_KEY" | base64; printf %s "x$API_KEY" | base64').replace("stages:", "variableGroups: [keys]\nstages:", 1)
    repo = house.repository("masked", {".sampan/daily.yaml": text})
    sha = repo.commit("Mask")
    repo.push("master")
    found = house.finish(house.run_of(sha))
    log = house.log(found["id"])
    assert found["state"] == "succeeded", log
    assert value not in log and "***" in log, log


def the_server_is_killed_and_the_step_goes_on(house):
    repo = house.repository("steady", {".sampan/daily.yaml": one_step("for i in $(seq 1 40); do echo line-$i; sleep 0.1; done")})
    sha = repo.commit("Count")
    repo.push("master")
    run_id = house.run_of(sha)
    wait_for("the first lines", lambda: "line-5" in house.log(run_id), 20)
    house.kill()
    house.up()
    found = house.finish(run_id, 60)
    lines = [line for line in house.log(run_id).splitlines() if line.startswith("line-")]
    assert found["state"] == "succeeded", found["reason"]
    assert lines == [f"line-{i}" for i in range(1, 41)], lines


def an_image_goes_in_and_out_by_skopeo(house):
    layout = house.folder / "layout"
    run(["buildah", "--root", house.folder / "b", "--runroot", house.folder / "br", "--storage-driver", "vfs", "from", "--name", "t", "scratch"])
    (house.folder / "content").write_text("content " + os.urandom(8).hex())
    run(["buildah", "--root", house.folder / "b", "--runroot", house.folder / "br", "--storage-driver", "vfs", "copy", "t", house.folder / "content", "/content"])
    run(["buildah", "--root", house.folder / "b", "--runroot", house.folder / "br", "--storage-driver", "vfs", "commit", "t", f"oci:{layout}:1"])
    target = f"docker://127.0.0.1:{house.port}/company/hello:1"
    creds = f"li:{house.tokens['li']}"
    run(["skopeo", "copy", "--dest-tls-verify=false", "--dest-creds", creds, f"oci:{layout}:1", target])
    said = json.loads(run(["skopeo", "inspect", "--tls-verify=false", "--creds", creds, target]))
    assert said["Digest"].startswith("sha256:")
    run(["skopeo", "copy", "--src-tls-verify=false", "--src-creds", creds, target, f"oci:{house.folder}/back:1"])
    refused = run(["skopeo", "copy", "--dest-tls-verify=false", "--dest-creds", f"viewer:{house.tokens['viewer']}", f"oci:{layout}:1", target], check=False)
    assert "denied" in refused.lower() or "unknown" in refused.lower(), refused


def deliver(house, version, greeting="hello", wanted="succeeded"):
    repo = house.repository("shop", shop(version, greeting))
    sha = repo.commit(f"Release {version}")
    repo.push("master")
    found = house.finish(house.run_of(sha))
    assert found["state"] == wanted, f"{found['state']}: {found['reason']}\n{house.log(found['id'])}"
    return next(job["deployment_id"] for stage in found["stages"] for job in stage["jobs"] if job.get("deployment_id"))


def served(house):
    return house.admin.get("/api/v1/environments/daily/applications/shop")


def a_push_reaches_customers(house):
    deliver(house, "1")
    assert answer_of(served(house)["url"] + "/", "version") == "1"


def a_release_loses_no_request(house):
    load = Load(served(house)["url"] + "/", 150, "version")
    deployment = house.admin.get(f"/api/v1/deployments/{deliver(house, '2', 'good day')}")
    result = load.stop()
    assert result["failed"] == 0 and "2" in result["values"], result
    assert deployment["failed"] == 0 and deployment["requests"] > 0 and deployment["probe_failed"] == 0, deployment


def a_version_that_never_becomes_healthy_is_not_noticed(house):
    load = Load(served(house)["url"] + "/", 100, "version")
    deployment = house.admin.get(f"/api/v1/deployments/{deliver(house, 'never-ready', wanted='failed')}")
    result = load.stop()
    assert result["failed"] == 0 and list(result["values"]) == ["2"], result
    assert deployment["evidence"] and deployment["evidence"][0]["last_probe"]["status"] == 503, deployment


def a_rollback_brings_image_and_configuration_back(house):
    load = Load(served(house)["url"] + "/", 150, "version")
    begun = house.li.post("/api/v1/environments/daily/applications/shop/rollback")
    done = wait_for("the rollback", lambda: (lambda d: d if d["state"] != "running" and d["state"] != "queued" else None)(house.admin.get(f"/api/v1/deployments/{begun['id']}")), 60)
    result = load.stop()
    assert done["state"] == "succeeded" and done["warm_used"], done
    assert result["failed"] == 0, result
    with urllib.request.urlopen(served(house)["url"] + "/") as answer:
        assert json.loads(answer.read()) == {"version": "1", "greeting": "hello"}


def a_killed_instance_is_replaced(house):
    wait_for("two ready and a spare", lambda: len([i for i in served(house)["instances"] if i["state"] == "ready"]) == 2 and any(i["state"] == "spare" for i in served(house)["warm"]), 60)
    victim = next(i for i in served(house)["instances"] if i["state"] == "ready")
    load = Load(served(house)["url"] + "/", 100, "version")
    os.kill(victim["pid"], signal.SIGKILL)
    wait_for("full strength", lambda: len([i for i in served(house)["instances"] if i["state"] == "ready" and i["id"] != victim["id"]]) == 2, 30)
    result = load.stop()
    assert result["failed"] <= 1, result  # the one request that was inside it cannot be answered by another


def applications_serve_while_the_server_is_down(house):
    url = served(house)["url"]
    load = Load(url + "/", 100, "version")
    house.kill()
    time.sleep(1)
    house.up()
    result = load.stop()
    assert result["failed"] == 0 and result["requests"] > 50, result
    assert served(house)["state"] in ("running", "degraded"), served(house)["state"]


def the_command_line_speaks_to_it(house):
    env = {"SAMPAN_URL": house.url, "SAMPAN_TOKEN": house.tokens["li"]}
    assert "company/shop" in run([BIN / "sampan", "repo", "list"], env=env)
    assert "daily/shop" in run([BIN / "sampan", "apps"], env=env)
    assert json.loads(run([BIN / "sampan", "--json", "run", "list"], env=env))["items"]


def an_upgrade_replaces_the_runner(house):
    def runner():
        return next((p for p in pathlib.Path("/proc").glob("[0-9]*/cmdline") if f"--folder\0{house.folder}/d/runner" in p.read_text()), None)
    before = wait_for("the runner", runner, 10).parent
    house.stop()
    upgraded = house.folder / "upgraded"
    upgraded.mkdir()
    for name in ("sampan", "sampan-hook", "sampan-launch"):
        shutil.copy2(BIN / name, upgraded / name)
    house.program = upgraded / "sampan"
    house.up()
    wait_for("the end of the runner before", lambda: not before.exists(), 20)
    repo = house.repository("upgrade", {".sampan/daily.yaml": one_step("echo upgraded")})
    sha = repo.commit("Run after the upgrade")
    repo.push("master")
    assert house.finish(house.run_of(sha))["state"] == "succeeded"
    assert os.readlink(runner().parent / "exe") == str(upgraded / "sampan")


ALL = [(story.__name__.replace("_", " "), story) for story in (
    a_push_runs_the_pipeline, a_failing_step_fails_the_run_with_its_exit_code, a_wrong_pipeline_file_is_told_with_line_and_nearest_name,
    a_push_is_told_what_scanning_found, scan_workers_are_killed_during_pushes_and_every_push_is_scanned, a_scan_step_is_held_against_its_red_line, results_of_another_tool_join_the_findings_and_close_the_gate, a_vulnerable_dependency_is_red_until_its_fixed_version, a_pushed_secret_is_refused_and_a_false_alarm_is_recorded, a_viewer_may_not_push_and_a_stranger_sees_nothing, a_secret_never_reaches_a_log, the_server_is_killed_and_the_step_goes_on, an_image_goes_in_and_out_by_skopeo, an_image_with_a_vulnerable_package_is_known_until_it_is_upgraded,
    a_push_reaches_customers, a_release_loses_no_request, a_version_that_never_becomes_healthy_is_not_noticed, a_rollback_brings_image_and_configuration_back,
    a_killed_instance_is_replaced, applications_serve_while_the_server_is_down, every_documented_route_answers_as_documented, the_command_line_speaks_to_it,
    an_upgrade_replaces_the_runner, a_full_disk_refuses_and_loses_nothing, a_pipeline_runs_on_the_working_tree,
    doctor_says_what_is_missing_and_how_to_mend_it, a_backup_of_a_running_server_is_restored_elsewhere)]
