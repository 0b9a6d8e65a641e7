"""A stop of the machine, made from the journal of faults.cc: what was not synced is forgotten, as the strictest disk would."""
import collections
import os
import pathlib


class Journal:
    """`sizes`: path -> bytes of it that are safe. `names`: folder -> names in it that are safe. `loose`: path -> written and not safe."""

    def __init__(self, text):
        self.sizes, self.loose = {}, collections.defaultdict(list)
        self.names, self.new = collections.defaultdict(set), collections.defaultdict(dict)
        for line in text.splitlines():
            what, first, second, one, other = line.split("\t")
            getattr(self, what)(int(first), int(second), one, other)

    def S(self, size, _, path, __):
        self.sizes[path] = size
        self.loose.pop(path, None)

    def W(self, at, size, path, _):
        self.loose[path].append((at, size))

    def D(self, _, __, folder, ___):
        for name, there in self.new.pop(folder, {}).items():
            (self.names[folder].add if there else self.names[folder].discard)(name)

    def M(self, _, __, path, ___):
        self.new[os.path.dirname(path)][os.path.basename(path)] = True

    def U(self, _, __, path, ___):
        self.new[os.path.dirname(path)][os.path.basename(path)] = False

    def R(self, _, __, source, target):
        for known in (self.sizes, self.loose):
            if source in known:
                known[target] = known.pop(source)
        self.U(0, 0, source, "")
        self.M(0, 0, target, "")


def forget(data, journal_file, numbers):
    """Every process is dead. Makes of the data folder what is certain to be left; returns how much was forgotten of what."""
    journal = Journal(journal_file.read_text())
    gone = collections.Counter()
    for folder in sorted(data.glob("blobs/??")):
        if folder.name not in journal.names[str(folder.parent)]:
            for file in folder.iterdir():
                file.unlink()
                gone["blobs without their folder"] += 1
            folder.rmdir()
            continue
        for file in folder.iterdir():
            if file.name not in journal.names[str(folder)]:
                file.unlink()
                gone["blobs without a name"] += 1
            elif journal.sizes.get(str(file), 0) < file.stat().st_size:
                os.truncate(file, journal.sizes.get(str(file), 0))
                gone["blobs cut"] += 1
    # Of the database the strictest disk has zeros where something was written since the last sync: in the journal of
    # SQLite these end what is valid, and what was not synced in the database itself is still in that journal.
    for file in (data / "sampan.db", data / "sampan.db-wal"):
        for at, size in journal.loose.get(str(file), ()):
            with open(file, "r+b") as out:
                out.seek(at)
                out.write(bytes(size))
            gone[f"writes to {file.name}"] += 1
    (data / "sampan.db-shm").unlink(missing_ok=True)
    # Logs are not synced at all: each file ends anywhere.
    for file in pathlib.Path(data / "pipeline/logs").rglob("*.*"):
        size = file.stat().st_size if file.is_file() else 0
        kept = numbers.choice([size, numbers.randint(0, size)])
        if kept < size:
            os.truncate(file, kept)
            gone["logs cut"] += 1
    return dict(gone)
