#include "git/objects.h"

#include <charconv>

#include "base/crypto.h"
#include "base/text.h"

namespace sampan::git {
namespace {

struct Signature {
  std::string name, email;
  Time at{};
};

// "Ann Li <ann@example.com> 1700000000 +0800"; parts that are missing or broken stay empty.
Signature parse_signature(std::string_view text) {
  Signature signature;
  const auto open = text.find('<'), close = text.rfind('>');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    signature.name = to_valid_utf8(trim(text));
    return signature;
  }
  signature.name = to_valid_utf8(trim(text.substr(0, open)));
  signature.email = to_valid_utf8(text.substr(open + 1, close - open - 1));
  const auto rest = trim(text.substr(close + 1));
  std::int64_t seconds = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), seconds);
  constexpr std::int64_t kLastSecond = 253402300799;  // 9999-12-31: what RFC 3339 can say
  signature.at = from_micros(std::clamp<std::int64_t>(seconds, 0, kLastSecond) * 1'000'000);
  return signature;
}

}  // namespace

Result<CommitInfo> parse_commit(const Sha& sha, std::string_view bytes) {
  CommitInfo commit;
  commit.sha = sha;
  while (!bytes.empty() && bytes.front() != '\n') {
    const auto end = bytes.find('\n');
    const auto line = bytes.substr(0, end);
    bytes = end == std::string_view::npos ? std::string_view() : bytes.substr(end + 1);
    if (line.starts_with("parent ")) {
      auto parent = Sha::parse(line.substr(7));
      if (!parent) return fail(Errc::internal, "the commit {} has a malformed parent", sha.short_text());
      commit.parents.push_back(*parent);
    } else if (line.starts_with("author ")) {
      auto author = parse_signature(line.substr(7));
      commit.author_name = std::move(author.name);
      commit.author_email = std::move(author.email);
      commit.authored_at = author.at;
    } else if (line.starts_with("committer ")) {
      auto committer = parse_signature(line.substr(10));
      commit.committer_name = std::move(committer.name);
      commit.committed_at = committer.at;
    }
  }
  commit.message = to_valid_utf8(trim(bytes));
  const auto title_end = commit.message.find("\n\n");  // git's subject: the first paragraph, on one line
  commit.title = commit.message.substr(0, title_end);
  std::replace(commit.title.begin(), commit.title.end(), '\n', ' ');
  return commit;
}

Result<std::vector<TreeEntry>> parse_tree(std::string_view bytes) {
  std::vector<TreeEntry> entries;
  while (!bytes.empty()) {
    const auto space = bytes.find(' '), nul = bytes.find('\0');
    if (space == std::string_view::npos || nul == std::string_view::npos || nul < space || nul + 21 > bytes.size()) {
      return fail(Errc::internal, "a tree object is malformed");
    }
    TreeEntry entry;
    entry.mode = std::string(bytes.substr(0, space));
    entry.name = std::string(bytes.substr(space + 1, nul - space - 1));
    auto sha = Sha::parse(hex(bytes.substr(nul + 1, 20)));
    if (!sha) return fail(Errc::internal, "a tree object is malformed");
    entry.sha = *sha;
    if (entry.mode == "40000" || entry.mode == "040000") {
      entry.kind = TreeEntry::Kind::tree;
      entry.mode = "040000";
    } else if (entry.mode == "120000") {
      entry.kind = TreeEntry::Kind::symlink;
    } else if (entry.mode == "160000") {
      entry.kind = TreeEntry::Kind::submodule;
    }
    entries.push_back(std::move(entry));
    bytes = bytes.substr(nul + 21);
  }
  return entries;
}

bool looks_binary(std::string_view bytes) { return bytes.substr(0, 8000).find('\0') != std::string_view::npos; }

}  // namespace sampan::git
