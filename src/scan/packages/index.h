// The file of advisories. Numbers are little-endian; a text is its length (u32) and its bytes.
//
//   head     "SAMPANAD", u32 format (2), u32 CRC-32 of what follows up to the end of the index, u64 size of the file,
//            i64 time of import (microseconds), u64 records, u32 ecosystems, u32 packages, u64 bytes up to the index,
//            u32 artifacts, u32 zero
//   table    per ecosystem: text name, u64 records, i64 newest record (microseconds), u8 covered
//   index    per package and artifact, in the order of hashes: u64 hash, u64 offset, u32 length, u32 CRC-32 of its
//            block. hash: FNV-1a (64 bits) of ecosystem, a zero byte and the normal name
//   blocks   per package: text ecosystem, text name, u32 advices, and of each: text id, text summary, u32 aliases and
//            texts, u8 weight, u32 intervals (text from, text to, u8 end), u32 versions and texts; per artifact of
//            Maven: text "Maven artifact", text name, u32 groups that have one of that name, and texts
//
// Opening reads head to index (four megabytes for 200,000 records); a package costs one more read of a few hundred
// bytes. Both are checked by their sums before they are used. It is read, not mapped: a file cut short while it is
// mapped would kill the process.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/files.h"
#include "scan/packages.h"
#include "scan/packages/osv.h"

namespace sampan::scan::packages {

using PackageKey = std::pair<std::string, std::string>;  // ecosystem, normal name
struct AdvisoryData {
  AdvisoryFile about;
  std::map<PackageKey, std::vector<Advice>> packages;
};
std::string encode(const AdvisoryData& data);

class Index {
 public:
  // not_found: there is no such file. invalid: it is damaged, or of another format; import again.
  static Result<Index> open(const std::string& file);
  const AdvisoryFile& about() const { return about_; }
  // Empty: nothing is known against the package. invalid: its part of the file is damaged.
  Result<std::vector<Advice>> find(const std::string& ecosystem, const std::string& normal_name) const;
  // The groups of the packages of Maven that have this artifact and something known against them.
  Result<std::vector<std::string>> maven_groups(const std::string& artifact) const;
  Result<void> check_all() const;

 private:
  struct Entry {
    std::uint64_t hash = 0, offset = 0;
    std::uint32_t length = 0, crc = 0;
  };
  Index(std::string file, Fd fd) : file_(std::move(file)), fd_(std::move(fd)) {}
  Result<void> read_head();
  Result<std::string> read(std::uint64_t offset, std::size_t length) const;
  Result<std::string> block(const Entry& entry) const;
  // The block with both texts at its beginning; empty: there is none.
  Result<std::string> block_of(const std::string& ecosystem, const std::string& name) const;
  Entry entry(std::size_t number) const;
  tl::unexpected<Error> damaged(std::string_view what) const;

  std::string file_;
  Fd fd_;
  std::string index_;  // the entries as they are in the file
  AdvisoryFile about_;
};

}  // namespace sampan::scan::packages
