"""The case study, scene by scene; each scene leaves its figures in demo.figures."""
import datetime
import json
import os
import re
import secrets
import signal
import statistics
import time

from sampan_demo import BIN, ROOT, Load, answer_of, run, seconds_between, parse_time, wait_for

SERVICE = "order-service"


def tell(demo):
    began = demo.began = time.time()
    demo.start_server()
    demo.stages.done(f"the server answers at {demo.url}")
    demo.people()
    demo.stages.done("people, roles, secrets and the DingTalk robot are there")
    demo.base_images()
    demo.stages.done("base images are in the registry")
    service = demo.repository("order-service", ROOT / "casestudy/order-service")
    first_delivery(demo, service)
    refused_secret(demo, service)
    vulnerable_dependency(demo, service)
    storefront(demo)
    to_production(demo, service)
    under_load(demo, service)
    bad_version(demo, service)
    wrong_version(demo, service)
    heals(demo)
    scales(demo)
    new_application(demo)
    new_pipeline(demo, service)
    scans(demo)
    notices(demo)
    demo.figures.update(requests=Load.total, requests_failed=Load.failed, total_s=round(time.time() - began, 1))


def next_version(demo):
    demo.state["version"] = demo.state.get("version", 0) + 1
    demo.save()
    return f"1.{demo.state['version']}.0"


def deliver_daily(demo, service, version, fault="none", wanted="succeeded"):
    sha = demo.set_version(service, version, fault)
    pushed, demo.terminal = service.push("master")
    return pushed, sha, demo.finish(demo.run_of(sha, "daily"), wanted)


def heard(demo, said):
    """Prints what the terminal that pushed read of the server, and gives it back."""
    lines = [line.removeprefix("remote:").removesuffix("\x1b[K").strip() for line in said.splitlines() if line.startswith("remote:")]
    lines = [line for line in lines if line]
    for line in lines:
        demo.stages.say(f"  remote: {line}")
    return "\n".join(lines)


def promote(demo, service, sha, release_at=None):
    """The release branch moves; zhao approves; the same digest goes to production."""
    pushed, _ = service.push(f"{sha}:refs/heads/release")
    run_id = demo.run_of(sha, "production")
    gate = wait_for("the gate", lambda: open_gate(demo, run_id), 20)
    body = {"comment": "checked in daily"}
    if release_at:
        body["release_at"] = release_at
    demo.zhao.post(f"/api/v1/runs/{run_id}/jobs/{gate}/approve", body)
    return pushed, run_id


def open_gate(demo, run_id):
    for stage in demo.admin.get(f"/api/v1/runs/{run_id}")["stages"]:
        for job in stage["jobs"]:
            if job.get("gate") and job["gate"]["state"] == "open" and job["state"] == "waiting":
                return job["id"]
    return None


def url_of(demo, environment, name=SERVICE):
    return demo.app(environment, name)["url"]


def first_delivery(demo, service):
    version = next_version(demo)
    deliver_daily(demo, service, version)
    url = url_of(demo, "daily")
    wait_for("daily's first answer", lambda: answer_of(url + "/api/version", "version") == version, 30)
    demo.stages.done(f"{SERVICE} {version} was compiled, tested, built and delivered to daily: {url}; the terminal that pushed read:")
    if "scan of master:" not in heard(demo, demo.terminal):
        raise SystemExit("demo: the terminal that pushed was not told what the scan found")


def refused_secret(demo, service):
    """Li commits a key of the cloud's form, made here; the push is refused, the commit is dropped, and all goes on."""
    key = "AKIA" + "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(16))
    service.write("src/main/resources/cloud.properties", f"cloud.region=north\ncloud.access-key={key}\n")
    sha = service.commit("Reach the cloud")
    said = heard(demo, service.git("push", "-q", "origin", "master", check=False))
    here = service.git("ls-remote", "origin", "refs/heads/master").split()[0]
    if here == sha or key in said or sha[:8] not in said or "src/main/resources/cloud.properties:2" not in said:
        raise SystemExit("demo: the push with a secret was not refused with commit, file and line")
    service.git("reset", "-q", "--hard", "HEAD~1")
    demo.figures["secret_refused"] = True
    demo.stages.done("a push with a cloud key was refused; the commit is dropped, and the key never reached the server's branches")


