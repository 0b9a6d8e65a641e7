"""Stories against the built program, with real git, skopeo, podman and HAProxy. Writes "PASSED FAILED" to --results."""
import argparse
import pathlib
import sys
import tempfile
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from house import House  # noqa: E402
import pages  # noqa: E402
import stories  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--results", required=True)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    passed, failed = 0, 0
    with tempfile.TemporaryDirectory(prefix="sampan-flow-") as folder:
        house = House(pathlib.Path(folder))
        try:
            house.start()
            for name, story in stories.ALL:
                if arguments.only and arguments.only not in name:
                    continue
                began = time.time()
                try:
                    story(house)
                    passed += 1
                    print(f"  ok      {name} ({time.time() - began:.1f} s)", flush=True)
                except BaseException as error:  # a story that exits is a story that failed
                    failed += 1
                    print(f"  FAILED  {name} ({time.time() - began:.1f} s): {error}", flush=True)
                    traceback.print_exc(limit=4)
            if not arguments.only:
                seen, wrong = pages.look(house)
                passed, failed = passed + seen, failed + wrong
        finally:
            house.take_down()
    pathlib.Path(arguments.results).write_text(f"{passed} {failed}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
