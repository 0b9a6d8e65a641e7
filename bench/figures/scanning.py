"""The scanner beside PMD 6.15.0 with p3c-pmd 2.1.1, on a Java repository of the caller's: SAMPAN_BENCH_JAVA names its folder; and beside
gitleaks 8.30 on a git repository with a working tree: SAMPAN_BENCH_REPOSITORY. gitleaks is found in PATH, or SAMPAN_BENCH_GITLEAKS names it
(go install github.com/zricethezav/gitleaks/v8@v8.30.0)."""
import csv
import json
import os
import pathlib
import subprocess
import tempfile

from figure import cost, figure

FIGURES = ["p3c_file_cpu_ms", "p3c_repo_cpu_s", "p3c_repo_memory_mb", "secrets_tree_cpu_s", "secrets_history_cpu_s"]
RULESETS = ",".join(f"rulesets/java/ali-{name}.xml" for name in
                    ("comment", "concurrent", "constant", "exception", "flowcontrol", "naming", "oop", "orm", "other", "set"))
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>bench</groupId><artifactId>p3c</artifactId><version>1</version>
<dependencies><dependency><groupId>net.sourceforge.pmd</groupId><artifactId>pmd-java</artifactId><version>6.15.0</version></dependency>
<dependency><groupId>com.alibaba.p3c</groupId><artifactId>p3c-pmd</artifactId><version>2.1.1</version></dependency></dependencies></project>
"""
# The flags that were best of those tried: one compiler level and a serial collector for a short run; both as they come for a long one.
SHORT, LONG = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"], ["-XX:+UseSerialGC", "-Xmx4g"]


def measure(names):
    if any(name.startswith("p3c_") for name in names):
        yield from measure_p3c(names)
    if any(name.startswith("secrets_") for name in names):
        yield from measure_secrets(names)


def measure_secrets(names):
    folder = os.environ.get("SAMPAN_BENCH_REPOSITORY")
    if not folder:
        raise SystemExit("bench: SAMPAN_BENCH_REPOSITORY must name the folder of a git repository")
    if "secrets_tree_cpu_s" in names:
        ours = [cost(secrets(folder))[1] for _ in range(5)]
        yield figure("secrets_tree_cpu_s", ours, "s", None, [cost_of_gitleaks("dir", folder) for _ in range(3)], ratio_aim=1 / 20)
    if "secrets_history_cpu_s" in names:
        ours = [cost(secrets(folder, "--history"))[1] for _ in range(3)]
        yield figure("secrets_history_cpu_s", ours, "s", None, [cost_of_gitleaks("git", folder)], ratio_aim=1 / 20)


def secrets(folder, *how):
    return [os.environ["SAMPAN_BIN"] + "/sampan", "scan", "--engines", "secrets", "--threads", "1", "--format", "json", *how, str(folder)]


def cost_of_gitleaks(how, folder):
    with tempfile.TemporaryDirectory(prefix="sampan-bench-") as work:  # it removes the file of an empty report, /dev/null too
        return cost(gitleaks(how, folder, f"{work}/report.json"))[1]


def gitleaks(how, folder, report):
    options = ["--no-banner", "--log-level", "error", "--exit-code", "0", "--report-format", "json", "--report-path", report]
    return [os.environ.get("SAMPAN_BENCH_GITLEAKS", "gitleaks"), how, *options, *(["--log-opts=--all"] if how == "git" else []), str(folder)]


def differing_secrets(folder, *how):
    """What only one of the two finds, as (path, line, rule): what docs/rules/secrets-differences.md explains."""
    said = json.loads(subprocess.run(secrets(folder, *how), stdout=subprocess.PIPE, text=True).stdout)
    ours = {(f["path"], f["line"]): f["rule"] for f in said["findings"]}
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        subprocess.run(gitleaks("git" if how else "dir", folder, report.name), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found = json.load(report)
    base = str(pathlib.Path(folder)) + "/"
    theirs = {(f["File"].removeprefix(base), f["StartLine"]): f["RuleID"] for f in found}
    return ({(*place, rule) for place, rule in ours.items() if place not in theirs},
            {(*place, rule) for place, rule in theirs.items() if place not in ours})


def measure_p3c(names):
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
            ours = [1e3 * cost(scan(one))[1] for _ in range(15)]
            yield figure("p3c_file_cpu_ms", ours, "ms", None, [1e3 * cost(pmd.command(one, SHORT))[1] for _ in range(5)], ratio_aim=1 / 40)
        if set(names) & {"p3c_repo_cpu_s", "p3c_repo_memory_mb"}:
            ours = [cost(scan(folder)) for _ in range(3)]
            theirs = [cost(pmd.command(folder, LONG))]
            found = [figure("p3c_repo_cpu_s", [run[1] for run in ours], "s", None, [run[1] for run in theirs], ratio_aim=1 / 15),
                     figure("p3c_repo_memory_mb", [run[2] for run in ours], "MiB", 200, [run[2] for run in theirs])]
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
    return [os.environ["SAMPAN_BIN"] + "/sampan", "scan", "--engines", "p3c", "--threads", str(threads), "--format", "json", str(folder)]


def our_findings(folder):
    said = json.loads(subprocess.run(scan(folder, 2), stdout=subprocess.PIPE, text=True).stdout)
    return {(f["path"], f["line"], f["rule"]) for f in said["findings"]}
