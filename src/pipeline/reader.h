// Reading a mapping of a YAML file strictly: every key asked for is known, every other one is a diagnosis with the
// nearest known name. Readers go on after a mistake, so that one look at a file tells everything that is wrong with it
// (at most Diagnoses::kMost).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/yaml.h"

namespace sampan::pipeline {

class Diagnoses {
 public:
  static constexpr std::size_t kMost = 20;
  explicit Diagnoses(std::string file) : file_(std::move(file)) {}
  void error(const YamlNode& at, std::string message) { error_at(at.line, at.column, std::move(message)); }
  void error_at(int line, int column, std::string message);
  void warning(const YamlNode& at, std::string message);
  const std::string& file() const { return file_; }
  const std::vector<Diagnosis>& errors() const { return errors_; }
  std::vector<Diagnosis> take_errors() { return std::move(errors_); }
  std::vector<Diagnosis> take_warnings() { return std::move(warnings_); }

 private:
  std::string file_;
  std::vector<Diagnosis> errors_, warnings_;
};

// One word of the file and where it stands.
struct Word {
  std::string text;
  int line = 0, column = 0;
};

class MapReader {
 public:
  // `what` names the mapping in sentences: "job 'unit'". A node that is not a mapping is a diagnosis, and then nothing
  // is found in it.
  MapReader(const YamlNode& node, std::string what, Diagnoses& diagnoses);

  const YamlNode* take(std::string_view key);     // nullptr: absent (or written without a value)
  const YamlNode* require(std::string_view key);  // absent is a diagnosis
  // A scalar as text, whatever its type; absent: nullopt. A list or mapping there is a diagnosis.
  std::optional<std::string> text(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t least,
                                      std::int64_t most);  // also quoted, as Flow writes it
  std::optional<bool> flag(std::string_view key);
  std::optional<std::string> choice(std::string_view key, std::span<const std::string> allowed);
  std::vector<Word> words(std::string_view key);  // a scalar, or a list of scalars
  void ignore_prefix(std::string_view prefix);    // keys that begin so are not unknown ("x-")
  void finish();                                  // reports the keys nobody asked for

  const std::string& what() const { return what_; }
  const YamlNode& node() const { return *node_; }
  Diagnoses& diagnoses() { return *diagnoses_; }

 private:
  const YamlNode* node_;
  std::string what_;
  Diagnoses* diagnoses_;
  std::vector<std::string> known_;
  std::string ignored_prefix_;
};

// "expected one of 'push', 'tagPush'", with the nearest to what was written.
std::string expected_one_of(std::string_view written, std::span<const std::string> allowed);
std::string_view kind_name(const YamlNode& node);  // "a list", "a mapping", "text", "nothing"
// The words of a scalar or list node; anything else in it is a diagnosis. `what` names it in sentences.
std::vector<Word> read_words(const YamlNode& node, std::string_view what, Diagnoses& diagnoses);

}  // namespace sampan::pipeline
