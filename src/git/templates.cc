#include "git/templates.h"

#include "base/text.h"

namespace sampan::git {
namespace {

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

}  // namespace

std::vector<Template> templates() {
  return {
      {"spring-boot", "Spring Boot service", "Spring Boot 服务",
       "Java service with health probes, a unit test, an image and a pipeline to the daily environment",
       "带健康探针、单元测试、镜像与日常环境流水线的 Java 服务"},
      {"static-site", "Static site", "静态站点", "Web pages served by a small web server, with an image and a pipeline",
       "由小型 Web 服务器提供的网页，带镜像与流水线"},
      {"empty", "Empty", "空仓库", "A README only", "仅含 README"},
  };
}

Result<std::vector<NewFile>> template_files(std::string_view id, const Repo& repo) {
  std::vector<NewFile> files;
  const auto folder = std::string(id) + "/";
  for (const auto& embedded : embedded_templates()) {
    if (!embedded.path.starts_with(folder)) continue;
    NewFile file{std::string(embedded.path.substr(folder.size())), std::string(embedded.text),
                 embedded.text.starts_with("#!")};
    replace_all(file.text, "@NAME@", repo.name);
    replace_all(file.text, "@GROUP@", repo.group);
    replace_all(file.text, "@PATH@", repo.path());
    files.push_back(std::move(file));
  }
  if (!files.empty()) return files;
  std::vector<std::string> ids;
  for (const auto& one : templates()) ids.push_back(one.id);
  return fail(Errc::invalid, "field 'template': there is no template '{}'{}; expected one of {}",
              to_valid_utf8(id.substr(0, 100)), did_you_mean(id, ids), join(ids, ", "));
}

}  // namespace sampan::git
