"""An invariant that cannot fail is none: for each a breach is planted, seen, and taken away again."""
import contextlib
import os
import pathlib
import shutil
import sqlite3
import subprocess
import time

import invariants
from scene import blob_file
from yard import environment_of, poll

NOWHERE = "f" * 40
DIGEST = "ab" + "0" * 62


def plants(scene):
    """invariant -> a context that holds the breach."""
    ledger, data = scene.ledger, scene.data
    run = scene.rows("select id from pipeline_run where repo_path = 'company/fast' order by id desc")[0][0]
    job = scene.rows("select id from run_job where run = ? and key = 'build.one'", run)[0][0]
    push = scene.rows("select max(id) from push")[0][0]
    known = scene.ledger.pushes[0]
    deployment = scene.rows("select max(id) from deployment")[0][0]
    layer = scene.rows("select sha256 from image_manifest_blob")[0][0]
    ready = scene.rows("select name from instance where state = 'ready'")[0][0]
    now = time.time()
    return {
        invariants.every_acknowledged_push_is_in_its_repository: entry(ledger.pushes, ("fast", NOWHERE)),
        invariants.every_acknowledged_push_is_written_down_as_done: entry(ledger.pushes, ("fast", NOWHERE)),
        invariants.every_acknowledged_push_started_exactly_one_run: row(
            scene, "update pipeline_run set cause = 'push', sha = ? where id = (select id from pipeline_run where sha <> ? limit 1)", known[1], known[1]),
        invariants.every_acknowledged_run_is_there: entry(ledger.runs, 1 << 40),
        invariants.every_acknowledged_blob_is_whole_on_disk_and_linked: cut_blob(scene, ledger.blobs[0][1]),
        invariants.every_acknowledged_manifest_is_there_under_its_tag: entry(ledger.manifests, ("company/chaos", "never", "sha256:" + DIGEST)),
        invariants.every_blob_of_a_manifest_is_on_disk: cut_blob(scene, layer),
        invariants.every_acknowledged_deployment_is_there: entry(ledger.deployments, 1 << 40),
        invariants.every_release_that_was_delivered_is_there: row(scene, "update release set digest = 'lost'"),
        invariants.every_acknowledged_approval_is_there: entry(ledger.approvals, (run, job)),
        invariants.the_database_and_the_repositories_are_sound: row(scene, "insert into push_update values (?, 0, 'refs/heads/x', '', '', 0)", 1 << 40),
        invariants.no_push_is_half_done: row(scene, "update push set state = 'intended' where id = ?", push),
        invariants.no_run_and_no_job_is_stuck: row(scene, "update run_job set state = 'running' where id = ?", job),
        invariants.no_deployment_is_stuck: row(scene, "update deployment set state = 'running' where id = ?", deployment),
        invariants.every_deploying_job_ended_as_its_deployment_did: row(
            scene, "update run_job set state = 'failed' where deployment in (select id from deployment where state = 'succeeded')"),
        invariants.no_job_failed_but_by_a_kill_of_its_own_parts: row(scene, "update run_job set state = 'failed' where id = ?", job),
        invariants.no_listener_is_behind: row(scene, "update event_cursor set last_id = last_id - 1"),
        invariants.every_application_is_at_its_full_strength: row(scene, "update application set wanted = wanted + 1"),
        invariants.the_proxy_sends_to_exactly_the_instances_that_serve: row(scene, "update instance set state = 'stopped' where name = ?", ready),
        invariants.no_step_began_twice_unless_its_runner_died_between: entries(scene.recorder.begun, [["one x 1", now - 9, now - 8], ["one x 1", now - 7, now - 6]]),
        invariants.no_step_ran_beside_itself: entries(scene.recorder.begun, [["one x 1", now - 9, now - 6], ["one x 1", now - 7, now - 5]]),
        invariants.every_log_of_a_job_that_succeeded_has_each_line_once: doubled(
            scene.log_of(run, job, scene.rows("select fence from run_job where id = ?", job)[0][0])),
        invariants.no_request_was_lost_that_a_healthy_instance_could_have_answered: entry(scene.customers.failures, (now - 100, now - 99, "503")),
        invariants.the_proxy_was_back_in_time: entries_of([(scene.kills, [("haproxy", now - 50, now - 50)]),
                                                            (scene.customers.failures, [(now - 50 + i, now - 50 + i, "refused") for i in range(8)])]),
        invariants.every_process_is_somebodys: process(data),
        invariants.every_container_is_somebodys: container(scene),
        invariants.every_mount_is_somebodys: mount(data),
        invariants.every_cgroup_is_somebodys: cgroup(scene),
        invariants.every_network_is_somebodys: network(scene),
        invariants.every_temporary_file_is_somebodys: file(data / "spool/upload-1"),
        invariants.every_blob_on_disk_is_somebodys: file(data / "blobs/ab" / DIGEST),
        invariants.every_token_of_a_job_ended_with_it: row(scene, "update token set revoked_at = null where job_id = ?", job),
    }