def vulnerable_dependency(demo, service):
    """An advisory is imported; a branch takes a library of a version it names, reads which version is fixed, and takes that."""
    from demo import HOME
    folder = HOME / "advisories"
    folder.mkdir(exist_ok=True)
    for record in (ROOT / "casestudy/advisories").glob("*.json"):  # an advisory grows old: these were written now
        written = {"modified": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **json.loads(record.read_text())}
        (folder / record.name).write_text(json.dumps(written))
    demo.stages.say(run([BIN / "sampan", "advisories", "import", folder, "--file", HOME / "data/advisories"]).strip())
    branch = f"read-yaml-{demo.state['version']}"
    service.push(f"master:refs/heads/{branch}")  # so that what is told next is new on the branch, not all that master has
    service.git("checkout", "-q", "-b", branch)
    pom = (service.folder / "pom.xml").read_text()
    library = "    <dependency>\n      <groupId>org.yaml</groupId>\n      <artifactId>snakeyaml</artifactId>\n      <version>{}</version>\n    </dependency>\n"
    said = {}
    for version, message in (("1.33", "Read orders from YAML"), ("2.4", "Take a SnakeYAML that is mended")):
        service.write("pom.xml", pom.replace("  </dependencies>", library.format(version) + "  </dependencies>", 1))
        service.commit(message)
        said[version] = heard(demo, service.push(f"HEAD:refs/heads/{branch}")[1])
    service.git("checkout", "-q", "master")
    service.git("branch", "-q", "-D", branch)
    if "GHSA-mjmj-j48q-9wg2" not in said["1.33"] or "fixed in 2.0" not in said["1.33"] or "no new findings" not in said["2.4"]:
        raise SystemExit("demo: the vulnerable dependency was not told with its fixed version, or is still there when it is mended")
    demo.figures["vulnerable_dependency_told"] = True
    demo.stages.done("a library with a known vulnerability was told with its fixed version as it was pushed, and mended")


def storefront(demo):
    repo = demo.repository("storefront", ROOT / "casestudy/storefront")
    sha = repo.git("rev-parse", "HEAD").strip()
    if f"storefront-{sha}" not in demo.state:
        repo.push("master")
        demo.finish(demo.run_of(sha, "daily"))
        demo.state[f"storefront-{sha}"] = True
        demo.save()
    demo.stages.done(f"the store front is delivered to daily: {url_of(demo, 'daily', 'storefront')}")


