"""What must be true after bad luck, one function each; its name is the sentence. Each yields a line for every breach it sees.
Reads the database file, the disk, /proc, the engine's store and cgroups by itself: the server is not asked."""
import collections
import hashlib
import ipaddress
import json
import pathlib
import subprocess

import victims
from scene import blob_bytes, by_repository, comm_of, folder_of, git, inside_container, mounts, namespaces, proxy_away, proxy_table, repository_folder, unnamed_files

PROXY_BACK = 5.0  # seconds in which HAProxy must serve again after its death, once a server lives to start it
HEARS = {"people": ("repo_deleted",), "pipeline.push": ("push_received",), "pipeline.repo": ("repo_deleted",), "pipeline.deployment": ("deployment_changed",),
         "deliver.requested": ("deploy_requested", "deploy_canceled")}  # the notifier's listeners are named by what they hear
ALL = []


def invariant(function):
    ALL.append(function)
    return function


def sentence(function):
    return function.__name__.replace("_", " ")


# ---- what was acknowledged is there

@invariant
def every_acknowledged_push_is_in_its_repository(scene):
    for name, shas in by_repository(scene).items():
        folder = repository_folder(scene, name)
        held = set(git(folder, "rev-list", "refs/heads/master").split())
        yield from (f"{name}: {sha} is not in master" for sha in shas if sha not in held)


@invariant
def every_acknowledged_push_is_written_down_as_done(scene):
    done = {row[0] for row in scene.rows("select u.new_sha from push_update u join push p on p.id = u.push_id where p.state = 'done' and u.moved = 1")}
    yield from (f"{name}: {sha}" for name, sha in scene.ledger.pushes if sha not in done)


@invariant
def every_acknowledged_push_started_exactly_one_run(scene):
    runs = collections.Counter(row[0] for row in scene.rows("select sha from pipeline_run where cause = 'push'"))
    yield from (f"{name}: {sha} started {runs[sha]} runs" for name, sha in scene.ledger.pushes if runs[sha] != 1)


@invariant
def every_acknowledged_run_is_there(scene):
    there = {row[0] for row in scene.rows("select id from pipeline_run")}
    yield from (f"run {run}" for run in scene.ledger.runs if run not in there)


@invariant
def every_acknowledged_blob_is_whole_on_disk_and_linked(scene):
    linked = set(scene.rows("select r.name, l.sha256 from image_blob_link l join image_repository r on r.id = l.repository_id"))
    for repository, sha256, size in scene.ledger.blobs:
        bytes_kept = blob_bytes(scene, sha256)
        if (repository, sha256) not in linked:
            yield f"{sha256} has no link to {repository}"
        if bytes_kept is None or len(bytes_kept) != size or hashlib.sha256(bytes_kept).hexdigest() != sha256:
            yield f"blob {sha256} is missing or not what it was"


@invariant
def every_acknowledged_manifest_is_there_under_its_tag(scene):
    there = set(scene.rows("select r.name, t.tag, t.digest from image_tag t join image_repository r on r.id = t.repository_id "
                           "join image_manifest m on m.repository_id = r.id and m.digest = t.digest"))
    yield from (f"{entry}" for entry in scene.ledger.manifests if entry not in there)


@invariant
def every_blob_of_a_manifest_is_on_disk(scene):
    for sha256, size in scene.rows("select distinct sha256, size from image_manifest_blob"):
        bytes_kept = blob_bytes(scene, sha256)
        if bytes_kept is None or len(bytes_kept) != size:
            yield f"{sha256}"


@invariant
def every_acknowledged_deployment_is_there(scene):
    there = {row[0] for row in scene.rows("select id from deployment")}
    yield from (f"deployment {one}" for one in scene.ledger.deployments if one not in there)


@invariant
def every_release_that_was_delivered_is_there(scene):
    there = set(scene.rows("select number, digest from release"))
    yield from (f"release {entry}" for entry in scene.ledger.releases if entry not in there)


