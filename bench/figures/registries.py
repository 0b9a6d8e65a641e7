"""The registry beside Debian's docker-registry: pushes that are durable, manifests, large blobs."""
import base64
import json
import os
import pathlib
import subprocess
import tempfile

from figure import figure
from house import BIN, House, free_port, run, wait_for
from sampan_demo import answer_of

# name: unit, how many clients, what, how many times the reference
ACTS = {
    "blob_1kib_push_per_s_1": ("blobs/s", 1, ("push", 1024), 5), "blob_1kib_push_per_s_8": ("blobs/s", 8, ("push", 1024), 10),
    "manifest_get_per_s_1": ("manifests/s", 1, ("manifest", 0), 5), "manifest_get_per_s_8": ("manifests/s", 8, ("manifest", 0), 8),
    "blob_10mib_get_mb_per_s_1": ("MB/s", 1, ("blob", 10 << 20), 1.3), "blob_10mib_get_mb_per_s_8": ("MB/s", 8, ("blob", 10 << 20), 1.3),
    "blob_10mib_put_mb_per_s_1": ("MB/s", 1, ("push", 10 << 20), 1.5), "blob_10mib_put_mb_per_s_8": ("MB/s", 8, ("push", 10 << 20), 1.5),
}
CPU = {"blob_10mib_get_cpu_ms_1": "blob_10mib_get_mb_per_s_1", "blob_10mib_get_cpu_ms_8": "blob_10mib_get_mb_per_s_8"}  # of the server, a blob
FIGURES = [*ACTS, *CPU]
ROUNDS, SECONDS = 3, 4


def measure(names):
    with tempfile.TemporaryDirectory(prefix="sampan-bench-") as folder:
        folder = pathlib.Path(folder)
        house = House(folder)
        house.start()
        reference = Reference(folder)
        try:
            ours = Side(house.process.pid, house.port, "company/bench", "Basic " + base64.b64encode(f"li:{house.tokens['li']}".encode()).decode())
            theirs = Side(reference.process.pid, reference.port, "company/bench", "-")
            for name, (unit, clients, act, aim) in ACTS.items():
                wanted = [other for other in names if CPU.get(other, other) == name]
                runs = [(ours.rate(clients, *act), theirs.rate(clients, *act)) for _ in range(ROUNDS if wanted else 0)]
                for other in wanted:
                    of_cpu = other in CPU
                    ours_found, theirs_found = ([run[side][of_cpu] for run in runs] for side in (0, 1))
                    yield figure(other, ours_found, "ms CPU" if of_cpu else unit, None, theirs_found, not of_cpu, 0.25 if of_cpu else aim)
        finally:
            reference.stop()
            house.take_down()


class Reference:
    def __init__(self, folder):
        self.port = free_port(15000)
        settings = folder / "reference.yml"
        settings.write_text(f"version: 0.1\nlog: {{ level: error, accesslog: {{ disabled: true }} }}\nstorage: {{ filesystem: {{ rootdirectory: {folder}/reference }}, delete: {{ enabled: true }} }}\n"
                            f"http: {{ addr: '127.0.0.1:{self.port}' }}\n")
        self.process = subprocess.Popen(["docker-registry", "serve", str(settings)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for("docker-registry", lambda: answer_of(f"http://127.0.0.1:{self.port}/v2/"), 20)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Side:
    """One registry, with a manifest and a large blob in it to read."""

    def __init__(self, pid, port, repository, authorization):
        self.pid, self.address, self.repository = pid, ["127.0.0.1", str(port), authorization], repository
        self.blob = self.put(repository, os.urandom(10 << 20))
        config = self.put(repository, b"{}")
        manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": 2},
                    "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": self.blob, "size": 10 << 20}]}
        self.put(f"/v2/{repository}/manifests/latest", json.dumps(manifest).encode(), manifest["mediaType"])

    def put(self, what, body, *content_type):
        done = subprocess.run([BIN / "sampan-registry-load", *self.address, "1", "0", "put", what, *content_type], input=body, stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)["digest"]

    def rate(self, clients, act, size):
        """Acts (or MB) a second, and the server's CPU milliseconds for each act."""
        what = {"push": ["push", self.repository, size], "manifest": ["get", f"/v2/{self.repository}/manifests/latest"], "blob": ["get", f"/v2/{self.repository}/blobs/{self.blob}"]}[act]
        before = self.cpu_ms()
        done = json.loads(run([BIN / "sampan-registry-load", *self.address, clients, SECONDS, *what]))
        per_act = (self.cpu_ms() - before) / max(1, done["per_second"] * SECONDS)
        return done["per_second"] * (size / 1e6 if size > 1024 else 1), per_act

    def cpu_ms(self):
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
