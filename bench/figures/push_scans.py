"""What scanning adds to a push: the same pushes to a server that scans and to one that does not, taking turns."""
import pathlib
import statistics
import tempfile
import time

from figure import figure
from house import House

FIGURES = ["push_scan_ms"]
FILES, ROUNDS = 20, 30
HEAD = "package com.company;\n\nimport java.util.List;\n\n/**\n * Part of a service.\n *\n * @author ann\n * @date 2026/01/01\n */\npublic class {name} {{\n\n"
METHOD = """    /**
     * Adds up.
     */
    public int sum{n}(List<Integer> numbers) {{
        int total = {n};
        for (Integer number : numbers) {{
            if (number != null) {{
                total += number;
            }}
        }}
        return total;
    }}

"""


def measure(names):
    with tempfile.TemporaryDirectory(prefix="sampan-bench-") as on, tempfile.TemporaryDirectory(prefix="sampan-bench-") as off:
        sides = [Side(on, ""), Side(off, "scan: { pushes: false }\n")]
        try:
            for number in range(ROUNDS + 1):
                for side in sides if number % 2 else reversed(sides):
                    side.push(number)
            scanning, bare = (side.took[1:] for side in sides)
            yield figure("push_scan_ms", [a - statistics.median(bare) for a in scanning], "ms", 50, bare)
        finally:
            for side in sides:
                side.house.take_down()


class Side:
    def __init__(self, folder, settings):
        self.house = House(pathlib.Path(folder), settings)
        self.house.start()
        self.repo = self.house.repository("pushed", {f"src/Part{i}.java": text(i, 0) for i in range(FILES)})
        self.repo.commit("Begin")
        self.repo.push("master")
        self.took = []

    def push(self, number):
        """500 lines in 20 files."""
        for i in range(FILES):
            self.repo.write(f"src/Part{i}.java", text(i, number + 1))
        self.repo.commit(f"Round {number}")
        began = time.time()
        self.repo.git("push", "-q", "origin", "HEAD:master")
        self.took.append(1e3 * (time.time() - began))


def text(i, number):
    """A class of 200 lines, of which the last 25 differ from round to round."""
    methods = [METHOD.format(n=n) for n in range(14)] + [METHOD.format(n=f"9{number}{k}") for k in range(2)]
    return HEAD.format(name=f"Part{i}") + "".join(methods) + "}\n"
