// Maven's poms, with parents, BOMs and a local repository, its tree of dependencies, and Gradle's lock files.
#include "packages.h"

FUZZ(input) {
  sampan::fuzz::read_manifests(input, {"pom.xml", "dependency-tree.txt", "gradle.lockfile", "build.gradle", ".kts"});
}
