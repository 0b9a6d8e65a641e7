#include "scan/p3c/rules/rules.h"

namespace sampan::scan::p3c {

using namespace java;

namespace {

// Words of small letters and digits apart by dots; only the first may start with a digit.
bool is_package_name(std::string_view name) {
  bool fresh = true, first = true;
  for (const char c : name) {
    if (c == '.') {
      if (fresh) return false;
      fresh = true;
      first = false;
      continue;
    }
    const bool digit = c >= '0' && c <= '9';
    if (!(c >= 'a' && c <= 'z') && !(digit && (!fresh || first))) return false;
    fresh = false;
  }
  return !fresh;
}

}  // namespace

constinit const Rule kPackageNaming = {
    .name = "PackageNamingRule",
    .severity = Severity::major,
    .summary = {"包名全部小写，点之间只有一个单词", "Names of packages are small letters, one word between two dots"},
    .remedy = {"去掉大写字母和下划线", "Drop capital letters and underscores"},
    .check = [](const Source& source, Report& report) {
      for (Node package : source.tree.all(Kind::package_declaration)) {
        Node name = package.child(Kind::scoped_identifier);
        if (!name) name = package.child(Kind::identifier);
        if (name && !is_package_name(name.text()))
          report.add(name, "包名 {} 不全是小写单词", "The name of the package {} is not of small words only",
                     name.text());
      }
    }};

}  // namespace sampan::scan::p3c
