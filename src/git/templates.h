// What a new repository can begin with. The files are kept in src/git/templates/<id>/ and compiled in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "git/git.h"

namespace sampan::git {

struct Template {
  std::string id, title_en, title_zh, description_en, description_zh;
};
std::vector<Template> templates();

// The files, with @NAME@, @GROUP@ and @PATH@ replaced; invalid names the nearest template.
Result<std::vector<NewFile>> template_files(std::string_view id, const Repo& repo);

struct EmbeddedFile {
  std::string_view path, text;
};                                                      // path: "spring-boot/pom.xml"
const std::vector<EmbeddedFile>& embedded_templates();  // generated at build by tools/embed_files.cmake

}  // namespace sampan::git
