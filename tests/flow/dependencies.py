"""What a pipeline's step says of the packages a repository brings."""
import json
import time

from house import BIN, run, wait_for

PIPELINE = """name: dependencies
sources:
  code: { type: git, branch: master, branchesFilter: ^master$, triggerEvents: push }
stages:
  scan:
    name: Scan
    jobs:
      packages: { name: Packages, steps: { look: { name: Look, step: DependencySecurityScan, with: { redlines: [ { metric: packages.blocker, comparator: LE, limit: 0 } ] } } } }
"""


def import_advisories(house, records, file):
    """Records of a made-up package, written today: an advisory grows old."""
    folder = house.folder / "osv"
    folder.mkdir(exist_ok=True)
    for record in records:
        (folder / f"{record['id']}.json").write_text(json.dumps({"modified": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **record}))
    return run([BIN / "sampan", "advisories", "import", folder, "--file", file])


def advisory(id, name, fixed, summary):
    return {"id": id, "summary": summary, "database_specific": {"severity": "HIGH"}, "affected": [
        {"package": {"ecosystem": "npm", "name": name}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]}


def lock_file(version):
    return json.dumps({"name": "shelf", "version": "1.0.0", "lockfileVersion": 3, "packages": {
        "": {"name": "shelf", "version": "1.0.0", "dependencies": {"page-turner": version}},
        "node_modules/page-turner": {"version": version}}}, indent=1)


def a_vulnerable_dependency_is_red_until_its_fixed_version(house):
    """The step looks packages up in the server's own advisories; without any it is red and says what is missing."""
    advisories = house.folder / "d/advisories"
    package = json.dumps({"name": "shelf", "version": "1.0.0", "dependencies": {"page-turner": "1.4.0"}})
    repo = house.repository("shelf", {"package.json": package, "package-lock.json": lock_file("1.4.0"), ".sampan/dependencies.yaml": PIPELINE})

    def next_run(message):
        sha = repo.commit(message)
        repo.push("master")
        found = house.finish(house.run_of(sha))
        return found, found["stages"][0]["jobs"][0], house.log(found["id"])

    found, job, log = next_run("No advisories yet")
    assert found["state"] == "failed" and "the server has no advisories yet" in log, log
    import_advisories(house, [advisory("TEST-2026-1", "page-turner", "1.4.2", "turns two pages at once"), advisory("TEST-2026-2", "book-end", "2.0.0", "falls over")], advisories)
    try:
        repo.write("README.md", "# shelf\n")
        found, job, log = next_run("There are some now")
        assert found["state"] == "failed" and "packages.blocker is 1: the red line is <= 0" in job["reason"], (job["reason"], log)
        assert "page-turner 1.4.0 (direct) has TEST-2026-1: turns two pages at once; fixed in 1.4.2" in log, log
        repo.write("package.json", package.replace("1.4.0", "1.4.2"))
        repo.write("package-lock.json", lock_file("1.4.2"))
        found, job, log = next_run("The fixed version")
        assert found["state"] == "succeeded", (job["reason"], log)
    finally:
        advisories.unlink()


def an_image_with_a_vulnerable_package_is_known_until_it_is_upgraded(house):
    """Two layers, as buildah makes them: the system of the first is upgraded by the second."""
    advisories = house.folder / "d/advisories"
    record = {"id": "TEST-2026-3", "summary": "leaks", "affected": [
        {"package": {"ecosystem": "Debian:12", "name": "page-press"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.1-4"}]}]}]}
    import_advisories(house, [record], advisories)
    status = "Package: page-press\nStatus: install ok installed\nVersion: {}\n"
    buildah = ["buildah", "--root", house.folder / "b", "--runroot", house.folder / "br", "--storage-driver", "vfs"]
    layout = house.folder / "press"

    def push(base, name, tag, files):
        run([*buildah, "from", "--pull=false", "--name", name, base])
        for path, text in files.items():
            file = house.folder / f"{name}-file"
            file.write_text(text)
            run([*buildah, "copy", name, file, path])
        run([*buildah, "commit", name, f"press:{tag}"])
        run([*buildah, "push", f"press:{tag}", f"oci:{layout}:{tag}"])
        run(["skopeo", "copy", "--dest-tls-verify=false", "--dest-creds", f"li:{house.tokens['li']}", f"oci:{layout}:{tag}", f"docker://127.0.0.1:{house.port}/company/press:{tag}"])

        def looked():
            tags = house.li.get("/api/v1/images/tags?repository=company/press")["items"]
            return next((t for t in tags if t["tag"] == tag and t["scan"]), None)
        return wait_for(f"the look at press:{tag}", looked, 20)

    try:
        old = push("scratch", "one", "1", {"/etc/os-release": "ID=debian\nVERSION_ID=12\n", "/var/lib/dpkg/status": status.format("2.1-3")})
        assert old["scan"]["state"] == "failed" and old["scan"]["critical"] == 1, old["scan"]
        found = house.li.get(f"/api/v1/images/findings?repository=company/press&digest={old['digest']}")
        assert "page-press 2.1-3" in found["items"][0]["message"]["en"] and "2.1-4" in found["items"][0]["message"]["en"], found
        # Of another length: what has the same size and second is no change to the storage driver.
        new = push("press:1", "two", "2", {"/var/lib/dpkg/status": status.format("2.1-14")})
        assert new["scan"]["state"] == "passed", new
    finally:
        advisories.unlink()
