#include "scan/packages/index.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <map>
#include <optional>

namespace sampan::scan::packages {

namespace {

constexpr std::string_view kMagic = "SAMPANAD";
constexpr std::uint32_t kFormat = 2;
constexpr std::size_t kSummed = 16;  // where what the head's sum covers begins
constexpr std::size_t kHead = 64, kEntry = 24;
constexpr std::uint64_t kMostIndex = 1 << 30;
constexpr std::string_view kArtifact = "Maven artifact";  // in the place of an ecosystem

std::uint32_t crc_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

std::uint64_t hash_of(std::string_view ecosystem, std::string_view name) {
  std::uint64_t hash = 14695981039346656037u;
  const auto add = [&](char c) { hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u; };
  std::for_each(ecosystem.begin(), ecosystem.end(), add);
  add('\0');
  std::for_each(name.begin(), name.end(), add);
  return hash;
}

class Writer {
 public:
  std::string bytes;
  template <class T>
  void number(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i)
      bytes += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff);
  }
  void text(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    bytes += text;
  }
  void texts(const std::vector<std::string>& list) {
    number(static_cast<std::uint32_t>(list.size()));
    for (const auto& one : list) text(one);
  }
};

// Never beyond the end: what is missing reads as zero, and ok() says so.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : rest_(bytes) {}
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  template <class T>
  T number() {
    const auto bytes = take(sizeof(T));
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    return static_cast<T>(value);
  }
  std::string text() { return std::string(take(number<std::uint32_t>())); }
  std::vector<std::string> texts() {
    std::vector<std::string> list;
    for (auto left = number<std::uint32_t>(); ok_ && left > 0; --left) list.push_back(text());
    return list;
  }

 private:
  std::string_view take(std::size_t length) {
    if (length > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const auto taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }
  std::string_view rest_;
  bool ok_ = true;
};

void put(Writer& out, const Advice& advice) {
  out.text(advice.id);
  out.text(advice.summary);
  out.texts(advice.aliases);
  out.number(static_cast<std::uint8_t>(advice.weight));
  out.number(static_cast<std::uint32_t>(advice.intervals.size()));
  for (const auto& interval : advice.intervals) {
    out.text(interval.from);
    out.text(interval.to);
    out.number(static_cast<std::uint8_t>(interval.end));
  }
  out.texts(advice.versions);
}

Advice get(Cursor& in) {
  Advice advice;
  advice.id = in.text();
  advice.summary = in.text();
  advice.aliases = in.texts();
  advice.weight = static_cast<Weight>(std::min<std::uint8_t>(in.number<std::uint8_t>(), 4));
  for (auto left = in.number<std::uint32_t>(); in.ok() && left > 0; --left) {
    Interval interval{in.text(), in.text(), Interval::End::none};
    interval.end = static_cast<Interval::End>(std::min<std::uint8_t>(in.number<std::uint8_t>(), 3));
    advice.intervals.push_back(std::move(interval));
  }
  advice.versions = in.texts();
  return advice;
}

}  // namespace

namespace {

struct Block {
  std::uint64_t hash;
  std::string bytes;
};

Block block_of(std::string_view ecosystem, std::string_view name, const Writer& rest) {
  Writer block;
  block.text(ecosystem);
  block.text(name);
  block.bytes += rest.bytes;
  return {hash_of(ecosystem, name), std::move(block.bytes)};
}

std::map<std::string, std::vector<std::string>> groups_by_artifact(const AdvisoryData& data) {
  std::map<std::string, std::vector<std::string>> groups;
  for (const auto& [key, advices] : data.packages)
    if (const auto colon = key.second.find(':'); key.first == "Maven" && colon != std::string::npos)
      groups[key.second.substr(colon + 1)].push_back(key.second.substr(0, colon));
  return groups;
}

}  // namespace

std::string encode(const AdvisoryData& data) {
  std::vector<Block> blocks;
  for (const auto& [key, advices] : data.packages) {
    Writer rest;
    rest.number(static_cast<std::uint32_t>(advices.size()));
    for (const auto& advice : advices) put(rest, advice);
    blocks.push_back(block_of(key.first, key.second, rest));
  }
  const auto artifacts = groups_by_artifact(data);
  for (const auto& [name, groups] : artifacts) {
    Writer rest;
    rest.texts(groups);
    blocks.push_back(block_of(kArtifact, name, rest));
  }
  std::stable_sort(blocks.begin(), blocks.end(), [](const Block& a, const Block& b) { return a.hash < b.hash; });
  Writer table;
  for (const auto& ecosystem : data.about.ecosystems) {
    table.text(ecosystem.ecosystem);
    table.number(ecosystem.records);
    table.number(to_micros(ecosystem.newest));
    table.number(static_cast<std::uint8_t>(ecosystem.covered));
  }
  const std::uint64_t before_index = kHead + table.bytes.size();
  Writer index;
  std::uint64_t offset = before_index + blocks.size() * kEntry;
  for (const auto& block : blocks) {
    index.number(block.hash);
    index.number(offset);
    index.number(static_cast<std::uint32_t>(block.bytes.size()));
    index.number(crc_of(block.bytes));
    offset += block.bytes.size();
  }
  Writer summed;
  summed.number(offset);
  summed.number(to_micros(data.about.imported));
  summed.number(data.about.records);
  summed.number(static_cast<std::uint32_t>(data.about.ecosystems.size()));
  summed.number(static_cast<std::uint32_t>(data.packages.size()));
  summed.number(before_index);
  summed.number(static_cast<std::uint32_t>(artifacts.size()));
  summed.number(std::uint32_t{0});  // keeps the table at byte 64
  summed.bytes += table.bytes + index.bytes;
  Writer file;
  file.bytes = kMagic;
  file.number(kFormat);
  file.number(crc_of(summed.bytes));
  file.bytes += summed.bytes;
  file.bytes.reserve(offset);
  for (const auto& block : blocks) file.bytes += block.bytes;
  return std::move(file.bytes);
}

