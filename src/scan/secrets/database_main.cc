// Run while Sampan is built: compiles the rules' expressions, which takes half a second, and writes the result as a
// source file, so that a program that starts only has to read it.
#include <cstdio>
#include <string>

#include "base/files.h"
#include "scan/secrets/built_database.h"
#include "scan/secrets/first_pass.h"

namespace sampan::scan::secrets {

namespace {

constexpr std::size_t kLine = 60;

Result<void> write_source(const std::string& file) {
  const auto database = TRY(Database::compile(all_rules()));
  const auto bytes = TRY(database->serialized());
  std::string out = "#include \"scan/secrets/built_database.h\"\n\nnamespace sampan::scan::secrets {\n\n";
  out += "std::string_view built_database() {\n  return {";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i % kLine == 0) out += i == 0 ? "\n\"" : "\"\n\"";
    out += fmt::format("\\{:03o}", static_cast<unsigned char>(bytes[i]));
  }
  out += fmt::format("\", {}}};\n}}\n\n}}  // namespace sampan::scan::secrets\n", bytes.size());
  return write_file_durably(file, out);
}

}  // namespace

std::string_view built_database() { return {}; }  // the one this program is about to make

}  // namespace sampan::scan::secrets

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: sampan-secrets-database FILE\n"), 2;
  const auto written = sampan::scan::secrets::write_source(argv[1]);
  if (written.has_value()) return 0;
  std::fprintf(stderr, "%s\n", written.error().message.c_str());
  return 1;
}
