"""Rollout, rollback, a killed instance and more load, as watch_bench measures them with real podman and HAProxy."""
import json

from figure import figure
from house import BIN, run

MANY = ["rollouts_100k_requests", "rollouts_100k_failed"]  # release after release under one load of 100,000 requests
FIGURES = [*MANY, "rollout_failed", "rollout_s", "rollout_p99_ms", "cutover_p99_ms", "rollback_warm_s", "rollback_cold_s", "heal_s", "heal_failed", "scale_out_s"]


def lines_of(*options):
    return [json.loads(line) for line in run([BIN / "watch_bench", *options]).splitlines() if line.startswith("{")]


def measure(names):
    if set(MANY) & set(names):
        many = lines_of("--requests", "100000")[0]
        found = [figure("rollouts_100k_requests", [many["requests"]], f"requests in {many['rollouts']:.0f} rollouts", 100_000, more_is_better=True),
                 figure("rollouts_100k_failed", [many["failed"]], "requests", 0)]
        yield from (f for f in found if f["name"] in names)
    if set(names) <= set(MANY):
        return
    lines = lines_of()
    of = {}
    for line in lines:
        of.setdefault(line["name"], []).append(line)
    every = lambda name, key: [line[key] for line in of[name]]  # noqa: E731
    found = [
        figure("rollout_failed", [sum(every("rollout", "failed"))], "requests", 0),
        figure("rollout_s", every("rollout", "whole_s"), "s", 11.5),
        figure("rollout_p99_ms", every("rollout", "p99_ms"), "ms", None, every("calm", "p99_ms"), ratio_aim=2),
        figure("cutover_p99_ms", every("rollout", "cut_p99_ms"), "ms", None, every("calm", "p99_ms"), ratio_aim=2),
        figure("rollback_warm_s", every("rollback_warm", "last_bad_answer_s"), "s", 0.5),
        figure("rollback_cold_s", every("rollback_cold", "last_bad_answer_s"), "s", 2.5),
        figure("heal_s", every("killed", "full_strength_s"), "s", 1),
        figure("heal_failed", [sum(every("killed", "failed"))], "requests", 0),
        figure("scale_out_s", every("scale_out", "one_more_answers_s"), "s", 2),
    ]
    yield from (f for f in found if f["name"] in names)
