// Reading a step's `with` by the table of its kind.
#include <cassert>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "pipeline/steps/step.h"

namespace sampan::pipeline {

std::string StepFields::text(std::string_view name) const {
  auto found = texts_.find(name);
  return found == texts_.end() ? "" : found->second;
}

bool StepFields::has(std::string_view name) const {
  return !text(name).empty() || !words(name).empty() || !pairs(name).empty();
}

bool StepFields::flag(std::string_view name) const { return text(name) == "true"; }

std::vector<std::string> StepFields::words(std::string_view name) const {
  auto found = words_.find(name);
  return found == words_.end() ? std::vector<std::string>{} : found->second;
}

std::vector<KeyValue> StepFields::pairs(std::string_view name) const {
  auto found = pairs_.find(name);
  return found == pairs_.end() ? std::vector<KeyValue>{} : found->second;
}

std::vector<RedLine> StepFields::redlines(std::string_view name) const {
  auto found = redlines_.find(name);
  return found == redlines_.end() ? std::vector<RedLine>{} : found->second;
}

class FieldReader {
 public:
  FieldReader(MapReader& map, StepFields& fields) : map_(map), fields_(fields) {}

  void read(const Field& field) {
    std::vector<std::string> written;
    for (const std::string& name : names_of(field)) {
      if (map_.take(name) != nullptr) written.push_back(name);
    }
    if (written.size() > 1) {
      map_.diagnoses().error(
          *map_.node().find(written[1]),
          fmt::format("{}: '{}' and '{}' are the same field; write one of them", map_.what(), written[0], written[1]));
    }
    if (written.empty()) {
      use_standard(field);
      return;
    }
    read_as(field, written.front());
  }

 private:
  static std::vector<std::string> names_of(const Field& field) {
    std::vector<std::string> names{field.name};
    names.insert(names.end(), field.aliases.begin(), field.aliases.end());
    return names;
  }

  void use_standard(const Field& field) {
    if (field.required) {
      map_.diagnoses().error(map_.node(), fmt::format("{} lacks '{}' ({})", map_.what(), field.name, field.meaning));
    } else if (field.standard.empty()) {
      return;
    } else if (field.type == FieldType::words) {
      fields_.words_[field.name] = {field.standard};
    } else {
      fields_.texts_[field.name] = field.standard;
    }
  }

  void read_as(const Field& field, const std::string& name) {
    const YamlNode& at = *map_.node().find(name);
    switch (field.type) {
      case FieldType::text: {
        auto value = field.choices.empty() ? map_.text(name) : map_.choice(name, field.choices);
        if (value && value->empty() && field.required) {
          map_.diagnoses().error(at, fmt::format("'{}' of {} is empty", name, map_.what()));
        }
        if (value) fields_.texts_[field.name] = *value;
        break;
      }
      case FieldType::version: {
        auto value = map_.text(name);
        if (value && value->find_first_not_of("0123456789.") != std::string::npos) {
          map_.diagnoses().error(
              at, fmt::format("'{}' of {} is '{}': expected a version of digits and dots, like 17 or 3.9.3", name,
                              map_.what(), *value));
        } else if (value) {
          fields_.texts_[field.name] = *value;
        }
        break;
      }
      case FieldType::flag:
        if (auto value = map_.flag(name)) fields_.texts_[field.name] = *value ? "true" : "false";
        break;
      case FieldType::words:
        for (Word& word : map_.words(name)) {
          // Flow writes lists also as lines of one block of text.
          for (const std::string& line : split(word.text, '\n')) {
            if (!trim(line).empty()) fields_.words_[field.name].emplace_back(trim(line));
          }
        }
        break;
      case FieldType::pairs: read_pairs(field, at); break;
      case FieldType::redlines: read_redlines(field, at); break;
      case FieldType::ignored:
        map_.diagnoses().warning(at,
                                 fmt::format("'{}' of {} has no effect here: {}", name, map_.what(), field.meaning));
        break;
    }
  }

  void read_pairs(const Field& field, const YamlNode& at) {
    if (at.kind != YamlNode::Kind::sequence) {
      map_.diagnoses().error(at, fmt::format("'{}' of {}: expected a list of {{key, value}}, found {}", field.name,
                                             map_.what(), kind_name(at)));
      return;
    }
    for (const YamlNode& item : at.items) {
      MapReader pair(item, fmt::format("'{}' of {}", field.name, map_.what()), map_.diagnoses());
      auto key = pair.text("key");
      auto value = pair.text("value");
      pair.text("type");
      pair.finish();
      if (item.kind != YamlNode::Kind::mapping) continue;
      if (!key || key->empty()) map_.diagnoses().error(item, fmt::format("an item of '{}' lacks 'key'", field.name));
      if (key) fields_.pairs_[field.name].push_back({*key, value.value_or("")});
    }
  }

  void read_redlines(const Field& field, const YamlNode& at) {
    static const std::vector<std::string> comparators{"LE", "GE", "EQ"};
    if (at.kind != YamlNode::Kind::sequence) {
      map_.diagnoses().error(at, fmt::format("'{}' of {}: expected a list of {{metric, comparator, limit}}, found {}",
                                             field.name, map_.what(), kind_name(at)));
      return;
    }
    for (const YamlNode& item : at.items) {
      MapReader line(item, fmt::format("'{}' of {}", field.name, map_.what()), map_.diagnoses());
      const YamlNode* limit = line.require("limit");
      const YamlNode* metric = line.require("metric");
      const auto comparator = line.choice("comparator", comparators);
      line.finish();
      if (limit == nullptr || metric == nullptr) continue;
      RedLine drawn{metric->text, comparator.value_or("LE"), 0};
      const auto& text = limit->text;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), drawn.limit);
      if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(drawn.limit))
        map_.diagnoses().error(*limit, fmt::format("'limit' of {} is '{}': expected a number", line.what(), text));
      fields_.redlines_[field.name].push_back(std::move(drawn));
    }
  }

  MapReader& map_;
  StepFields& fields_;
};

StepFields read_step_fields(const StepKind& kind, const YamlNode* with, const YamlNode& step, std::string_view what,
                            Diagnoses& diagnoses) {
  StepFields fields;
  YamlNode nothing;
  nothing.kind = YamlNode::Kind::mapping;
  nothing.line = step.line;
  nothing.column = step.column;
  MapReader map(with != nullptr ? *with : nothing, fmt::format("'with' of {} ({})", what, kind.name), diagnoses);
  FieldReader reader(map, fields);
  for (const Field& field : kind.fields) reader.read(field);
  map.finish();
  return fields;
}

void Compilation::script(std::string text, std::vector<KeyValue> environment) {
  Action action;
  action.action = "script";
  action.script = prelude + text;
  action.shell = "bash";
  action.workdir = "";
  action.environment = std::move(environment);
  actions.push_back(std::move(action));
}

void Compilation::junit_report(const StepFields& fields) {
  if (fields.words("reports").empty()) return;
  Action action;
  action.action = "junit_report";
  action.name = fields.text("name");
  action.paths = fields.words("reports");
  action.always = true;
  actions.push_back(std::move(action));
}

void Compilation::cache(std::string_view folder) {
  if (std::find(caches.begin(), caches.end(), folder) == caches.end()) caches.emplace_back(folder);
}

}  // namespace sampan::pipeline