@contextlib.contextmanager
def entries_of(lists):
    for where, what in lists:
        where.extend(what)
    try:
        yield
    finally:
        for where, what in lists:
            for one in what:
                where.remove(one)


def entries(where, what):
    return entries_of([(where, what)])


def entry(where, what):
    return entries(where, [what])


@contextlib.contextmanager
def row(scene, sql, *values):
    """In the database while the server is down, so that it does not mend the breach; the file of before comes back."""
    file, kept = scene.data / "sampan.db", scene.data.parent / "kept.db"
    with sqlite3.connect(file) as base:
        base.execute("pragma wal_checkpoint(truncate)")
    base.close()
    shutil.copy2(file, kept)
    base = sqlite3.connect(file)
    with base:
        base.execute(sql, values)
    base.close()
    try:
        yield
    finally:
        for suffix in ("-wal", "-shm"):
            pathlib.Path(f"{file}{suffix}").unlink(missing_ok=True)
        shutil.move(kept, file)


@contextlib.contextmanager
def file(path):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    try:
        yield
    finally:
        path.unlink()


@contextlib.contextmanager
def written(path, content):
    before = path.read_bytes()
    path.write_bytes(content(before))
    try:
        yield
    finally:
        path.write_bytes(before)


def cut(path):
    return written(path, lambda before: before[:-1])


def cut_blob(scene, sha256):
    file = blob_file(scene, sha256)
    return cut(file) if file.is_file() else row(scene, "update image_blob_content set bytes = substr(bytes, 2) where id = (select content_id from image_blob where sha256 = ?)", sha256)


def doubled(path):
    return written(path, lambda before: before + b"line-1\n")


@contextlib.contextmanager
def process(data):
    lost = subprocess.Popen(["sleep", "60"], env={**os.environ, "LOST": f"{data}/deliver/containers.conf"})
    try:
        yield poll(lambda: b"LOST" in environment_of(lost.pid), 5)
    finally:
        lost.kill()
        lost.wait()


@contextlib.contextmanager
def container(scene):
    image = scene.yard.podman("images", "-q", "--no-trunc").stdout.split()[0]
    made = scene.yard.podman("create", "--name", "lost", "--pull=never", image)
    assert made.returncode == 0, made.stderr
    try:
        yield
    finally:
        scene.yard.podman("rm", "-f", "lost")


@contextlib.contextmanager
def mount(data):
    place = data / "deliver/lost"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", str(place)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)
        place.rmdir()


@contextlib.contextmanager
def cgroup(scene):
    import victims
    hierarchy = next(pathlib.Path("/sys/fs/cgroup").glob("*/sampan-builds"))
    place = hierarchy / f"{victims.cgroup_mark(scene.yard)}1-1"
    place.mkdir()
    try:
        yield
    finally:
        place.rmdir()


@contextlib.contextmanager
def network(scene):
    name = f"lost-{os.getpid()}"
    subnet = invariants.json.loads((scene.data / "deliver/networks/sampan.json").read_text())["subnets"][0]["subnet"].split("/")[0]
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run(["ip", "-n", name, "addr", "add", subnet.rsplit(".", 1)[0] + ".9/20", "dev", "lo"], check=True)
        yield
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


def go(chaos):
    """A little of everything first, so that there is something to break; then the server stops and each breach is planted."""
    chaos.work.resume()
    ledger = chaos.ledger
    poll(lambda: all(getattr(ledger, kind) for kind in ("pushes", "runs", "blobs", "manifests", "releases", "approvals")), 120)
    breaches = chaos.check()
    passed = failed = 0
    for name, lines in breaches.items():
        print(f"  FAILED  {name}, before anything was broken: {lines[:5]}", flush=True)
        failed += 1
    chaos.yard.stop()
    planted = plants(chaos.scene)
    for one in invariants.ALL:
        if one not in planted:
            print(f"  FAILED  nothing breaks: {invariants.sentence(one)}", flush=True)
            failed += 1
            continue
        before = list(one(chaos.scene))
        with planted[one]:
            found = list(one(chaos.scene))
        after = list(one(chaos.scene))
        if found and len(found) > len(before) and len(after) == len(before):
            passed += 1
            print(f"  ok      a breach is seen: {invariants.sentence(one)}", flush=True)
        else:
            failed += 1
            print(f"  FAILED  {invariants.sentence(one)}: before {before[:3]}, planted {found[:3]}, after {after[:3]}", flush=True)
    return passed, failed
