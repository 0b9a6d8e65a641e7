#include "git/object_reader.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <vector>

#include "base/text.h"

namespace sampan::git {
namespace {
constexpr int kPatience = 20'000;      // milliseconds for one answer; a disk that slow is a fault
constexpr std::size_t kTogether = 64;  // questions at once: they and their answers fit into the pipes
constexpr std::size_t kAhead = 4;      // contents asked for before they are needed, so that git need not wait for us
constexpr std::size_t kLargestTree = 32 << 20;
}  // namespace

Result<ObjectReader> ObjectReader::open(const Plumbing& plumbing, RepoId repo, const Environment& environment) {
  const auto [child_in, our_in] = TRY(make_pipe());
  Fd child_in_fd(child_in), our_in_fd(our_in);
  const auto [our_out, child_out] = TRY(make_wide_pipe());
  Fd our_out_fd(our_out), child_out_fd(child_out);
  auto child = TRY(
      Child::spawn(plumbing.command(repo, {"cat-file", "--batch-command"}, environment), {child_in, child_out, -1}));
  return ObjectReader(std::move(child), std::move(our_in_fd), std::move(our_out_fd));
}

bool ObjectReader::ended() { return child_.wait_for(std::chrono::milliseconds(0)).has_value(); }

Result<void> ObjectReader::send(std::string_view message) {
  while (!message.empty()) {
    const auto sent = ::write(in_.get(), message.data(), message.size());
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) {
      healthy_ = false;
      return fail(Errc::unavailable, "the reader of git objects has ended; try again");
    }
    message.remove_prefix(static_cast<std::size_t>(sent));
  }
  return {};
}

Result<std::size_t> ObjectReader::read_some(std::span<char> into) {
  pollfd waiting{out_.get(), POLLIN, 0};
  while (::poll(&waiting, 1, kPatience) < 0 && errno == EINTR) {
  }
  if (waiting.revents == 0) {
    healthy_ = false;
    return fail(Errc::unavailable, "git did not answer within {} s", kPatience / 1000);
  }
  ssize_t got = 0;
  do got = ::read(out_.get(), into.data(), into.size());
  while (got < 0 && errno == EINTR);
  if (got <= 0) {
    healthy_ = false;
    return fail(Errc::unavailable, "the reader of git objects has ended; try again");
  }
  return static_cast<std::size_t>(got);
}

Result<std::string> ObjectReader::line() {
  std::size_t end = 0;
  while ((end = buffer_.find('\n')) == std::string::npos) {
    char piece[4 << 10];
    buffer_.append(piece, TRY(read_some(piece)));
  }
  std::string text = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return text;
}

Result<std::optional<ObjectInfo>> ObjectReader::read_info() {
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

// The answer to "contents".
Result<std::string> ObjectReader::read_contents(const ObjectInfo& asked) {
  const auto answer = TRY(line());
  if (!answer.starts_with(asked.sha.text())) {
    healthy_ = false;
    return fail(Errc::internal, "git cat-file answered '{}'", to_valid_utf8(answer));
  }
  const std::size_t size = asked.size + 1;  // a newline ends it
  auto have = std::min(size, buffer_.size());
  std::string bytes = buffer_.substr(0, have);
  buffer_.erase(0, have);
  bytes.resize(size);
  while (have < size) have += TRY(read_some(std::span(bytes).subspan(have)));
  bytes.pop_back();
  return bytes;
}

Result<std::optional<ObjectInfo>> ObjectReader::info(std::string_view name) {
  if (name.find('\n') != std::string_view::npos) return fail(Errc::invalid, "an object's name holds a newline");
  TRY(send(fmt::format("info {}\n", name)));
  return read_info();
}

Result<std::string> ObjectReader::contents(std::string_view name, std::size_t limit) {
  const auto found = TRY(info(name));
  if (!found) return fail(Errc::not_found, "there is no object '{}'", name);
  if (found->size > limit)
    return fail(Errc::too_large, "the object has {} bytes, over the limit of {}", found->size, limit);
  TRY(send(fmt::format("contents {}\n", found->sha.text())));
  return read_contents(*found);
}

Result<void> ObjectReader::each(std::span<const Sha> objects, std::size_t limit, const TakeBlob& take) {
  for (std::size_t first = 0; first < objects.size(); first += kTogether)
    TRY(some(first, objects.subspan(first, std::min(kTogether, objects.size() - first)), limit, take));
  return {};
}

Result<void> ObjectReader::some(std::size_t first, std::span<const Sha> objects, std::size_t limit,
                                const TakeBlob& take) {
  std::string questions;
  for (const auto& object : objects) questions += fmt::format("info {}\n", object.text());
  TRY(send(questions));
  std::vector<std::optional<ObjectInfo>> found;
  for (std::size_t i = 0; i < objects.size(); ++i) found.push_back(TRY(read_info()));
  std::vector<const ObjectInfo*> wanted;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (!found[i]) return fail(Errc::not_found, "there is no object '{}'", objects[i].text());
    if (found[i]->size <= limit) wanted.push_back(&*found[i]);
  }
  std::size_t asked = 0, read = 0;
  const auto step = [&](std::size_t i) -> Result<void> {
    if (found[i]->size > limit) return take(first + i, std::nullopt);
    for (; asked < std::min(wanted.size(), read + kAhead); ++asked)
      TRY(send(fmt::format("contents {}\n", wanted[asked]->sha.text())));
    auto bytes = TRY(read_contents(*wanted[read++]));
    return take(first + i, std::move(bytes));
  };
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto done = step(i);
    healthy_ = healthy_ && (done.has_value() || asked == read);  // else answers are left that nobody will read
    TRY(done);
  }
  return {};
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
