// What is installed in an image's root: dpkg, apk, and jars with jars inside.
#include "packages.h"

using namespace sampan;

FUZZ(input) {
  const fuzz::Files root(fuzz::files_in(input));
  const auto inventory = scan::read_image(root);
  PROMISE(inventory.files <= static_cast<int>(root.paths().size()));
  fuzz::expect_sound(inventory, root);
}
