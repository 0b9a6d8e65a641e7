// go.mod, Cargo.lock, composer.lock and Gemfile.lock, and the manifests beside them.
#include "packages.h"

FUZZ(input) {
  sampan::fuzz::read_manifests(input, {"go.mod", "go.sum", "Cargo.toml", "Cargo.lock", "composer.json", "composer.lock",
                                       "Gemfile", "Gemfile.lock"});
}
