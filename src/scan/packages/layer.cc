// Images in layers.
#include <time.h>

#include <map>
#include <set>

#include "base/archive.h"
#include "base/text.h"
#include "scan/image.h"
#include "scan/packages/image.h"
#include "scan/packages/jar.h"
#include "scan/packages/reader.h"

namespace sampan::scan {

namespace packages {

namespace {

constexpr std::string_view kWhiteout = ".wh.", kOpaque = ".wh..wh..opq";
constexpr std::uint64_t kMostUnpacked = 32ull << 30, kMostTaken = 8ull << 30, kMostEntries = 2'000'000;

std::string_view plain(std::string_view name) {
  while (name.starts_with("./")) name.remove_prefix(2);
  return name;
}

bool is_text(std::string_view path) { return is_os_release(path) || is_dpkg_list(path) || is_apk_list(path); }

bool says_by_name(std::string_view path) { return is_text(path) || installed_file(path); }

// The lines that are read, each where it was; a list with none of them is kept as it begins, for the sentence about it.
std::string thinned(std::string_view path, const std::string& text) {
  if (is_os_release(path)) return text;
  static const std::vector<std::string_view> dpkg{"Package:", "Status:", "Source:", "Version:"}, apk{"P:", "V:", "o:"};
  std::string out;
  bool any = false;
  for (const auto& line : split(text, '\n')) {
    const auto& keys = is_apk_list(path) ? apk : dpkg;
    const bool read = std::any_of(keys.begin(), keys.end(), [&](auto key) { return line.starts_with(key); });
    any = any || read;
    out += read || line.empty() ? line : " ";
    out += '\n';
  }
  return any ? out : to_valid_utf8(text.substr(0, 4096));
}

std::size_t size_of_gap(const Gap& gap) { return gap.path.size() + gap.reason.zh.size() + gap.reason.en.size(); }

std::size_t size_of_file(const LayerFile& file) {
  std::size_t size = sizeof(LayerFile) + file.path.size();
  for (const auto& [ecosystem, name, version, guess] : file.packages) {
    size += sizeof(LayerPackage) + name.size() + version.size() + guess.from.size();
    for (const auto& artifact : guess.artifacts) size += artifact.artifact.size() + artifact.version.size();
    for (const auto& group : guess.groups) size += group.size();
  }
  for (const auto& gap : file.gaps) size += size_of_gap(gap);
  return size;
}

std::chrono::nanoseconds processor_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

class Reading {
 public:
  explicit Reading(std::string name, const LayerLimits& limits = {}) : name_(std::move(name)), limits_(limits) {}

  ArchiveReading asked(std::stop_token stop) {
    ArchiveReading reading;
    reading.limits = {.bytes = kMostTaken, .entries = kMostEntries};
    reading.file_bytes = kMostJar;
    reading.all_bytes = kMostUnpacked;
    reading.stop = std::move(stop);
    reading.wants = [this](const std::string& raw) { return wants(plain(raw)); };
    reading.looks = [](const std::string& raw, std::string_view first) {
      return says_by_name(plain(raw)) || is_program(first);
    };
    reading.take = [this](const std::string& raw, const std::string& bytes) {
      return take(std::string(plain(raw)), bytes);
    };
    reading.hard_link = [this](const std::string& raw, const std::string& target) {
      const std::string path(plain(raw));
      if ((says_by_name(path) || may_be_program(path)) && keep(path.size() + target.size()))
        links_.emplace_back(path, plain(target));
    };
    return reading;
  }

  Result<Layer> end(const Result<ArchiveSize>& read) && {
    if (!read.has_value() && read.error().code == Errc::unavailable) return read.error();
    follow_links();
    if (read.has_value() && !too_much_.empty())
      gap(name_, "这一层没有读完：" + too_much_, "this layer was not read to its end: " + too_much_);
    if (!read.has_value())
      gap(name_, "这一层没有读完：" + read.error().message,
          "this layer was not read to its end: " + read.error().message);
    return std::move(layer_);
  }

