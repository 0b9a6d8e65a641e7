"""A large repository pushed and cloned, alone and by twenty at once, beside git http-backend behind nginx and fcgiwrap."""
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import time

from figure import figure
from house import House, free_port, run, wait_for

FIGURES = ["push_200mb_s", "clone_200mb_s", "clones_20_s", "clones_20_server_cpu_s", "clone_memory_mib"]
FILES, FILE_BYTES, CLONES, ROUNDS = 400, 500_000, 20, 3


def measure(names):
    with tempfile.TemporaryDirectory(prefix="sampan-bench-") as folder:
        folder = pathlib.Path(folder)
        house = House(folder)
        house.start()
        source = make_source(folder / "source")
        reference = Reference(folder)
        house.admin.post("/api/v1/repos", {"group": "company", "name": "large0", "template": "empty"})
        url = f"http://li:{house.tokens['li']}@127.0.0.1:{house.port}/company/large"
        try:
            push, push_there = [], []
            for n in range(ROUNDS):
                if n:
                    house.admin.post("/api/v1/repos", {"group": "company", "name": f"large{n}", "template": "empty"})
                push.append(timed(lambda: run(["git", "-C", source, "push", "-q", f"{url}{n}.git", "HEAD:master"])))
                push_there.append(timed(lambda: run(["git", "-C", source, "push", "-q", reference.repository(n), "HEAD:master"])))
            found = [figure("push_200mb_s", push, "s", None, push_there, ratio_aim=1 / 0.95)]
            ours, theirs = Side(house.process.pid, f"{url}0.git", folder), Side(reference.pids, reference.url(0), folder)
            pairs = [(ours.clones(1), theirs.clones(1)) for _ in range(ROUNDS)]
            found.append(figure("clone_200mb_s", [p[0][0] for p in pairs], "s", None, [p[1][0] for p in pairs], ratio_aim=1 / 0.95))
            pairs = [(ours.clones(CLONES), theirs.clones(CLONES)) for _ in range(1)]
            found.append(figure("clones_20_s", [p[0][0] for p in pairs], "s", None, [p[1][0] for p in pairs], ratio_aim=1 / 1.2))
            found.append(figure("clones_20_server_cpu_s", [p[0][1] for p in pairs], "s CPU", None, [p[1][1] for p in pairs], ratio_aim=0.5))
            found.append(figure("clone_memory_mib", [p[0][2] for p in pairs], "MiB at most, all processes of the server, beyond those before", None, [p[1][2] for p in pairs], ratio_aim=1))
            yield from (f for f in found if f["name"] in names)
        finally:
            reference.stop()
            house.take_down()


def timed(act):
    began = time.time()
    act()
    return time.time() - began


def make_source(folder):
    """Files that hardly compress, in a history of twenty commits: about 200 MB of pack."""
    numbers = random.Random(1)
    run(["git", "init", "-q", "-b", "master", folder])
    for key, value in (("user.name", "bench"), ("user.email", "bench@example.com"), ("gc.auto", "0")):
        run(["git", "-C", folder, "config", key, value])
    for commit in range(20):
        for n in range(FILES // 20):
            folder.joinpath(f"{commit}-{n}").write_bytes(numbers.randbytes(FILE_BYTES))
        run(["git", "-C", folder, "add", "."])
        run(["git", "-C", folder, "commit", "-q", "-m", f"{commit}"])
    run(["git", "-C", folder, "repack", "-q", "-a", "-d"])
    return folder


class Reference:
    def __init__(self, folder):
        self.folder = folder / "http-backend"
        self.folder.mkdir(mode=0o755)
        self.port, socket = free_port(15100), self.folder / "fcgi.socket"
        self.fcgi = subprocess.Popen(["fcgiwrap", "-c", "24", "-s", f"unix:{socket}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        self.folder.joinpath("nginx.conf").write_text(f"""user root; daemon off; pid {self.folder}/pid; error_log /dev/null; worker_processes 2; events {{ }}
http {{ access_log off; client_max_body_size 0; client_body_temp_path {self.folder}/in; fastcgi_temp_path {self.folder}/out; proxy_temp_path {self.folder}/p; scgi_temp_path {self.folder}/s;
 uwsgi_temp_path {self.folder}/u; server {{ listen 127.0.0.1:{self.port}; location / {{ fastcgi_pass unix:{socket}; fastcgi_buffering off; fastcgi_request_buffering off; fastcgi_read_timeout 600;
 fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend; fastcgi_param GIT_PROJECT_ROOT {self.folder}; fastcgi_param GIT_HTTP_EXPORT_ALL 1; fastcgi_param PATH_INFO $uri;
 fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method; fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length;
 fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding; fastcgi_param GIT_PROTOCOL $http_git_protocol; fastcgi_param REMOTE_USER bench; fastcgi_param REMOTE_ADDR $remote_addr; }} }} }}
""")
        self.nginx = subprocess.Popen(["nginx", "-c", self.folder / "nginx.conf"], stderr=subprocess.DEVNULL)
        self.pids = (self.fcgi.pid, self.nginx.pid)
        wait_for("fcgiwrap", socket.exists, 10)

    def url(self, n):
        return f"http://127.0.0.1:{self.port}/large{n}.git"

    def repository(self, n):
        """As durable as ours, and ready to be pushed to."""
        run(["git", "init", "-q", "--bare", "-b", "master", self.folder / f"large{n}.git"])
        for key, value in (("core.fsync", "committed,reference"), ("receive.fsckObjects", "true"), ("gc.auto", "0")):
            run(["git", "-C", self.folder / f"large{n}.git", "config", key, value])
        return self.url(n)

    def stop(self):
        self.nginx.terminate()
        os.killpg(self.fcgi.pid, signal.SIGTERM)  # with its workers
        for process in (self.nginx, self.fcgi):
            process.wait()


class Side:
    def __init__(self, pids, url, folder):
        self.pids, self.url, self.folder = pids if isinstance(pids, tuple) else (pids,), url, folder

    def clones(self, count):
        """Seconds until all are there, CPU seconds of the server and its children, the memory (PSS) that its processes take more than before at the most."""
        targets = [self.folder / f"clone{n}" for n in range(count)]
        before, began, idle, most = self.cpu(), time.time(), self.memory(), 0
        clients = [subprocess.Popen(["git", "clone", "-q", "--bare", self.url, target]) for target in targets]
        while any(client.poll() is None for client in clients):
            most = max(most, self.memory())
            time.sleep(0.2)
        taken = time.time() - began
        if any(client.returncode for client in clients):
            raise SystemExit("bench: a clone failed")
        time.sleep(0.3)  # children are reaped
        for target in targets:
            shutil.rmtree(target)
        return taken, self.cpu() - before, most - idle

    def cpu(self):
        ticks = 0
        for pid in self.tree():
            try:
                fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            ticks += sum(int(field) for field in fields[11:15])  # its own, and those of children it has waited for
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self):
        total = 0
        for pid in self.tree():
            try:
                text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
            except OSError:
                continue
            total += next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)
        return total / 1024

    def tree(self):
        parents = {}
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                parents[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
        found = set(self.pids)
        while more := {pid for pid, parent in parents.items() if parent in found} - found:
            found |= more
        return found
