// A text as a tree of files, so that a seed of several files can be read and typed: each begins with a line "== PATH".
// "app.jar!a/b" is the file a/b in the zip archive app.jar; a zip can stand in another.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <map>
#include <vector>

#include "base/text.h"
#include "fuzz.h"
#include "scan/packages.h"

namespace sampan::fuzz {

using Texts = std::map<std::string, std::string>;  // by path

// Stored, not deflated (PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16): what it holds can be seen in the bytes.
inline std::string zip_of(const Texts& files) {
  std::string out, central;
  const auto put = [](std::string& into, std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) into += static_cast<char>(value >> (8 * i) & 0xff);
  };
  for (const auto& [name, bytes] : files) {
    std::string common;  // from "version needed" to "extra field length"
    put(common, 20, 8);
    put(common, 0, 2);
    put(common, ::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()), 4);
    put(common, bytes.size(), 4);
    put(common, bytes.size(), 4);
    put(common, name.size(), 4);
    put(central, 0x02014b50, 4);
    put(central, 20, 2);
    central += common;
    put(central, 0, 6);
    put(central, 0, 4);
    put(central, out.size(), 4);
    central += name;
    put(out, 0x04034b50, 4);
    out += common + name + bytes;
  }
  const auto at = out.size();
  out += central;
  put(out, 0x06054b50, 8);
  put(out, files.size(), 2);
  put(out, files.size(), 2);
  put(out, central.size(), 4);
  put(out, at, 6);
  return out;
}

inline Texts files_in(std::string_view input) {
  constexpr std::size_t kMostNested = 6;
  std::map<std::size_t, Texts> levels;  // by the archives that are still round them
  std::string* file = nullptr;
  for (const auto& line : split(input, '\n')) {
    if (line.starts_with("== ")) {
      const auto path = line.substr(3);
      const auto level = static_cast<std::size_t>(std::count(path.begin(), path.end(), '!'));
      file = level > kMostNested ? nullptr : &(levels[level][path] = "");
    } else if (file) {
      *file += line + "\n";
    }
  }
  for (std::size_t level = kMostNested; level > 0; --level) {
    std::map<std::string, Texts> archives;
    for (auto& [path, text] : levels[level]) {
      const auto mark = path.rfind('!');
      archives[path.substr(0, mark)][path.substr(mark + 1)] = std::move(text);
    }
    for (const auto& [path, held] : archives) levels[level - 1][path] = zip_of(held);
  }
  return std::move(levels[0]);
}

class Files final : public scan::Tree {
 public:
  explicit Files(Texts texts) : texts_(std::move(texts)) {
    for (const auto& [path, text] : texts_) paths_.push_back(path);
  }
  const std::vector<std::string>& paths() const override { return paths_; }
  Result<std::string> read(const std::string& path, std::size_t most) const override {
    const auto found = texts_.find(path);
    if (found == texts_.end()) return fail(Errc::not_found, "there is no {}", path);
    if (found->second.size() > most) return fail(Errc::too_large, "{} is over {} bytes", path, most);
    return found->second;
  }
  // At most so many lines has the file; YAML and libraries know other ends of lines than '\n'.
  int lines(const std::string& path) const {
    const auto found = texts_.find(path);
    if (found == texts_.end()) return 0;
    const auto ends = [](char c) { return std::string_view("\n\r\v\f\x85\xa8\xa9").find(c) != std::string_view::npos; };
    return 1 + static_cast<int>(std::count_if(found->second.begin(), found->second.end(), ends));
  }

 private:
  Texts texts_;
  std::vector<std::string> paths_;
};

}  // namespace sampan::fuzz