 private:
  // False: it is too much, and nothing further is kept.
  bool keep(std::size_t bytes) {
    kept_ += bytes;
    if (kept_ > limits_.kept)
      too_much_ = fmt::format("what it says of packages has over {} bytes", limits_.kept);
    else if (processor_time() - began_ > limits_.patience)
      too_much_ = fmt::format("it took over {} seconds", limits_.patience.count() / 1000);
    return too_much_.empty();
  }

  bool wants(std::string_view path) {
    const auto name = name_of(path);
    if (!keep(name.starts_with(kWhiteout) ? path.size() : 0)) return false;
    if (name == kOpaque) {
      layer_.empties.emplace_back(folder_of(path));
    } else if (name.starts_with(kWhiteout)) {
      layer_.hides.push_back(joined(folder_of(path), name.substr(kWhiteout.size())));
    } else {
      return says_by_name(path) || may_be_program(path);
    }
    return false;
  }

  Result<void> take(const std::string& path, const std::string& bytes) {
    if (!is_text(path)) {
      const auto* installed = installed_file(path);
      return take(path, bytes, installed ? installed->read : read_program);
    } else if (bytes.size() > kMostManifest) {
      gap(path, fmt::format("超过 {} 字节", kMostManifest), fmt::format("it is over {} bytes", kMostManifest));
    } else {
      LayerText text{path, thinned(path, bytes)};
      if (!keep(path.size() + text.text.size())) return fail(Errc::too_large, "{}", too_much_);
      layer_.texts.push_back(std::move(text));
    }
    return {};
  }

  Result<void> take(const std::string& path, const std::string& bytes, ReadInstalled read) {
    Inventory inventory;
    if (const auto done = read(path, bytes, inventory); !done.has_value())
      add_gap(inventory, path, 0, "没有读完：" + done.error().message, "not read to its end: " + done.error().message);
    if (!installed_file(path) && inventory.packages.empty() && inventory.gaps.empty()) return {};  // of something else
    LayerFile file{path, {}, std::move(inventory.gaps)};
    for (auto& [ecosystem, name, version, place, line, reach, via, of, guess] : inventory.packages)
      file.packages.push_back({std::move(ecosystem), std::move(name), std::move(version), std::move(guess)});
    if (!keep(size_of_file(file))) return fail(Errc::too_large, "{}", too_much_);
    layer_.files.push_back(std::move(file));
    return {};
  }

  void follow_links() {
    std::map<std::string, std::size_t> files, texts;
    for (std::size_t i = 0; i < layer_.files.size(); ++i) files[layer_.files[i].path] = i;
    for (std::size_t i = 0; i < layer_.texts.size(); ++i) texts[layer_.texts[i].path] = i;
    for (const auto& [path, target] : links_) {
      if (const auto file = files.find(target); file != files.end()) {
        if (!keep(size_of_file(layer_.files[file->second]))) return;
        auto twin = layer_.files[file->second];
        twin.path = path;
        files[path] = layer_.files.size();
        layer_.files.push_back(std::move(twin));
      } else if (const auto text = texts.find(target); text != texts.end() && is_text(path)) {
        if (!keep(path.size() + layer_.texts[text->second].text.size())) return;
        texts[path] = layer_.texts.size();
        layer_.texts.push_back({path, LayerText(layer_.texts[text->second]).text});
      } else if (says_by_name(path)) {
        if (!keep(2 * (path.size() + target.size()))) return;
        gap(path, "它是指向 " + target + " 的硬链接，那里没有读到",
            "it is another name of " + target + ", which was not read");
      }
    }
  }

  void gap(const std::string& path, std::string zh, std::string en) {
    layer_.gaps.push_back({path, 0, "", {std::move(zh), std::move(en)}});
  }