def to_production(demo, service):
    """Approve now, release at T: the run holds until the time and goes then."""
    sha = service.git("rev-parse", "HEAD").strip()
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=6)
    _, run_id = promote(demo, service, sha, at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    found = demo.finish(run_id)
    daily, production = demo.app("daily")["release"], demo.app("production")["release"]
    if daily["digest"] != production["digest"]:
        raise SystemExit("demo: production does not run the digest that daily proved")
    demo.figures["same_digest"] = True
    demo.stages.done(f"approved now, released at {at:%H:%M:%S}: production runs the same digest {production['digest'][:19]} (run {found['id']})")


def under_load(demo, service):
    """A release under load: push on the branch that delivers -> first answer of the new version; then production under load."""
    load = Load(url_of(demo, "daily") + "/api/version", 150, "version")
    version = next_version(demo)
    pushed, sha, found = deliver_daily(demo, service, version)
    time.sleep(0.5)
    seen = load.stop()["values"]
    compile_s, start_s = demo.own_time(found), demo.start_time(demo.deployment_of(found))
    total = seconds_between(pushed, seen[version]["first"])
    demo.figures.update(release_s=round(total - compile_s - start_s, 2), release_total_s=round(total, 2), compile_s=round(compile_s, 2), app_start_s=round(start_s, 2))
    load = Load(url_of(demo, "production") + "/api/version", 250, "version", 24)
    _, run_id = promote(demo, service, sha)
    found = demo.finish(run_id)
    time.sleep(1)
    result = load.stop()
    deployment = demo.admin.get(f"/api/v1/deployments/{demo.deployment_of(found)}")
    demo.figures.update(rollout_requests=result["requests"], rollout_failed=result["failed"])
    demo.stages.done(f"{version} went to daily and production under load: customers sent {result['requests']} requests, {result['failed']} failed; "
                     f"the deployment recorded {deployment['requests']} requests, {deployment['failed']} failed")


def bad_version(demo, service):
    """Never becomes healthy: nothing is switched, customers notice nothing, the evidence is kept."""
    load = Load(url_of(demo, "daily") + "/api/version", 150, "version")
    before = answer_of(url_of(demo, "daily") + "/api/version", "version")
    version = next_version(demo)
    _, _, found = deliver_daily(demo, service, version, "never-ready", "failed")
    result = load.stop()
    deployment = demo.admin.get(f"/api/v1/deployments/{demo.deployment_of(found)}")
    if version in result["values"] or not deployment["evidence"]:
        raise SystemExit("demo: the bad version reached customers, or left no evidence")
    demo.figures.update(bad_version_requests=result["requests"], bad_version_failed=result["failed"])
    demo.stages.done(f"{version} never became healthy: {result['requests']} requests all answered by {before}, {result['failed']} failed; "
                     f"kept: {len(deployment['evidence'])} log(s) and last probe answer ({deployment['reason'][:100]})")


def wrong_version(demo, service):
    """Healthy but wrong, in production, under load: rolled back in one call."""
    good = answer_of(url_of(demo, "production") + "/api/version", "version")
    version = next_version(demo)
    _, sha, _ = deliver_daily(demo, service, version, "orders-wrong")
    _, run_id = promote(demo, service, sha)
    demo.finish(run_id)
    load = Load(url_of(demo, "production") + "/api/version", 250, "version", 24)
    time.sleep(2)
    asked = time.time()
    rollback = demo.zhao.post(f"/api/v1/environments/production/applications/{SERVICE}/rollback")

    def over():
        found = demo.admin.get(f"/api/v1/deployments/{rollback['id']}")
        return found if found["state"] not in ("queued", "running") else None
    done = wait_for("the rollback", over, 120, 0.05)
    time.sleep(1)
    result = load.stop()
    if done["state"] != "succeeded" or good not in result["values"]:
        raise SystemExit(f"demo: the rollback ended {done['state']}: {done['reason']}")
    demo.figures.update(rollback_s=round(seconds_between(asked, result["values"][version]["last"]), 3), rollback_requests=result["requests"], rollback_failed=result["failed"],
                        rollback_warm=done["warm_used"])
    demo.stages.done(f"rolled back from {version} to {good} under load in {demo.figures['rollback_s']} s: {result['requests']} requests, {result['failed']} failed")
    demo.set_version(service, next_version(demo))  # master goes on with a right version
    service.push("master")
    demo.finish(demo.run_of(service.git("rev-parse", "HEAD").strip(), "daily"))
    demo.stages.begin = time.time()


def ready(demo):
    return [i for i in demo.app("production")["instances"] if i["state"] == "ready"]


def wait_for_spare(demo):
    """The next scene begins when the frozen spare stands by, as it does on a usual day."""
    return wait_for("a frozen spare", lambda: any(i["state"] == "spare" for i in demo.app("production")["warm"]), 90, 0.2)


def heals(demo):
    wait_for_spare(demo)
    app = demo.app("production")
    victim, wanted = ready(demo)[0], app["wanted"]
    load = Load(app["url"] + "/api/version", 100, "instance", 24)
    time.sleep(1)
    killed = time.time()
    os.kill(victim["pid"], signal.SIGKILL)
    wait_for("full strength", lambda: len([i for i in ready(demo) if i["id"] != victim["id"]]) >= wanted, 60, 0.02)
    demo.figures["heal_s"] = round(time.time() - killed, 2)
    time.sleep(1)
    result = load.stop()
    demo.figures.update(heal_requests=result["requests"], heal_failed=result["failed"])
    demo.stages.done(f"an instance was killed; full strength again after {demo.figures['heal_s']} s: {result['requests']} requests, {result['failed']} failed")


def scales(demo):
    wait_for_spare(demo)
    app = demo.app("production")
    wait_for("a calm number of instances", lambda: len(ready(demo)) == 2, 90, 0.5)
    quiet = Load(app["url"] + "/api/version", 40, "instance", 8)
    time.sleep(3)
    known = set(quiet.stop()["values"])
    raised = time.time()
    load = Load(app["url"] + "/api/version", 400, "instance", 32)
    wait_for("one more instance", lambda: len(ready(demo)) > 2, 60, 0.05)
    time.sleep(2)
    result = load.stop()
    new = [seen["first"] for instance, seen in result["values"].items() if instance not in known and instance != "(failed)"]
    demo.figures.update(scale_out_s=round(seconds_between(raised, min(new)), 2) if new else None, scale_requests=result["requests"], scale_failed=result["failed"])
    demo.stages.done(f"load rose tenfold; one more instance answered after {demo.figures['scale_out_s']} s: {result['requests']} requests, {result['failed']} failed")
    calm = time.time()
    wait_for("scaling in", lambda: len(ready(demo)) == 2, 120, 0.5)
    demo.figures["scale_in_s"] = round(time.time() - calm, 1)
    demo.stages.done(f"load fell; back to two instances after {demo.figures['scale_in_s']} s")


def new_application(demo):
    """A repository from the template -> the first answer."""
    number = demo.state["apps"] = demo.state.get("apps", 0) + 1
    demo.save()
    name = f"coupon-service-{number}"
    began = time.time()
    demo.li.post("/api/v1/repos", {"group": "company", "name": name, "template": "spring-boot"})
    sha = wait_for("the template's commit", lambda: (demo.admin.get(f"/api/v1/repos/company/{name}").get("head") or {}).get("sha"), 20)
    found = demo.finish(demo.run_of(sha, "daily"))
    url = url_of(demo, "daily", name)
    wait_for("its first answer", lambda: answer_of(url + "/actuator/health/readiness"), 30, 0.02)
    total = time.time() - began
    compile_s, start_s = demo.own_time(found), demo.start_time(demo.deployment_of(found))
    demo.figures.update(new_app_s=round(total - compile_s - start_s, 2), new_app_total_s=round(total, 2), new_app_compile_s=round(compile_s, 2), new_app_start_s=round(start_s, 2))
    demo.stages.done(f"a new application, {name}, from the template to its first answer in {total:.1f} s ({demo.figures['new_app_s']} s without its own compile and start)")


def new_pipeline(demo, service):
    """One more pipeline in a repository: a file is pushed, its first run is green."""
    number = demo.state["pipelines"] = demo.state.get("pipelines", 0) + 1
    demo.save()
    began = time.time()
    service.write(f".sampan/check-{number}.yaml",
                  f"name: check-{number}\nsources:\n  code: {{ type: git, branch: master, branchesFilter: ^check-{number}$, triggerEvents: push }}\nstages:\n  check:\n    name: Check\n    jobs:\n"
                  "      files: { name: Files, steps: { look: { name: Look, step: Command, with: { run: test -f pom.xml } } } }\n")
    sha = service.commit(f"Add the pipeline check-{number}")
    service.push(f"HEAD:refs/heads/check-{number}")
    demo.finish(demo.run_of(sha, f"check-{number}"))
    demo.figures["new_pipeline_s"] = demo.figures["new_pipeline_total_s"] = round(time.time() - began, 2)
    demo.stages.done(f"one more pipeline is set up and green in {demo.figures['new_pipeline_s']} s")


def scans(demo):
    """Of every push of this run of the demo: whether the server scanned it, and how long that took."""
    took, missed = [], 0
    for repo in demo.admin.get("/api/v1/repos?limit=200")["items"]:
        for push in demo.admin.get(f"/api/v1/repos/{repo['path']}/pushes?limit=100")["items"]:
            if parse_time(push["at"]) < demo.began:
                continue
            for update in push["updates"]:
                if not update["ref"].startswith("refs/heads/") or not int(update["new_sha"], 16):
                    continue
                scan = demo.admin.get(f"/api/v1/repos/{repo['path']}/findings?limit=1&ref={update['new_sha']}")["scan"]
                if scan and scan["state"] == "done":
                    took.append(scan["took_ms"])
                else:
                    missed += 1
    demo.figures.update(scanned_pushes=len(took), unscanned_pushes=missed, scan_ms=round(statistics.median(took), 1) if took else None)
    demo.stages.done(f"{len(took)} of {len(took) + missed} pushes were scanned, in {demo.figures['scan_ms']} ms (median)")


def notices(demo):
    from demo import HOME
    time.sleep(4)
    lines = (HOME / "notices.jsonl").read_text().splitlines() if (HOME / "notices.jsonl").exists() else []
    before = demo.state.get("notices", 0)
    demo.state["notices"] = len(lines)
    demo.save()
    demo.figures["notices_sent"] = len(lines) - before
    last = json.loads(lines[-1])["title"] if lines else "none"
    demo.stages.done(f"{demo.figures['notices_sent']} signed notices reached the DingTalk robot; the last: {re.sub(chr(10), ' ', last)}")
