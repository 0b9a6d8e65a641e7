"""The pages in Debian's Chromium against the server the stories have filled: every page, then what people do on them."""
import subprocess

from house import ROOT, wait_for

GATE = """name: gated
sources:
  code: { type: git, branch: gated, branchesFilter: ^gated$, triggerEvents: push }
stages:
  confirm:
    name: Confirm
    jobs:
      gate:
        name: Release manager
        component: ManualValidate
        with: { validatorType: users, validateMethod: or, validatorUsers: [ li ], message: Goes to all shops }
"""


def look(house, widths="1280,360"):
    """Runs ui/scripts/stories.mjs as li, administrator for now; returns how many passed and failed."""
    house.admin.call("PATCH", "/api/v1/users/li", {"site_admin": True})
    repo = house.repository("hello", {".sampan/gated.yaml": GATE})
    sha = repo.commit("Ask before it goes out")
    repo.push("HEAD:refs/heads/gated")
    run_id = house.run_of(sha)
    wait_for("the gate", lambda: house.admin.get(f"/api/v1/runs/{run_id}")["state"] == "waiting", 20)
    command = ["node", "scripts/stories.mjs", house.url, "li", house.passwords["li"], "--widths", widths]
    process = subprocess.Popen(command, cwd=ROOT / "ui", stdout=subprocess.PIPE, text=True)
    passed = failed = 0
    for line in process.stdout:
        passed += line.startswith("ok ")
        failed += line.startswith("FAILED ")
        print("  " + line, end="", flush=True)
    if process.wait() != 0 and failed == 0:
        failed = 1
    return passed, failed
