"""The pages in Debian's Chromium against the server the stories have filled: every page, then what people do on them."""
import json
import random
import re
import subprocess

from house import ROOT, wait_for
from repositories import gate, one_step, pipeline, stage
from stories import deliver

ORDER = """package com.company;

/**
 * An order.
 *
 * @author li
 * @date 2026/01/01
 */
public class Order {{
    private int Bad_Name;
    private int count;

    public int getCount() {{
        return count;
    }}
{more}}}
"""
WIDE = "    private int Field_{n};\n"


def findings(house):
    """A repository with findings: 130 of its first push, then commits nobody scans, two of which leave a secret in history, then one with a new finding and a file no engine can read."""
    wide = ORDER.format(more="".join(WIDE.format(n=n) for n in range(130))).replace("Order", "Wide")
    repo = house.repository("lint", {"src/Order.java": ORDER.format(more=""), "src/Wide.java": wide})
    repo.commit("Take orders")
    repo.push("master")
    repo.write("README.md", "# lint\n")
    repo.commit("Say what it is")
    repo.write("deploy.env", "REGION=one\nACCESS=AKIA" + "".join(random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16)) + "\n")
    repo.commit("Bring a key")
    repo.write("deploy.env", "REGION=one\n")
    repo.commit("Take it out again")
    repo.write("src/Order.java", ORDER.format(more="\n    public long limit() {\n        return 100l;\n    }\n"))
    repo.write("src/Broken.java", "public class Broken { void ( }\n")
    sha = repo.commit("Limit the orders")
    id = re.search(r"id ([0-9a-f]{12})", repo.git("push", "origin", "HEAD:master", check=False))[1]
    repo.git("push", "-o", f"allow-secret={id}:it was changed", "origin", "HEAD:master")
    house.admin.call("PATCH", "/api/v1/repos/company/lint", {"default_branch": "master"})

    def scanned():
        scan = house.admin.get(f"/api/v1/repos/company/lint/findings?ref={sha}&limit=1")["scan"]
        return scan and scan["state"] == "done"
    wait_for("the scan", scanned, 20)


def prepare(house):
    """What the acts on the pages need: an administrator, a release to go back from, a gate to pass."""
    house.admin.call("PATCH", "/api/v1/users/li", {"site_admin": True})
    deliver(house, "4", "good evening")
    house.admin.call("PATCH", "/api/v1/repos/company/shop", {"default_branch": "master"})
    repo = house.repository("hello", {".sampan/gated.yaml": pipeline(stage("confirm", gate("Goes to all shops")), name="gated", branch="gated")})
    sha = repo.commit("Ask before it goes out")
    repo.push("HEAD:refs/heads/gated")
    run_id = house.run_of(sha)
    million = house.repository("million", {".sampan/daily.yaml": one_step("seq 1000000")})
    million.commit("Count to a million")
    million.push("master")
    findings(house)
    wait_for("the gate", lambda: house.admin.get(f"/api/v1/runs/{run_id}")["state"] == "waiting", 20)


def description_is_the_committed_one(house):
    """The types of the pages are made from the committed description, so it must be what this server serves."""
    if house.admin.get("/api/v1/openapi.json") == json.loads((ROOT / "docs/formats/openapi.json").read_text()):
        print("  ok      the API's description is the committed one", flush=True)
        return True
    print("  FAILED  the API's description is not docs/formats/openapi.json: start the server and run `node ui/scripts/openapi.mjs BASE_URL`, "
          "then `npm --prefix ui run check` names the pages that must follow", flush=True)
    return False


def look(house):
    """Runs ui/scripts/stories.mjs as li; returns how many stories passed and failed."""
    passed = int(description_is_the_committed_one(house))
    failed = 1 - passed
    prepare(house)
    command = ["node", "scripts/stories.mjs", house.url, "li", house.passwords["li"], "--quick"]
    process = subprocess.Popen(command, cwd=ROOT / "ui", stdout=subprocess.PIPE, text=True)
    complaints = 0
    for line in process.stdout:
        passed += line.startswith("ok ")
        complaints += line.startswith("FAILED ")
        print("  " + line, end="", flush=True)
    if process.wait() != 0 and complaints == 0:
        complaints = 1
    return passed, failed + complaints
