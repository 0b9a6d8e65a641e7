"""Rollout, rollback, a killed instance and more load, as watch_bench measures them with real podman and HAProxy."""
import json

from figure import figure
from house import BIN, run

FIGURES = ["rollout_failed", "rollout_s", "rollout_p99_ms", "cutover_p99_ms", "rollback_warm_s", "rollback_cold_s", "heal_s", "heal_failed", "scale_out_s"]


def measure(names):
    lines = [json.loads(line) for line in run([BIN / "watch_bench"]).splitlines() if line.startswith("{")]
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
