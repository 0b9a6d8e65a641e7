"""Packages against advisories, beside osv-scanner 1.9.2 offline with the same records. SAMPAN_BENCH_OSV names a folder with go.zip, pypi.zip and maven.zip of OSV
records; from these 200,000 are made, by names of packages that are not real. osv-scanner is SAMPAN_BENCH_OSV_SCANNER, or fetched by the Go toolchain."""
import itertools
import json
import os
import pathlib
import random
import re
import subprocess
import tempfile
import zipfile

from figure import cost, figure

FIGURES = ["packages_lookup_ms", "packages_lookup_memory_mb"]
RECORDS, PACKAGES = 200_000, 1_000
OSV_SCANNER = "github.com/google/osv-scanner/cmd/osv-scanner@v1.9.2"
ECOSYSTEMS = {"Go": "go.zip", "PyPI": "pypi.zip", "Maven": "maven.zip"}


def measure(names):
    with tempfile.TemporaryDirectory(prefix="sampan-bench-") as work:
        bench = Bench(pathlib.Path(work))
        ours = [cost(bench.ours()) for _ in range(21)]
        theirs = [cost(bench.theirs(), bench.environment) for _ in range(3)]
        found = [figure("packages_lookup_ms", [1e3 * r[0] for r in ours], "ms", 50, [1e3 * r[0] for r in theirs]),
                 figure("packages_lookup_memory_mb", [r[2] for r in ours], "MiB", 50, [r[2] for r in theirs])]
        yield from (f for f in found if f["name"] in names)


class Bench:
    def __init__(self, work):
        source = os.environ.get("SAMPAN_BENCH_OSV")
        if not source:
            raise SystemExit("bench: SAMPAN_BENCH_OSV must name a folder with go.zip, pypi.zip and maven.zip of OSV records")
        self.project, self.file, database = work / "project", work / "advisories", work / "database"
        self.environment = {**os.environ, "OSV_SCANNER_LOCAL_DB_CACHE_DIRECTORY": str(database)}
        self.scanner = os.environ.get("SAMPAN_BENCH_OSV_SCANNER") or fetched(work)
        real = {ecosystem: records(pathlib.Path(source) / name) for ecosystem, name in ECOSYSTEMS.items()}
        copies = -(-RECORDS // sum(map(len, real.values())))
        left, zips = RECORDS, []
        for ecosystem, originals in real.items():
            target = database / "osv-scanner" / ecosystem / "all.zip"
            target.parent.mkdir(parents=True)
            with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                for number, record in itertools.islice(itertools.product(range(copies), originals), left):
                    made = copy(record, number)
                    archive.writestr(made["id"] + ".json", json.dumps(made))
                    left -= 1
            zips.append(str(target))
        sampan = os.environ["SAMPAN_BIN"] + "/sampan"
        subprocess.run([sampan, "advisories", "import", "--file", str(self.file), *zips], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        write_project(self.project, real)

    def ours(self, *more):
        return [os.environ["SAMPAN_BIN"] + "/sampan", "scan", "--engines", "packages", "--advisories", str(self.file), *more, str(self.project)]

    def theirs(self):
        return [self.scanner, "scan", "--experimental-offline", "--experimental-no-resolve", "--format", "json", "-r", str(self.project)]

    def our_findings(self):
        said = json.loads(subprocess.run(self.ours("--format", "json"), stdout=subprocess.PIPE, text=True).stdout)
        found = set()
        for finding in said["findings"]:
            words = finding["message"]["en"].split(" ")
            ids = {finding["rule"], *re.findall(r"(?:GHSA|CVE|GO|PYSEC)-[\w-]+", finding["message"]["en"].split(": ")[0])}
            found.add((words[0], words[1], frozenset(ids)))
        return found

    def their_findings(self):
        said = json.loads(subprocess.run(self.theirs(), env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout)
        return {(p["package"]["name"], p["package"]["version"], frozenset([*group["ids"], *group.get("aliases", [])]))
                for result in said["results"] for p in result["packages"] for group in p["groups"]}


def fetched(work):
    subprocess.run(["go", "install", OSV_SCANNER], check=True, env={**os.environ, "GOBIN": str(work / "go")})
    return str(work / "go" / "osv-scanner")


def records(path):
    """Those that name an affected package and were not withdrawn."""
    found = []
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".json"):
                found.append(json.loads(archive.read(name)))
            elif name.endswith(".yaml"):
                import yaml
                found.append(yaml.load(archive.read(name), getattr(yaml, "CBaseLoader", yaml.BaseLoader)))  # times stay texts
    return [record for record in found if record.get("affected") and not record.get("withdrawn")]


def copy(record, number):
    """The same of packages with a number behind their names; the first copy is the record itself."""
    if number == 0:
        return record
    made = json.loads(json.dumps(record))
    made["id"] += f"-{number}"
    made["aliases"] = [f"{alias}-{number}" for alias in record.get("aliases", [])]
    for affected in made["affected"]:
        affected["package"]["name"] += f"-{number}"
    return made


def write_project(folder, real):
    """1,000 packages in files that both read: of a third there are advisories, and most of these are affected."""
    chance = random.Random(6)
    folder.mkdir()
    lines = {"Go": [], "PyPI": [], "Maven": []}
    for ecosystem, originals in real.items():
        names = sorted({a["package"]["name"] for r in originals for a in r["affected"] if a["package"]["ecosystem"] == ecosystem and a["package"]["name"] not in ("stdlib", "toolchain")})
        if ecosystem == "Go":  # osv-scanner refuses a whole go.mod for one module whose path and version do not fit
            names = [name for name in names if re.fullmatch(r"[a-z0-9-]+\.[\w./-]+", name) and not re.search(r"/v\d+$|^gopkg\.in/|\.v\d+$", name)]
        chosen = chance.sample(names, min(PACKAGES // 9, len(names)))
        for name in chosen:
            lines[ecosystem].append((name, version_of(chance, ecosystem, name, originals)))
        for number in range(PACKAGES // 3 - len(chosen) + (ecosystem == "Go")):
            lines[ecosystem].append(({"Go": "example.test/m{}", "PyPI": "made-up-{}", "Maven": "test.example:m{}"}[ecosystem].format(number), "1.2.3"))
    requires = "\n".join(f"\t{name} v{version}" for name, version in lines["Go"])
    (folder / "go.mod").write_text(f"module example.test/bench\n\ngo 1.20\n\nrequire (\n{requires}\n)\n")
    (folder / "requirements.txt").write_text("".join(f"{name}=={version}\n" for name, version in lines["PyPI"]))
    (folder / "gradle.lockfile").write_text("".join(f"{name}:{version}=runtimeClasspath\n" for name, version in lines["Maven"]))


def version_of(chance, ecosystem, name, originals):
    """One that an advisory names: affected, fixed, or neither."""
    known = {"1.2.3"}
    for record in originals:
        for affected in record["affected"]:
            if affected["package"]["name"] == name and affected["package"]["ecosystem"] == ecosystem:
                known.update(affected.get("versions", []))
                known.update(version for r in affected.get("ranges", []) if r["type"] != "GIT" for event in r["events"] for version in event.values() if version != "0")
    if ecosystem == "Go":
        known = {version for version in known if re.fullmatch(r"[01]\.\d+\.\d+", version)}
    return chance.choice(sorted(known))
