"""Whether everything comes to rest as it must be."""
import time

import invariants

SETTLED = 90  # seconds after which what still moves is stuck
LONGEST_PAUSE = 300  # before what failed again and again is replaced (docs/operate.md: an instance dies)
FREE_FAILURES, WINDOW = 3, 600


def patience(scene):
    failures = scene.rows("select count(*) from instance where state = 'failed' and ended_at > ?", int((time.time() - WINDOW) * 1e6))[0][0]
    return SETTLED + (LONGEST_PAUSE if failures >= FREE_FAILURES else 0)


def settle(scene, work, checks=None):
    """Lets the workers rest, and looks until no check finds a breach: those that are left (sentence -> lines), and what was the last to settle."""
    tired = work.rest()
    pending, deadline = list(checks or invariants.ALL), time.time() + patience(scene)
    last, looked = "", time.time()
    while True:
        if time.time() - looked > 20:  # this machine was stopped meanwhile, or busy beyond use: that is nobody's fault
            deadline += time.time() - looked
        looked = time.time()
        found = {one: list(one(scene)) for one in pending}
        pending = [one for one, lines in found.items() if lines]
        if not pending or time.time() > deadline:
            break
        last = f", last: {found[pending[0]][0]}"
        work.pass_gates()
        time.sleep(0.5)
    breaches = {invariants.sentence(one): found[one] for one in pending}
    if tired:
        breaches["every worker came back"] = tired
    if work.surprises:
        breaches["the workers had no surprise"] = work.surprises
    return breaches, last
