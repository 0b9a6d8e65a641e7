#include "pipeline/definition.h"

#include <charconv>

#include "base/text.h"
#include "pipeline/definition_read.h"

namespace sampan::pipeline {
namespace {

// base/yaml says "FILE:LINE:COLUMN: what"; a diagnosis wants them apart.
Diagnosis diagnosis_of(const Error& error, std::string_view file) {
  Diagnosis diagnosis{std::string(file), 1, 1, error.message};
  std::string_view rest = error.message;
  if (!rest.starts_with(fmt::format("{}:", file))) return diagnosis;
  rest.remove_prefix(file.size() + 1);
  int line = 0, column = 0;
  auto first = std::from_chars(rest.data(), rest.data() + rest.size(), line);
  if (first.ec != std::errc() || *first.ptr != ':') return diagnosis;
  auto second = std::from_chars(first.ptr + 1, rest.data() + rest.size(), column);
  if (second.ec != std::errc() || *second.ptr != ':') return diagnosis;
  diagnosis.line = line;
  diagnosis.column = column;
  diagnosis.message =
      trim(std::string_view(second.ptr + 1, static_cast<std::size_t>(rest.data() + rest.size() - second.ptr - 1)));
  return diagnosis;
}

bool is_template(std::string_view text) {
  std::string_view first = text.substr(0, text.find('\n'));
  std::string squeezed;
  for (char c : first)
    if (c != ' ' && c != '\t' && c != '\r') squeezed += c;
  return squeezed == "#template=true";
}

void read_variables(const YamlNode& node, Definition& out, Diagnoses& diagnoses) {
  static const std::vector<std::string> kTypes{"String", "Number", "Boolean", "Object"};
  if (node.kind != YamlNode::Kind::sequence) {
    diagnoses.error(node, fmt::format("'variables': expected a list of {{key, value}}, found {}", kind_name(node)));
    return;
  }
  for (const YamlNode& item : node.items) {
    MapReader variable(item, "a variable", diagnoses);
    auto key = variable.text("key");
    auto type = variable.choice("type", kTypes);
    const YamlNode* value = variable.take("value");
    variable.text("description");
    variable.finish();
    if (item.kind != YamlNode::Kind::mapping) continue;
    if (!key) {
      diagnoses.error(item, "a variable lacks 'key'");
    } else if (!is_variable_name(*key)) {
      diagnoses.error(item, fmt::format("the variable '{}': expected a letter or _, then letters, digits and _", *key));
    } else if (type == "Object" || (value != nullptr && value->kind != YamlNode::Kind::scalar)) {
      diagnoses.error(
          item,
          fmt::format(
              "the variable '{}' is an object: these serve template files only, which are not read yet; expected text",
              *key));
    } else if (std::any_of(out.variables.begin(), out.variables.end(),
                           [&](const KeyValue& v) { return v.key == *key; })) {
      diagnoses.error(item, fmt::format("the variable '{}' is written twice", *key));
    } else {
      out.variables.push_back({*key, value != nullptr ? value->text : ""});
    }
  }
}

void read_cache(const YamlNode& node, Definition& out, Diagnoses& diagnoses) {
  MapReader cache(node, "'cache'", diagnoses);
  const YamlNode* dirs = node.find("cacheDirs");
  std::vector<Word> words = cache.words("cacheDirs");
  static const std::vector<std::string> kModes{"remote", "local"};
  if (cache.choice("cacheMode", kModes) == "remote")
    diagnoses.warning(node, "'cacheMode: remote' has no effect here: caches are kept on the runner");
  cache.finish();
  out.cache_off = dirs != nullptr && words.empty();
  for (const Word& word : words) {
    const bool inside_home =
        word.text.starts_with("~/") && word.text.size() > 2 && word.text.find("..") == std::string::npos;
    if (!inside_home) {
      diagnoses.error_at(
          word.line, word.column,
          fmt::format("the cache folder '{}': expected a folder below the home folder, like ~/.m2", word.text));
    } else {
      out.cache_dirs.push_back(word.text);
    }
  }
}

void read_concurrency(const YamlNode& node, Definition& out, Diagnoses& diagnoses) {
  static const std::vector<std::string> kBehaviors{"rejectNew", "preemptOldest"};
  MapReader map(node, "'concurrencyConfig'", diagnoses);
  out.concurrency.most_runs = static_cast<int>(map.integer("maxRunningPipelineInstances", 1, 1000).value_or(100));
  out.concurrency.most_same_job = static_cast<int>(map.integer("maxRunningJobInstances", 1, 1000).value_or(1));
  out.concurrency.preempt_oldest = map.choice("pipelineMaxRunningBehavior", kBehaviors) == "preemptOldest";
  map.finish();
}

void read_top(const YamlNode& root, Definition& out, Diagnoses& diagnoses) {
  MapReader top(root, "the pipeline", diagnoses);
  top.ignore_prefix("x-");
  out.name = top.text("name").value_or("");
  if (out.name.empty()) {  // .sampan/daily.yaml is called daily
    const std::size_t slash = out.file.rfind('/');
    out.name = out.file.substr(slash == std::string::npos ? 0 : slash + 1);
    out.name = out.name.substr(0, out.name.rfind('.'));
  }
  if (const YamlNode* node = top.take("sources");
      node != nullptr && !(node->kind == YamlNode::Kind::mapping && node->pairs.empty())) {
    out.source = read_sources(*node, diagnoses);
  }
  top.text("defaultWorkspace");
  if (const YamlNode* node = top.take("variables")) read_variables(*node, out, diagnoses);
  for (Word& word : top.words("variableGroups")) out.groups.push_back(std::move(word.text));
  if (const YamlNode* node = top.take("cache")) read_cache(*node, out, diagnoses);
  if (const YamlNode* node = top.take("mountDirs")) {
    diagnoses.error(*node,
                    "'mountDirs' is not offered: a job sees its workspace and its caches only; put the folder under "
                    "'cache' or into an image");
  }
  if (const YamlNode* node = top.take("concurrencyConfig")) read_concurrency(*node, out, diagnoses);
  if (const YamlNode* node = top.require("stages")) out.stages = read_stages(*node, diagnoses);
  top.finish();
}

}  // namespace

bool JobSpec::platform() const {
  return std::any_of(steps.begin(), steps.end(),
                     [](const StepSpec& step) { return step.kind != nullptr && step.kind->platform; });
}

const JobSpec* Definition::find_job(std::string_view key) const {
  for (const StageSpec& stage : stages) {
    for (const JobSpec& job : stage.jobs)
      if (job.key() == key) return &job;
  }
  return nullptr;
}

bool check_id(const Word& id, std::string_view what, std::size_t most, Diagnoses& diagnoses) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const bool right = !id.text.empty() && id.text.size() <= most && letter(id.text[0]) &&
                     std::all_of(id.text.begin(), id.text.end(),
                                 [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
  if (!right) {
    diagnoses.error_at(
        id.line, id.column,
        fmt::format("the id '{}' of a {}: expected a letter, then letters, digits, _ or -, at most {} characters",
                    id.text, what, most));
  }
  return right;
}

Reading read_definition(std::string_view text, std::string_view file) {
  Reading reading;
  if (is_template(text)) {
    reading.errors.push_back(
        {std::string(file), 1, 1,
         "template files ('# template=true') are not read yet: write the jobs out, or share text by YAML anchors"});
    return reading;
  }
  auto root = parse_yaml(text, file);
  if (!root) {
    reading.errors.push_back(diagnosis_of(root.error(), file));
    return reading;
  }
  Diagnoses diagnoses{std::string(file)};
  Definition definition;
  definition.file = file;
  if (root->kind == YamlNode::Kind::null) {
    diagnoses.error_at(1, 1, "the file is empty: expected a pipeline with 'stages'");
  } else {
    read_top(*root, definition, diagnoses);
  }
  if (diagnoses.errors().empty()) check_references(definition, diagnoses);
  reading.errors = diagnoses.take_errors();
  reading.warnings = diagnoses.take_warnings();
  if (reading.errors.empty()) reading.definition = std::move(definition);
  return reading;
}

}  // namespace sampan::pipeline
