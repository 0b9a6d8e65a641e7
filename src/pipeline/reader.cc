#include "pipeline/reader.h"

#include <charconv>

#include "base/text.h"

namespace sampan::pipeline {

void Diagnoses::error_at(int line, int column, std::string message) {
  if (errors_.size() < kMost) errors_.push_back({file_, line, column, std::move(message)});
}

void Diagnoses::warning(const YamlNode& at, std::string message) {
  if (warnings_.size() < kMost) warnings_.push_back({file_, at.line, at.column, std::move(message)});
}

std::string_view kind_name(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null: return "nothing";
    case YamlNode::Kind::scalar: return "text";
    case YamlNode::Kind::sequence: return "a list";
    case YamlNode::Kind::mapping: return "a mapping";
  }
  return "nothing";
}

std::string expected_one_of(std::string_view written, std::span<const std::string> allowed) {
  std::string sentence = "expected ";
  if (allowed.size() > 1) sentence += "one of ";
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    if (i > 0) sentence += ", ";
    sentence += fmt::format("'{}'", allowed[i]);
  }
  return sentence + did_you_mean(written, allowed);
}

std::vector<Word> read_words(const YamlNode& node, std::string_view what, Diagnoses& diagnoses) {
  std::vector<Word> words;
  if (node.kind == YamlNode::Kind::scalar) {
    words.push_back({node.text, node.line, node.column});
  } else if (node.kind == YamlNode::Kind::sequence) {
    for (const YamlNode& item : node.items) {
      if (item.kind == YamlNode::Kind::scalar) {
        words.push_back({item.text, item.line, item.column});
      } else {
        diagnoses.error(item, fmt::format("{}: expected text here, found {}", what, kind_name(item)));
      }
    }
  } else if (node.kind == YamlNode::Kind::mapping) {
    diagnoses.error(node, fmt::format("{}: expected text or a list of texts, found a mapping", what));
  }
  return words;
}

MapReader::MapReader(const YamlNode& node, std::string what, Diagnoses& diagnoses)
    : node_(&node), what_(std::move(what)), diagnoses_(&diagnoses) {
  if (node.kind != YamlNode::Kind::mapping) {
    diagnoses.error(node, fmt::format("{}: expected a mapping (key: value), found {}", what_, kind_name(node)));
  }
}

const YamlNode* MapReader::take(std::string_view key) {
  known_.emplace_back(key);
  const YamlNode* value = node_->find(key);
  return value != nullptr && value->kind != YamlNode::Kind::null ? value : nullptr;
}

const YamlNode* MapReader::require(std::string_view key) {
  const YamlNode* value = take(key);
  if (value == nullptr && node_->kind == YamlNode::Kind::mapping) {
    diagnoses_->error(*node_, fmt::format("{} lacks '{}'", what_, key));
  }
  return value;
}

std::optional<std::string> MapReader::text(std::string_view key) {
  const YamlNode* value = take(key);
  if (value == nullptr) return std::nullopt;
  if (value->kind != YamlNode::Kind::scalar) {
    diagnoses_->error(*value, fmt::format("'{}' of {}: expected text, found {}", key, what_, kind_name(*value)));
    return std::nullopt;
  }
  return value->text;
}

std::optional<std::int64_t> MapReader::integer(std::string_view key, std::int64_t least, std::int64_t most) {
  const YamlNode* value = take(key);
  if (value == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const char* end = value->text.data() + value->text.size();
  const auto parsed = std::from_chars(value->text.data(), end, number);
  const bool whole = value->kind == YamlNode::Kind::scalar && parsed.ec == std::errc() && parsed.ptr == end;
  if (!whole || number < least || number > most) {
    diagnoses_->error(
        *value, fmt::format("'{}' of {}: expected a whole number from {} to {}, found {}", key, what_, least, most,
                            whole || value->kind == YamlNode::Kind::scalar ? "'" + value->text + "'"
                                                                           : std::string(kind_name(*value))));
    return std::nullopt;
  }
  return number;
}

std::optional<bool> MapReader::flag(std::string_view key) {
  const YamlNode* value = take(key);
  if (value == nullptr) return std::nullopt;
  if (value->kind == YamlNode::Kind::scalar && (value->text == "true" || value->text == "false"))
    return value->text == "true";
  diagnoses_->error(*value, fmt::format("'{}' of {}: expected true or false, found {}", key, what_,
                                        value->kind == YamlNode::Kind::scalar ? "'" + value->text + "'"
                                                                              : std::string(kind_name(*value))));
  return std::nullopt;
}

std::optional<std::string> MapReader::choice(std::string_view key, std::span<const std::string> allowed) {
  auto value = text(key);
  if (!value) return std::nullopt;
  if (std::find(allowed.begin(), allowed.end(), *value) != allowed.end()) return value;
  diagnoses_->error(*node_->find(key),
                    fmt::format("'{}' of {} is '{}': {}", key, what_, *value, expected_one_of(*value, allowed)));
  return std::nullopt;
}

std::vector<Word> MapReader::words(std::string_view key) {
  const YamlNode* value = take(key);
  if (value == nullptr) return {};
  return read_words(*value, fmt::format("'{}' of {}", key, what_), *diagnoses_);
}

void MapReader::ignore_prefix(std::string_view prefix) { ignored_prefix_ = prefix; }

void MapReader::finish() {
  for (const auto& [key, value] : node_->pairs) {
    if (std::find(known_.begin(), known_.end(), key.text) != known_.end()) continue;
    if (!ignored_prefix_.empty() && key.text.starts_with(ignored_prefix_)) continue;
    diagnoses_->error(key, fmt::format("unknown key '{}' in {}{}", key.text, what_, did_you_mean(key.text, known_)));
  }
}

}  // namespace sampan::pipeline