@invariant
def every_acknowledged_approval_is_there(scene):
    there = set(scene.rows("select j.run, v.job from gate_vote v join run_job j on j.id = v.job where v.verdict = 'approve'"))
    yield from (f"run {run}, job {job}" for run, job in scene.ledger.approvals if (run, job) not in there)


@invariant
def the_database_and_the_repositories_are_sound(scene):
    yield from (str(row) for row in scene.rows("pragma integrity_check") if row != ("ok",))
    yield from (f"a row of {row[0]} refers to nothing" for row in scene.rows("pragma foreign_key_check"))
    for identity, name in scene.rows("select id, name from repository where ready = 1"):
        done = subprocess.run(["git", "--git-dir", folder_of(scene, identity), "fsck", "--no-dangling", "--connectivity-only"],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            yield f"{name}: {done.stdout[:300]}"


# ---- nothing is stuck

@invariant
def no_push_is_half_done(scene):
    yield from (f"push {row[0]} is only intended" for row in scene.rows("select id from push where state = 'intended'"))


@invariant
def no_run_and_no_job_is_stuck(scene):
    yield from (f"run {row[0]} is {row[1]}" for row in scene.rows("select id, said_state from pipeline_run where finished_at is null"))
    yield from (f"job {row[0]} is {row[1]} on a lease" for row in scene.rows("select id, state from run_job where lease_until is not null"))
    yield from (f"job {row[0]} of a finished run is {row[1]}" for row in scene.rows(
        "select j.id, j.state from run_job j join pipeline_run r on r.id = j.run where r.finished_at is not null "
        "and j.state not in ('succeeded', 'failed', 'canceled', 'skipped')"))
    yield from (f"step {row[1]} of job {row[0]} is running in a job that is over" for row in scene.rows(
        "select j.id, s.key from job_step s join run_job j on j.id = s.job where s.state = 'running' "
        "and j.state in ('succeeded', 'failed', 'canceled', 'skipped')"))


@invariant
def no_deployment_is_stuck(scene):
    yield from (f"deployment {row[0]} is {row[1]} in {row[2]}" for row in scene.rows(
        "select id, state, phase from deployment where state in ('queued', 'running')"))
    yield from (f"instance {row[0]} is {row[1]}" for row in scene.rows("select name, state from instance where state in ('starting', 'draining')"))


@invariant
def every_deploying_job_ended_as_its_deployment_did(scene):
    for job, state, deployment, ended in scene.rows("select j.id, j.state, d.id, d.state from run_job j join deployment d on d.id = j.deployment"):
        if (state == "succeeded") != (ended == "succeeded"):
            yield f"job {job} is {state}, deployment {deployment} is {ended}"


@invariant
def no_job_failed_but_by_a_kill_of_its_own_parts(scene):
    """A death of the server is no reason: what asks it waits until it is back."""
    for job, key, reason, started, finished, deployment, ended in scene.rows(
            "select j.id, r.repo_path || ' ' || j.key, j.reason, j.started_at, j.finished_at, j.deployment, coalesce(d.state, '') from run_job j "
            "join pipeline_run r on r.id = j.run left join deployment d on d.id = j.deployment where j.state = 'failed' and j.started_at is not null"):
        reasons = ("step", "runner", "git", *(("engine", "conmon", "instance") if deployment else ()))
        if ended != "aborted" and not scene.killed_between(reasons, started / 1e6 - 2, finished / 1e6 + 1):
            yield f"job {job} ({key}): {reason}; its log ends: {scene.end_of_log(job)!r}"


@invariant
def no_listener_is_behind(scene):
    last = dict(scene.rows("select kind, max(id) from event group by kind"))
    for listener, come in scene.rows("select listener, last_id from event_cursor"):
        end = max((last.get(kind, 0) for kind in HEARS.get(listener, (listener.removeprefix("notify."),))), default=0)
        if come < end:
            yield f"{listener} has come to event {come} of {end}"


@invariant
def every_application_is_at_its_full_strength(scene):
    for app, name, wanted, release in scene.rows("select id, name, wanted, release_id from application where release_id is not null"):
        serving = [row[0] for row in scene.rows("select name from instance where application_id = ? and release_id = ? and state = 'ready'", app, release)]
        running = set(scene.yard.podman("ps", "--format", "{{.Names}}").stdout.split())
        if len(serving) != wanted:
            yield f"{name}: {len(serving)} instances serve, {wanted} are wanted"
        yield from (f"{name}: {one} is said to serve and does not run" for one in serving if one not in running)
        spares = scene.rows("select count(*) from instance where application_id = ? and state = 'spare'", app)[0][0]
        if spares != 1:
            yield f"{name}: {spares} spares, 1 is wanted"


@invariant
def the_proxy_sends_to_exactly_the_instances_that_serve(scene):
    serving = {row[0] for row in scene.rows("select name from instance where state = 'ready'")}
    written = {words[1] for words in (line.split() for line in (scene.data / "deliver/haproxy.cfg").read_text().splitlines())
               if words[:1] == ["server"] and words[4] != "0"}
    taken = {cells[1] for cells in proxy_table(scene) if cells[1] not in ("FRONTEND", "BACKEND") and cells[17].startswith(("UP", "no check")) and cells[18] != "0"}
    if written != serving:
        yield f"the file says {sorted(written)}, the database {sorted(serving)}"
    if taken != serving:
        yield f"the proxy has {sorted(taken)}, the database {sorted(serving)}"


# ---- nothing ran twice, nothing was lost

@invariant
def no_step_began_twice_unless_its_runner_died_between(scene):
    last = {}
    for key, began, _ in sorted(scene.recorder.starts(), key=lambda entry: entry[1]):
        if key in last and not scene.killed_between(("runner",), last[key] - 1, began):
            yield f"'{key}' began at {last[key]:.3f} and at {began:.3f}"
        last[key] = began


@invariant
def no_step_ran_beside_itself(scene):
    last = {}
    for key, began, ended in sorted(scene.recorder.starts(), key=lambda entry: entry[1]):
        if key in last and (last[key] is None or last[key] > began):
            yield f"'{key}' began again at {began:.3f} while it still ran"
        last[key] = ended


@invariant
def every_log_of_a_job_that_succeeded_has_each_line_once(scene):
    for run, job, fence, key in scene.rows("select j.run, j.id, j.fence, j.key from run_job j join pipeline_run r on r.id = j.run "
                                           "where j.state = 'succeeded' and r.repo_path = 'company/fast'"):
        file = scene.log_of(run, job, fence)
        lines = [line for line in file.read_text(errors="replace").splitlines() if line.startswith("line-")] if file.is_file() else []
        wanted = [f"line-{number}" for number in range(1, 41 if key == "build.one" else 2)]
        if lines != wanted:
            yield f"job {job} ({key} of run {run}): {len(lines)} lines of {len(wanted)}: {' '.join(lines)[:120]}"


@invariant
def no_request_was_lost_that_a_healthy_instance_could_have_answered(scene):
    """Allowed: while HAProxy is dead nobody listens, so nothing can be answered until it is back; it must be back in PROXY_BACK
    seconds (of a living server: that is who starts it). Who is inside an instance that is killed breaks with it, one for each
    client that asks at the same time."""
    away = [(begin, begin_again) for begin, begin_again in proxy_away(scene)]
    instances = [begin for name, begin, _ in scene.kills if name == "instance"]
    broken = collections.Counter()
    for began, ended, problem in scene.customers.failures:
        if any(began <= until and ended >= since for since, until in away):
            continue
        hit = next((at for at in instances if began <= at + 1 and ended >= at), None)
        if hit is not None:
            broken[hit] += 1
            if broken[hit] <= 4:
                continue
        yield f"at {began:.3f} to {ended:.3f}: {problem}"


@invariant
def the_proxy_was_back_in_time(scene):
    for since, until in proxy_away(scene):
        alive = max([over for name, _, over in scene.kills if name == "server" and over >= since and over <= until] + [since])
        if until - alive > PROXY_BACK:
            yield f"killed at {since:.3f}, answered again {until - alive:.1f} s after somebody could start it"


# ---- nothing is left over

@invariant
def every_process_is_somebodys(scene):
    living = scene.living()
    server, runner = scene.yard.process.pid, victims.runner_pid(scene.yard)
    proxies, scanners = [], []
    for pid, parent, words, state in scene.ours():
        name = victims.name_of(words)
        if pid in (server, runner):
            continue
        if name == "haproxy":
            proxies.append(pid)
        elif name == "conmon" and any(identity in words for identity in living.values()):
            continue
        elif parent == server and victims.is_scanner(words):
            scanners.append(pid)
        elif inside_container(pid, living.values()) or (parent == server and name == "git"):
            continue  # the server keeps readers of its repositories
        else:
            yield f"process {pid} ({' '.join(words)[:150]})"
    if len(scanners) > 2:
        yield f"{len(scanners)} processes that scan: {scanners}; expected at most two"
    if len(proxies) > 2:
        yield f"{len(proxies)} processes of HAProxy: {proxies}; expected a master and a worker"
    for pid, parent, words, state in victims.processes():
        reader = parent == server and comm_of(pid) == "git"  # a reader that was killed is noticed when it is used next
        if state == "Z" and parent in (server, runner, *proxies) and not reader:
            yield f"process {pid} has ended and its parent {parent} does not notice"


@invariant
def every_container_is_somebodys(scene):
    alive = {row[0] for row in scene.rows("select name from instance where state not in ('failed', 'stopped')")}
    last = {row[0]: row[1] for row in scene.rows("select application_id, max(id) from deployment group by application_id")}
    kept = {row[0] for row in scene.rows("select i.name, i.deployment_id from instance i join deployment d on d.id = i.deployment_id "
                                         "where i.state = 'failed' and d.state in ('frozen', 'failed')") } if last else set()
    names = [line.split()[0] for line in scene.yard.podman("ps", "-a", "--external", "--format", "{{.Names}} {{.ID}}").stdout.splitlines()]
    yield from (f"container {name}" for name in names if name not in alive | kept)
    yield from (f"instance {name} has no container" for name in alive if name not in names)
    yield from (f"working container {identity} of an image build" for identity in scene.yard.working_containers())


@invariant
def every_mount_is_somebodys(scene):
    living = scene.living()
    layers = set()
    if living:
        layers = set(scene.yard.podman("inspect", "--format", "{{.GraphDriver.Data.MergedDir}}", *living).stdout.split())
    for place in mounts():
        if not place.startswith(f"{scene.data}/"):
            continue
        below = place.removeprefix(f"{scene.data}/")
        bind_of_itself = below in ("deliver/storage/overlay", "runner/workshop/root/overlay")
        shared_memory = any(f"overlay-containers/{identity}/userdata/shm" in below for identity in living.values())
        if not bind_of_itself and not shared_memory and place not in layers:
            yield place


@invariant
def every_cgroup_is_somebodys(scene):
    yield from (f"of a job: {name}" for name in scene.cgroups_of_jobs())
    scene.yard.see_containers()
    gone = scene.yard.containers_seen - set(scene.living().values())
    for folder in pathlib.Path("/sys/fs/cgroup").glob("*/libpod_parent/*libpod-*"):
        if folder.name.rsplit("libpod-", 1)[1].removeprefix("conmon-") in gone:
            yield f"of a container: {folder}"
    yield from (f"the runtime remembers {identity}" for identity in gone if pathlib.Path("/run/runc", identity).exists())


@invariant
def every_network_is_somebodys(scene):
    living = scene.living()
    used = set()
    if living:
        used = {pathlib.Path(place).name for place in scene.yard.podman("inspect", "--format", "{{.NetworkSettings.SandboxKey}}", *living).stdout.split()}
    network = json.loads((scene.data / "deliver/networks/sampan.json").read_text())
    subnet = ipaddress.ip_network(network["subnets"][0]["subnet"])
    for name in sorted(namespaces() - used):
        inside = subprocess.run(["nsenter", f"--net=/run/netns/{name}", "ip", "-4", "-o", "addr"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        addresses = [ipaddress.ip_interface(line.split()[3]).ip for line in inside.stdout.splitlines()]
        unfinished = not [one for one in addresses if not one.is_loopback] and name not in scene.other_namespaces
        if unfinished or any(one in subnet for one in addresses) or (inside.returncode != 0 and name not in scene.other_namespaces):
            yield f"network namespace {name}"
    ports = [line for line in subprocess.run(["ip", "-o", "link", "show", "master", network["network_interface"]], stdout=subprocess.PIPE,
                                             stderr=subprocess.DEVNULL, text=True).stdout.splitlines() if line]
    if len(ports) != len(living):
        yield f"{len(ports)} ports on the bridge {network['network_interface']} for {len(living)} containers"


@invariant
def every_temporary_file_is_somebodys(scene):
    uploads = {f"upload-{row[0]}" for row in scene.rows("select id from image_upload")}
    folders = {"spool": set(), "blobs/incoming": uploads, "pipeline/artifacts/incoming": set(), "deliver/pulls": set()}
    for folder, allowed in folders.items():
        place = scene.data / folder
        yield from (f"{entry}" for entry in (place.iterdir() if place.is_dir() else ()) if entry.name not in allowed)
    jobs = scene.data / "runner/jobs"  # N/ and N.log are handed on from job to job: empty between them, and so is the .npmrc of the home
    yield from (f"{file}" for room in ("workspace", "home", "tmp") for file in jobs.glob(f"*/{room}/*")
                if room != "home" or file.name != ".npmrc" or file.is_symlink() or file.stat().st_size > 0)
    yield from (f"{file}" for file in jobs.glob("*.log") if file.stat().st_size > 0)
    for identity, _ in scene.rows("select id, name from repository"):
        folder = pathlib.Path(folder_of(scene, identity))
        yield from (f"{file}" for pattern in ("**/*.lock", "objects/tmp_*", "objects/pack/tmp_*", "objects/pack/.tmp*") for file in folder.glob(pattern))
    yield from (f"{entry}" for entry in scene.data.joinpath("repos").glob("*.new"))
    for file in unnamed_files(scene.data):
        yield f"{file} never got its name"
    yield from (f"{entry}" for entry in scene.yard.temporary.iterdir())


@invariant
def every_blob_on_disk_is_somebodys(scene):
    known = {row[0] for row in scene.rows("select sha256 from image_blob")}
    yield from (f"{file}" for file in (scene.data / "blobs").glob("??/*") if file.name not in known)
    yield from (f"the content {number}" for number, in scene.rows("select id from image_blob_content where id not in (select content_id from image_blob where content_id is not null)"))
    kept = {row[0] for row in scene.rows("select sha256 from artifact where image = ''")}
    yield from (f"{file}" for file in (scene.data / "pipeline/artifacts").glob("??/*") if file.name not in kept)


@invariant
def every_token_of_a_job_ended_with_it(scene):
    yield from (f"token {row[0]} of job {row[1]} still opens doors" for row in scene.rows(
        "select t.id, t.job_id from token t join run_job j on j.id = t.job_id where t.kind = 'job' and t.revoked_at is null "
        "and j.state in ('succeeded', 'failed', 'canceled', 'skipped')"))
