"""The scanner beside PMD 6.15.0 with p3c-pmd 2.1.1, on a Java repository of the caller's: SAMPAN_BENCH_JAVA names its folder."""
import csv
import json
import os
import pathlib
import subprocess
import tempfile

from figure import figure

FIGURES = ["p3c_file_cpu_ms", "p3c_repo_cpu_s", "p3c_repo_memory_mb"]
RULESETS = ",".join(f"rulesets/java/ali-{name}.xml" for name in
                    ("comment", "concurrent", "constant", "exception", "flowcontrol", "naming", "oop", "orm", "other", "set"))
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>bench</groupId><artifactId>p3c</artifactId><version>1</version>
<dependencies><dependency><groupId>net.sourceforge.pmd</groupId><artifactId>pmd-java</artifactId><version>6.15.0</version></dependency>
<dependency><groupId>com.alibaba.p3c</groupId><artifactId>p3c-pmd</artifactId><version>2.1.1</version></dependency></dependencies></project>
"""
# The flags that were best of those tried: one compiler level and a serial collector for a short run; both as they come for a long one.
SHORT, LONG = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"], ["-XX:+UseSerialGC", "-Xmx4g"]


def measure(names):
    folder = os.environ.get("SAMPAN_BENCH_JAVA")
    if not folder:
        raise SystemExit("bench: SAMPAN_BENCH_JAVA must name the folder of a Java repository")
    with tempfile.TemporaryDirectory(prefix="sampan-bench-") as work:
        pmd = Pmd(pathlib.Path(work))
        if "p3c_file_cpu_ms" in names:
            one = pathlib.Path(work) / "one"
            one.mkdir()
            chosen = min(pathlib.Path(folder).rglob("*.java"), key=lambda path: (abs(path.stat().st_size - 65536), path))
            (one / chosen.name).write_bytes(chosen.read_bytes())
            ours = [1e3 * cpu(scan(one))[0] for _ in range(15)]
            yield figure("p3c_file_cpu_ms", ours, "ms", None, [1e3 * cpu(pmd.command(one, SHORT))[0] for _ in range(5)], ratio_aim=1 / 40)
        if set(names) & {"p3c_repo_cpu_s", "p3c_repo_memory_mb"}:
            ours = [cpu(scan(folder)) for _ in range(3)]
            theirs = [cpu(pmd.command(folder, LONG))]
            found = [figure("p3c_repo_cpu_s", [run[0] for run in ours], "s", None, [run[0] for run in theirs], ratio_aim=1 / 15),
                     figure("p3c_repo_memory_mb", [run[1] for run in ours], "MiB", 200, [run[1] for run in theirs])]
            yield from (f for f in found if f["name"] in names)


class Pmd:
    def __init__(self, work):
        (work / "pom.xml").write_text(POM)
        self.jars = work / "jars"
        subprocess.run(["mvn", "-q", "-B", "-f", str(work / "pom.xml"), "dependency:copy-dependencies", f"-DoutputDirectory={self.jars}"], check=True)

    def command(self, folder, flags):
        return ["java", *flags, "-cp", f"{self.jars}/*", "net.sourceforge.pmd.PMD", "-d", str(folder), "-R", RULESETS, "-f", "csv", "-no-cache", "-t", "1"]

    def findings(self, folder):
        """(path, line, rule) of each."""
        said = subprocess.run(self.command(folder, LONG), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
        base = len(str(pathlib.Path(folder).resolve())) + 1
        return {(str(pathlib.Path(row["File"]).resolve())[base:], int(row["Line"]), row["Rule"]) for row in csv.DictReader(said.splitlines())}


def scan(folder, threads=1):
    return [os.environ["SAMPAN_BIN"] + "/sampan", "scan", "--threads", str(threads), "--format", "json", str(folder)]


def our_findings(folder):
    said = json.loads(subprocess.run(scan(folder, 2), stdout=subprocess.PIPE, text=True).stdout)
    return {(f["path"], f["line"], f["rule"]) for f in said["findings"]}


def cpu(command):
    """Seconds of CPU and MiB of memory at the most, of a command that may end with findings."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode < 0:
        raise SystemExit(f"bench: {command[0]} died")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
