#include "pipeline/local.h"
#include "pipeline/steps/step.h"

namespace sampan::pipeline {
namespace {

std::string_view type_text(const Field& field) {
  switch (field.type) {
    case FieldType::text: return "text";
    case FieldType::version: return "version";
    case FieldType::flag: return "true or false";
    case FieldType::words: return "text or list of texts";
    case FieldType::pairs: return "list of {key, value}";
    case FieldType::redlines: return "list of {metric, comparator, limit}";
    case FieldType::ignored: return "no effect";
  }
  return "";
}

void append_field(std::string& out, const Field& field) {
  std::string meaning = field.meaning;
  if (!field.choices.empty()) {
    meaning += "; one of";
    for (const std::string& choice : field.choices) meaning += " `" + choice + "`";
  }
  if (!field.aliases.empty()) {
    meaning += "; also written";
    for (const std::string& alias : field.aliases) meaning += " `" + alias + "`";
  }
  const std::string standard = field.required ? "*required*" : field.standard.empty() ? "" : "`" + field.standard + "`";
  out += fmt::format("| `{}` | {} | {} | {} |\n", field.name, type_text(field), standard, meaning);
}

}  // namespace

std::string step_reference() {
  std::string out =
      "# Steps of a pipeline\n\n"
      "Made from the code: `sampan docs steps` prints this page, and a test compares the two. How steps stand in a "
      "file is told in\n"
      "[pipeline.md](pipeline.md). Any other key under `with` is an error that names the nearest one.\n";
  for (const StepKind* kind : step_kinds()) {
    out += fmt::format("\n## {}\n{}\n", kind->name, kind->summary);
    if (!kind->aliases.empty()) {
      out += "\nAlso written:";
      for (const std::string& alias : kind->aliases) out += " `" + alias + "`";
      out += "\n";
    }
    if (kind->fields.empty()) continue;
    out += "\n| field | type | if absent | meaning |\n|---|---|---|---|\n";
    for (const Field& field : kind->fields) append_field(out, field);
  }
  return out;
}

}  // namespace sampan::pipeline
