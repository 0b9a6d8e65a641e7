#include "base/config.h"

#include <charconv>
#include <cmath>

#include "base/text.h"

namespace sampan {

namespace {

constexpr std::size_t kMostDiagnoses = 20;

const YamlNode* mapping_or_null(const YamlNode* node) {
  return node && node->kind == YamlNode::Kind::mapping ? node : nullptr;
}

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// A whole number and one of `units`, together; nullopt: not that, or too large.
std::optional<std::uint64_t> parse_quantity(std::string_view text, std::span<const Unit> units) {
  std::uint64_t count = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failed != std::errc()) return std::nullopt;
  const auto unit = trim(text.substr(static_cast<std::size_t>(end - text.data())));
  for (const auto& known : units) {
    std::uint64_t product = 0;
    if (known.name == unit && !__builtin_mul_overflow(count, known.factor, &product)) return product;
  }
  return std::nullopt;
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  constexpr Unit kUnits[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  constexpr std::uint64_t kMost = 1000ull * 86'400'000 * 366;  // a thousand years: no arithmetic on times overflows
  const auto found = parse_quantity(trim(text), kUnits);
  if (!found || *found > kMost)
    return fail(Errc::invalid, "expected a duration like 500ms, 90s, 15m, 2h or 7d, found '{}'", text);
  return std::chrono::milliseconds(*found);
}

Result<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::uint64_t kKi = 1024;
  constexpr Unit kUnits[] = {{"B", 1},
                             {"KB", 1000},
                             {"MB", 1'000'000},
                             {"GB", 1'000'000'000},
                             {"TB", 1'000'000'000'000},
                             {"KiB", kKi},
                             {"MiB", kKi * kKi},
                             {"GiB", kKi * kKi * kKi},
                             {"TiB", kKi * kKi * kKi * kKi}};
  const auto found = parse_quantity(trim(text), kUnits);
  if (!found) return fail(Errc::invalid, "expected a size like 512MiB, 2GiB or 10MB, found '{}'", text);
  return *found;
}

Section::Section(const YamlNode* node, std::string file, std::string path, std::vector<Diagnosis>& diagnoses)
    : node_(mapping_or_null(node)), file_(std::move(file)), path_(std::move(path)), diagnoses_(&diagnoses) {
  if (node && !node_ && node->kind != YamlNode::Kind::null) complain(node, "expected a mapping");
}

void Section::complain(const YamlNode* at, std::string message) {
  if (diagnoses_->size() >= kMostDiagnoses) return;
  if (!path_.empty()) message = path_ + ": " + message;
  diagnoses_->push_back(
      {file_, at ? at->line : line(), at ? at->column : (node_ ? node_->column : 0), std::move(message)});
}

const YamlNode* Section::value_of(std::string_view key) {
  known_.emplace_back(key);
  const auto* value = node_ ? node_->find(key) : nullptr;
  return value && value->kind != YamlNode::Kind::null ? value : nullptr;
}

bool Section::has(std::string_view key) { return value_of(key) != nullptr; }

void Section::read(std::string_view key, std::string& value) {
  const auto* found = value_of(key);
  if (!found) return;
  if (found->kind != YamlNode::Kind::scalar) return complain(found, fmt::format("'{}': expected text", key));
  value = found->text;
}

void Section::read(std::string_view key, std::int64_t& value, std::int64_t least, std::int64_t most) {
  const auto* found = value_of(key);
  if (!found) return;
  const auto number = found->integer();
  if (!number || *number < least || *number > most) {
    return complain(
        found, fmt::format("'{}': expected a whole number from {} to {}, found '{}'", key, least, most, found->text));
  }
  value = *number;
}

void Section::read(std::string_view key, int& value, int least, int most) {
  std::int64_t wide = value;
  read(key, wide, std::int64_t{least}, std::int64_t{most});
  value = static_cast<int>(wide);
}

void Section::read(std::string_view key, double& value, double least, double most) {
  const auto* found = value_of(key);
  if (!found) return;
  const auto number = found->number();
  if (!number || !(*number >= least && *number <= most)) {
    return complain(found,
                    fmt::format("'{}': expected a number from {} to {}, found '{}'", key, least, most, found->text));
  }
  value = *number;
}

void Section::read(std::string_view key, bool& value) {
  const auto* found = value_of(key);
  if (!found) return;
  const auto flag = found->boolean();
  if (!flag) return complain(found, fmt::format("'{}': expected true or false, found '{}'", key, found->text));
  value = *flag;
}

void Section::read(std::string_view key, std::chrono::milliseconds& value) {
  const auto* found = value_of(key);
  if (!found) return;
  const auto duration = parse_duration(found->text);
  if (!duration) return complain(found, fmt::format("'{}': {}", key, duration.error().message));
  value = *duration;
}

void Section::read_size(std::string_view key, std::uint64_t& value) {
  const auto* found = value_of(key);
  if (!found) return;
  const auto size = parse_size(found->text);
  if (!size) return complain(found, fmt::format("'{}': {}", key, size.error().message));
  value = *size;
}

void Section::read(std::string_view key, std::vector<std::string>& value) {
  const auto* found = value_of(key);
  if (!found) return;
  std::vector<std::string> texts;
  const bool all_text = std::all_of(found->items.begin(), found->items.end(), [&](const auto& item) {
    texts.push_back(item.text);
    return item.kind == YamlNode::Kind::scalar;
  });
  if (found->kind != YamlNode::Kind::sequence || !all_text)
    return complain(found, fmt::format("'{}': expected a list of texts", key));
  value = std::move(texts);
}

Section Section::section(std::string_view key) {
  const auto* found = value_of(key);
  return Section(found, file_, path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key), *diagnoses_);
}

std::vector<Section> Section::sections(std::string_view key) {
  std::vector<Section> list;
  const auto* found = value_of(key);
  if (!found) return list;
  if (found->kind != YamlNode::Kind::sequence) {
    complain(found, fmt::format("'{}': expected a list of mappings", key));
    return list;
  }
  for (const auto& item : found->items) {
    list.emplace_back(&item, file_, fmt::format("{}{}{}[{}]", path_, path_.empty() ? "" : ".", key, list.size()),
                      *diagnoses_);
  }
  return list;
}

void Section::finish() {
  if (!node_) return;
  for (const auto& [key, value] : node_->pairs) {
    if (std::find(known_.begin(), known_.end(), key.text) != known_.end()) continue;
    complain(&key, fmt::format("unknown key '{}'{}", key.text, did_you_mean(key.text, known_)));
  }
}

}  // namespace sampan
