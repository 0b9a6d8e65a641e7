// NuGet's lock files, packages.config, and projects with versions that are told elsewhere.
#include "packages.h"

FUZZ(input) {
  sampan::fuzz::read_manifests(input, {"packages.lock.json", "packages.config", "proj", "Directory.Packages.props"});
}
