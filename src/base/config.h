// Settings from one YAML file, strictly: each room declares `struct Config` with defaults and reads its own section
// through a Section.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/yaml.h"

namespace sampan {

// One mapping of the file. Every key that is read is remembered; finish() reports the unread ones as unknown, with the
// nearest known key. A wrong value adds a diagnosis and leaves the default. Durations are "90s", "15m", "2h", "7d",
// "500ms"; sizes "512MiB", "2GiB", "10MB".
class Section {
 public:
  Section(const YamlNode* node, std::string file, std::string path, std::vector<Diagnosis>& diagnoses);
  void read(std::string_view key, std::string& value);
  void read(std::string_view key, std::int64_t& value, std::int64_t least, std::int64_t most);
  void read(std::string_view key, int& value, int least, int most);
  void read(std::string_view key, double& value, double least, double most);
  void read(std::string_view key, bool& value);
  void read(std::string_view key, std::chrono::milliseconds& value);
  void read_size(std::string_view key, std::uint64_t& value);
  void read(std::string_view key, std::vector<std::string>& value);
  Section section(std::string_view key);                // absent: an empty one
  std::vector<Section> sections(std::string_view key);  // a sequence of mappings
  bool has(std::string_view key);
  const YamlNode* node() const { return node_; }
  int line() const { return node_ ? node_->line : 0; }
  void complain(const YamlNode* at, std::string message);
  void finish();

 private:
  const YamlNode* value_of(std::string_view key);  // nullptr: absent, or null

  const YamlNode* node_;
  std::string file_, path_;
  std::vector<Diagnosis>* diagnoses_;
  std::vector<std::string> known_;
};

Result<std::chrono::milliseconds> parse_duration(std::string_view text);
Result<std::uint64_t> parse_size(std::string_view text);

}  // namespace sampan
