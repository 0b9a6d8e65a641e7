// The lock files of npm, yarn and pnpm, and the manifest beside them.
#include "packages.h"

FUZZ(input) {
  sampan::fuzz::read_manifests(
      input, {"package.json", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"});
}
