// Requirements, the lock files of poetry, uv, pdm and pipenv, and the manifests beside them.
#include "packages.h"

FUZZ(input) {
  sampan::fuzz::read_manifests(
      input, {".txt", ".in", "poetry.lock", "uv.lock", "pdm.lock", "Pipfile", "Pipfile.lock", "pyproject.toml"});
}
