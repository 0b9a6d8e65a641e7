#include "git/log_format.h"

#include <charconv>

#include "base/text.h"

namespace sampan::git {
namespace {

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Time seconds(std::string_view text) {
  return from_micros(std::clamp<std::int64_t>(number(text), 0, 253402300799) * 1'000'000);
}

}  // namespace

std::vector<CommitInfo> parse_log(std::string_view output) {
  constexpr std::size_t kFields = 8;
  std::vector<CommitInfo> commits;
  const auto fields = split(output, '\0');
  for (std::size_t at = 0; at + kFields <= fields.size(); at += kFields) {
    const auto sha = Sha::parse(fields[at]);
    if (!sha) break;
    CommitInfo commit;
    commit.sha = *sha;
    for (const auto& parent : split(fields[at + 1], ' ')) {
      if (auto parsed = Sha::parse(parent)) commit.parents.push_back(*parsed);
    }
    commit.author_name = to_valid_utf8(fields[at + 2]);
    commit.author_email = to_valid_utf8(fields[at + 3]);
    commit.authored_at = seconds(fields[at + 4]);
    commit.committer_name = to_valid_utf8(fields[at + 5]);
    commit.committed_at = seconds(fields[at + 6]);
    commit.title = to_valid_utf8(fields[at + 7]);
    commits.push_back(std::move(commit));
  }
  return commits;
}

DiffStats parse_shortstat(std::string_view output) {
  DiffStats stats;
  for (const auto& part : split(trim(output), ',')) {
    const auto text = trim(part);
    if (text.find("file") != std::string_view::npos) stats.files = number(text);
    if (text.find("insertion") != std::string_view::npos) stats.additions = number(text);
    if (text.find("deletion") != std::string_view::npos) stats.deletions = number(text);
  }
  return stats;
}

Blame parse_blame(std::string_view output) {
  Blame blame;
  std::map<std::string, std::size_t> known;
  std::size_t current = 0;
  while (!output.empty()) {
    const auto end = output.find('\n');
    if (end == std::string_view::npos) break;  // cut
    const auto line = output.substr(0, end);
    output.remove_prefix(end + 1);
    if (line.starts_with('\t')) {
      if (blame.commits.empty()) continue;  // git names a line's commit before it
      blame.lines.push_back(
          {current, static_cast<std::int64_t>(blame.lines.size()) + 1, to_valid_utf8(line.substr(1))});
      continue;
    }
    if (auto sha = Sha::parse(line.substr(0, 40)); sha && line.size() > 41 && line[40] == ' ') {
      const auto [found, fresh] = known.try_emplace(sha->text(), blame.commits.size());
      if (fresh) blame.commits.emplace_back().sha = *sha;
      current = found->second;
      continue;
    }
    if (blame.commits.empty()) continue;
    auto& commit = blame.commits[current];
    const auto value = line.substr(std::min(line.find(' '), line.size() - 1) + 1);
    if (line.starts_with("author ")) commit.author_name = to_valid_utf8(value);
    if (line.starts_with("author-mail "))
      commit.author_email = to_valid_utf8(value.size() > 2 ? value.substr(1, value.size() - 2) : value);
    if (line.starts_with("author-time ")) commit.authored_at = seconds(value);
    if (line.starts_with("summary ")) commit.title = to_valid_utf8(value);
  }
  return blame;
}

bool LastCommitReader::read(std::string_view piece) {
  rest_ += piece;
  std::size_t start = 0;
  for (auto end = rest_.find('\0'); end != std::string::npos; end = rest_.find('\0', start)) {
    token(std::string_view(rest_).substr(start, end - start));
    start = end + 1;
  }
  rest_.erase(0, start);
  return !complete();
}

void LastCommitReader::finish() {
  token(rest_);
  rest_.clear();
}

// "\1SHA" begins a commit; the first path after it has a newline in front.
void LastCommitReader::token(std::string_view text) {
  if (text.size() == 41 && text.front() == '\1') {
    if (auto sha = Sha::parse(text.substr(1))) {
      commit_ = *sha;
      return;
    }
  }
  if (text.starts_with('\n')) text.remove_prefix(1);
  if (text.empty() || commit_.is_zero() || !text.starts_with(prefix_)) return;
  text.remove_prefix(prefix_.size());
  found_.try_emplace(std::string(text.substr(0, text.find('/'))), commit_);
}

}  // namespace sampan::git
