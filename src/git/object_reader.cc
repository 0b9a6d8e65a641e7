#include "git/object_reader.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "base/text.h"

namespace sampan::git {
namespace {
constexpr int kPatience = 20'000;  // milliseconds for one answer; a disk that slow is a fault
constexpr std::size_t kLargestTree = 32 << 20;
}  // namespace

Result<ObjectReader> ObjectReader::open(const Plumbing& plumbing, RepoId repo, const Environment& environment) {
  const auto [child_in, our_in] = TRY(make_pipe());
  Fd child_in_fd(child_in), our_in_fd(our_in);
  const auto [our_out, child_out] = TRY(make_pipe());
  Fd our_out_fd(our_out), child_out_fd(child_out);
  auto child = TRY(
      Child::spawn(plumbing.command(repo, {"cat-file", "--batch-command"}, environment), {child_in, child_out, -1}));
  return ObjectReader(std::move(child), std::move(our_in_fd), std::move(our_out_fd));
}

bool ObjectReader::ended() { return child_.wait_for(std::chrono::milliseconds(0)).has_value(); }

Result<void> ObjectReader::say(std::string_view verb, std::string_view name) {
  if (name.find('\n') != std::string_view::npos) return fail(Errc::invalid, "an object's name holds a newline");
  const auto message = fmt::format("{} {}\n", verb, name);
  std::string_view left = message;
  while (!left.empty()) {
    const auto sent = ::write(in_.get(), left.data(), left.size());
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) {
      healthy_ = false;
      return fail(Errc::unavailable, "the reader of git objects has ended; try again");
    }
    left.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<void> ObjectReader::fill() {
  pollfd waiting{out_.get(), POLLIN, 0};
  while (::poll(&waiting, 1, kPatience) < 0 && errno == EINTR) {
  }
  if (waiting.revents == 0) {
    healthy_ = false;
    return fail(Errc::unavailable, "git did not answer within {} s", kPatience / 1000);
  }
  char piece[64 << 10];
  const auto got = ::read(out_.get(), piece, sizeof piece);
  if (got < 0 && errno == EINTR) return {};
  if (got <= 0) {
    healthy_ = false;
    return fail(Errc::unavailable, "the reader of git objects has ended; try again");
  }
  buffer_.append(piece, static_cast<std::size_t>(got));
  return {};
}

Result<std::string> ObjectReader::line() {
  std::size_t end = 0;
  while ((end = buffer_.find('\n')) == std::string::npos) TRY(fill());
  std::string text = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return text;
}

Result<std::optional<ObjectInfo>> ObjectReader::info(std::string_view name) {
  TRY(say("info", name));
  const auto answer = TRY(line());
  if (answer.ends_with(" missing")) return std::optional<ObjectInfo>();
  if (answer.ends_with(" ambiguous")) return std::optional<ObjectInfo>();
  const auto parts = split(answer, ' ');
  auto sha = parts.size() == 3 ? Sha::parse(parts[0]) : std::nullopt;
  if (!sha) {
    healthy_ = false;
    return fail(Errc::internal, "git cat-file answered '{}'", to_valid_utf8(answer));
  }
  ObjectInfo found{*sha, parts[1], 0};
  std::from_chars(parts[2].data(), parts[2].data() + parts[2].size(), found.size);
  return std::optional<ObjectInfo>(std::move(found));
}

Result<std::string> ObjectReader::contents(std::string_view name, std::size_t limit) {
  const auto found = TRY(info(name));
  if (!found) return fail(Errc::not_found, "there is no object '{}'", name);
  if (found->size > limit)
    return fail(Errc::too_large, "the object has {} bytes, over the limit of {}", found->size, limit);
  TRY(say("contents", found->sha.text()));
  const auto answer = TRY(line());
  if (!answer.starts_with(found->sha.text())) {
    healthy_ = false;
    return fail(Errc::internal, "git cat-file answered '{}'", to_valid_utf8(answer));
  }
  while (buffer_.size() < found->size + 1) TRY(fill());
  std::string bytes = buffer_.substr(0, found->size);
  buffer_.erase(0, found->size + 1);
  return bytes;
}

ObjectReaders::Lease::~Lease() {
  if (!reader_ || !reader_->healthy()) return;
  std::list<Idle> gone;  // ended outside the lock
  auto idle = home_->idle_.lock();
  idle->push_front({repo_, std::move(reader_)});
  while (idle->size() > kIdle) gone.splice(gone.begin(), *idle, std::prev(idle->end()));
}

Result<ObjectReaders::Lease> ObjectReaders::borrow(RepoId repo) {
  {
    auto idle = idle_.lock();
    for (auto at = idle->begin(); at != idle->end();) {
      if (at->repo != repo) {
        ++at;
        continue;
      }
      auto reader = std::move(at->reader);
      at = idle->erase(at);
      if (!reader->ended()) return Lease(*this, repo, std::move(reader));
    }
  }
  return Lease(*this, repo, std::make_unique<ObjectReader>(TRY(ObjectReader::open(plumbing_, repo))));
}

void ObjectReaders::close(RepoId repo) {
  auto idle = idle_.lock();
  idle->remove_if([&](const Idle& one) { return one.repo == repo; });
}

Result<std::optional<ObjectInfo>> ObjectReaders::info(RepoId repo, std::string_view name) {
  auto reader = TRY(borrow(repo));
  return reader->info(name);
}

Result<std::string> ObjectReaders::contents(RepoId repo, std::string_view name, std::size_t limit) {
  auto reader = TRY(borrow(repo));
  return reader->contents(name, limit);
}

Result<std::optional<TreeEntry>> ObjectReaders::entry_at(RepoId repo, const Sha& commit, std::string_view path) {
  auto reader = TRY(borrow(repo));
  const auto root = TRY(reader->info(commit.text() + "^{tree}"));
  if (!root) return fail(Errc::not_found, "there is no commit {}", commit.short_text());
  TreeEntry current{TreeEntry::Kind::tree, "040000", "", root->sha};
  if (path.empty()) return std::optional<TreeEntry>(std::move(current));
  for (const auto& part : split(path, '/')) {
    if (current.kind != TreeEntry::Kind::tree) return std::optional<TreeEntry>();
    auto entries = TRY(parse_tree(TRY(reader->contents(current.sha.text(), kLargestTree))));
    auto found =
        std::find_if(entries.begin(), entries.end(), [&](const TreeEntry& entry) { return entry.name == part; });
    if (found == entries.end()) return std::optional<TreeEntry>();
    current = std::move(*found);
  }
  return std::optional<TreeEntry>(std::move(current));
}

}  // namespace sampan::git
