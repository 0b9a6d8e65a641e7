"""What a pipeline's step says of the packages a repository brings."""
import json
import time

from house import BIN, run

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
