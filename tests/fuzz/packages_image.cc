// What is installed in an image's root: dpkg, apk, jars with jars inside, Python and Node.js; and each file as a
// program.
#include "packages.h"
#include "scan/packages/image.h"

using namespace sampan;

FUZZ(input) {
  const fuzz::Files root(fuzz::files_in(input));
  const auto inventory = scan::read_image(root);
  PROMISE(inventory.files <= static_cast<int>(root.paths().size()));
  fuzz::expect_sound(inventory, root);
  scan::Inventory programs;
  for (const auto& path : root.paths()) (void)scan::packages::read_program(path, *root.read(path, 1 << 30), programs);
  fuzz::expect_sound(programs, root);
}
