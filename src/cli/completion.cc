#include "cli/completion.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace sampan::cli {

namespace {

void add_cases(const CLI::App& app, const std::string& path, std::string& cases) {
  std::string words;
  for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; })) words += sub->get_name() + " ";
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) words += "--" + name + " ";
  }
  cases += fmt::format("    \"{}\") words=\"{}\" ;;\n", path, words);
  for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    add_cases(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), cases);
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
  std::string cases;
  add_cases(app, "", cases);
  return "_sampan() {\n  local path=\"\" word words=\"\" i\n  for ((i = 1; i < COMP_CWORD; i++)); do\n    "
         "word=${COMP_WORDS[i]}\n"
         "    [[ $word == -* ]] || path=\"${path:+$path }$word\"\n  done\n  while :; do\n    case \"$path\" in\n" +
         cases +
         "    esac\n    [[ -n $words || $path != *' '* ]] && break\n    path=${path% *}\n  done\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\ncomplete -F _sampan sampan\n";
}

}  // namespace sampan::cli