  const std::string name_;
  const LayerLimits limits_;
  const std::chrono::nanoseconds began_ = processor_time();
  std::size_t kept_ = 0;
  std::string too_much_;  // why nothing further is kept
  Layer layer_;
  std::vector<std::pair<std::string, std::string>> links_;
};

// The lists of packages that are left of all layers.
class Lists final : public Tree {
 public:
  explicit Lists(std::map<std::string, std::string> files) : files_(std::move(files)) {
    for (const auto& [path, text] : files_) paths_.push_back(path);
  }
  const std::vector<std::string>& paths() const override { return paths_; }
  Result<std::string> read(const std::string& path, std::size_t most) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return fail(Errc::not_found, "there is no {}", path);
    if (found->second.size() > most) return fail(Errc::too_large, "{} is over {} bytes", path, most);
    return found->second;
  }

 private:
  std::map<std::string, std::string> files_;
  std::vector<std::string> paths_;
};

template <class Files>
void hide_below(Files& files, const std::string& folder) {
  const auto prefix = folder.empty() ? std::string() : folder + "/";
  auto at = files.lower_bound(prefix);
  while (at != files.end() && at->first.starts_with(prefix)) at = files.erase(at);
}

}  // namespace

}  // namespace packages

Result<Layer> read_layer(const std::string& file, const std::string& name, std::stop_token stop) {
  packages::Reading reading(name);
  const auto read = read_archive(file, reading.asked(std::move(stop)));
  return std::move(reading).end(read);
}

std::size_t size_of(const Layer& layer) {
  std::size_t size = 0;
  for (const auto& text : layer.texts) size += text.path.size() + text.text.size();
  for (const auto& file : layer.files) size += packages::size_of_file(file);
  for (const auto* paths : {&layer.hides, &layer.empties})
    for (const auto& path : *paths) size += path.size();
  for (const auto& gap : layer.gaps) size += packages::size_of_gap(gap);
  return size;
}

Result<Layer> read_layer_bytes(std::string_view bytes, const std::string& name, const LayerLimits& limits) {
  packages::Reading reading(name, limits);
  const auto read = read_archive_bytes(bytes, reading.asked({}));
  return std::move(reading).end(read);
}

Inventory read_image(const std::vector<Layer>& layers) {
  std::map<std::string, std::string> texts;
  std::map<std::string, const LayerFile*> files;
  std::vector<Gap> gaps;
  for (const auto& layer : layers) {
    for (const auto& path : layer.hides) {
      texts.erase(path);
      files.erase(path);
      packages::hide_below(texts, path);
      packages::hide_below(files, path);
    }
    for (const auto& folder : layer.empties) {
      packages::hide_below(texts, folder);
      packages::hide_below(files, folder);
    }
    for (const auto& [path, text] : layer.texts) texts[path] = text;
    for (const auto& file : layer.files) files[file.path] = &file;
    gaps.insert(gaps.end(), layer.gaps.begin(), layer.gaps.end());
  }
  auto inventory = read_image(packages::Lists(std::move(texts)));
  for (const auto& [path, file] : files) {
    ++inventory.files;
    for (const auto& [ecosystem, name, version, guess] : file->packages)
      packages::add_package(inventory, {ecosystem, name, version, path, 0, Reach::unknown, {}, {}, guess});
    gaps.insert(gaps.end(), file->gaps.begin(), file->gaps.end());
  }
  inventory.gaps.insert(inventory.gaps.end(), gaps.begin(), gaps.end());
  packages::tell_what_is_over(inventory);
  if (inventory.files == 0 && inventory.gaps.empty())
    packages::add_gap(
        inventory, "", 0,
        "镜像里没有 dpkg 或 apk 的软件包清单，也没有 jar、Go 程序、Python 或 Node.js 的包，不知道装了什么",
        "the image has no list of packages of dpkg or apk, no jar, no program of Go and no package of Python or "
        "Node.js: what is in it is not known");
  return inventory;
}

}  // namespace sampan::scan