tl::unexpected<Error> Index::damaged(std::string_view what) const {
  return fail(Errc::invalid, "the advisories in {} are damaged ({}): run sampan advisories import again", file_, what);
}

Result<std::string> Index::read(std::uint64_t offset, std::size_t length) const {
  std::string bytes(length, '\0');
  for (std::size_t done = 0; done < length;) {
    const auto got = ::pread(fd_.get(), bytes.data() + done, length - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(file_);
    if (got == 0) return damaged("it is cut short");
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

Result<Index> Index::open(const std::string& file) {
  Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && errno == ENOENT)
    return fail(Errc::not_found, "there are no advisories at {}: run sampan advisories import", file);
  if (!fd) return fail_errno(file);
  Index index(file, std::move(fd));
  TRY(index.read_head());
  return index;
}

Result<void> Index::read_head() {
  const std::string head = TRY(read(0, kHead));
  if (!head.starts_with(kMagic)) return damaged("it does not begin as such a file does");
  Cursor in(std::string_view(head).substr(kMagic.size()));
  const auto format = in.number<std::uint32_t>();
  if (format != kFormat)
    return fail(Errc::invalid, "the advisories in {} are of format {}, this program reads {}: import them again", file_,
                format, kFormat);
  const auto crc = in.number<std::uint32_t>();
  const auto size = in.number<std::uint64_t>();
  about_.imported = from_micros(in.number<std::int64_t>());
  about_.records = in.number<std::uint64_t>();
  const auto ecosystems = in.number<std::uint32_t>();
  about_.packages = in.number<std::uint32_t>();
  const auto before_index = in.number<std::uint64_t>();
  const auto index_bytes = (about_.packages + in.number<std::uint32_t>()) * kEntry;
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) return fail_errno(file_);
  if (static_cast<std::uint64_t>(status.st_size) != size) return damaged("its size is not what it says");
  if (before_index < kHead || before_index > kMostIndex || index_bytes > kMostIndex ||
      before_index + index_bytes > size)
    return damaged("its index does not fit into it");
  const std::string rest = TRY(read(kSummed, static_cast<std::size_t>(before_index + index_bytes - kSummed)));
  if (crc_of(rest) != crc) return damaged("the sum of its index is wrong");
  index_ = rest.substr(static_cast<std::size_t>(before_index - kSummed));
  Cursor table(std::string_view(rest).substr(kHead - kSummed, static_cast<std::size_t>(before_index - kHead)));
  for (std::uint32_t i = 0; i < ecosystems; ++i) {
    Coverage coverage{table.text(), table.number<std::uint64_t>(), {}, false};
    coverage.newest = from_micros(table.number<std::int64_t>());
    coverage.covered = table.number<std::uint8_t>() != 0;
    about_.ecosystems.push_back(std::move(coverage));
  }
  return table.ok() && table.at_end() ? Result<void>() : damaged("its table does not fit");
}

Index::Entry Index::entry(std::size_t number) const {
  Cursor in(std::string_view(index_).substr(number * kEntry, kEntry));
  Entry entry;
  entry.hash = in.number<std::uint64_t>();
  entry.offset = in.number<std::uint64_t>();
  entry.length = in.number<std::uint32_t>();
  entry.crc = in.number<std::uint32_t>();
  return entry;
}

Result<std::string> Index::block(const Entry& entry) const {
  if (entry.length > kMostIndex) return damaged("a block is too large");
  std::string bytes = TRY(read(entry.offset, entry.length));
  if (crc_of(bytes) != entry.crc) return damaged("the sum of a package's part is wrong");
  return bytes;
}

Result<std::string> Index::block_of(const std::string& ecosystem, const std::string& name) const {
  const auto hash = hash_of(ecosystem, name);
  std::size_t low = 0, high = index_.size() / kEntry;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    if (entry(middle).hash < hash)
      low = middle + 1;
    else
      high = middle;
  }
  for (; low < index_.size() / kEntry && entry(low).hash == hash; ++low) {
    std::string bytes = TRY(block(entry(low)));
    Cursor in(bytes);
    if (in.text() == ecosystem && in.text() == name) return bytes;  // else it is another of the same hash
  }
  return std::string();
}

Result<std::vector<Advice>> Index::find(const std::string& ecosystem, const std::string& normal_name) const {
  const std::string bytes = TRY(block_of(ecosystem, normal_name));
  std::vector<Advice> advices;
  if (bytes.empty()) return advices;
  Cursor in(bytes);
  in.text();
  in.text();
  for (auto left = in.number<std::uint32_t>(); in.ok() && left > 0; --left) advices.push_back(get(in));
  if (!in.ok() || !in.at_end()) return damaged("a package's part does not fit");
  return advices;
}

Result<std::vector<std::string>> Index::maven_groups(const std::string& artifact) const {
  const std::string bytes = TRY(block_of(std::string(kArtifact), artifact));
  if (bytes.empty()) return std::vector<std::string>();
  Cursor in(bytes);
  in.text();
  in.text();
  auto groups = in.texts();
  if (!in.ok() || !in.at_end()) return damaged("an artifact's part does not fit");
  return groups;
}

Result<void> Index::check_all() const {
  for (std::size_t i = 0; i < index_.size() / kEntry; ++i) TRY(block(entry(i)));
  return {};
}

}  // namespace sampan::scan::packages
