#include "scan/git_process.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"

namespace sampan::scan {

namespace {

constexpr std::size_t kPiece = 256 << 10;

// Whatever a repository or a person has configured: no program of theirs is run, and output has the form read here.
const std::vector<std::string> kSettings = {"core.quotePath=false",
                                            "core.fsmonitor=false",
                                            "core.hooksPath=/dev/null",
                                            "log.showSignature=false",
                                            "core.deltaBaseCacheLimit=256m",
                                            "diff.suppressBlankEmpty=false",
                                            "color.ui=false",
                                            "core.pager=cat"};

}  // namespace

Result<GitProcess> GitProcess::start(const std::string& folder, std::vector<std::string> args, int input) {
  Command command;
  command.argv = {"git", "--no-pager", "-C", folder};
  for (const auto& setting : kSettings) command.argv.insert(command.argv.end(), {"-c", setting});
  std::move(args.begin(), args.end(), std::back_inserter(command.argv));
  command.env = {{"LC_ALL", "C.UTF-8"}, {"GIT_OPTIONAL_LOCKS", "0"},  {"GIT_NO_REPLACE_OBJECTS", "1"},
                 {"GIT_DIFF_OPTS", ""}, {"GIT_TERMINAL_PROMPT", "0"}, {"GIT_LITERAL_PATHSPECS", "1"}};
  auto temporary = TRY(TempDir::create());
  const Fd errors(::open((temporary.path() + "/err").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  if (!errors) return fail_errno("making a temporary file");
  const auto [read_end, write_end] = TRY(make_pipe());
  Fd out(read_end);
  const Fd theirs(write_end);
  auto child = TRY(Child::spawn(command, {input, theirs.get(), errors.get()}));
  return GitProcess(std::move(child), std::move(out), std::move(temporary));
}

Result<bool> GitProcess::fill() {
  if (at_ > 0) buffer_.erase(0, at_);
  at_ = 0;
  const auto had = buffer_.size();
  buffer_.resize(had + kPiece);
  for (;;) {
    const auto got = ::read(out_.get(), buffer_.data() + had, kPiece);
    if (got < 0 && errno == EINTR) continue;
    buffer_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) return fail_errno("reading from git");
    return got > 0;
  }
}

Result<bool> GitProcess::line(std::string& line) {
  line.clear();
  for (;;) {
    const auto end = buffer_.find('\n', at_);
    const auto stop = end == std::string::npos ? buffer_.size() : end;
    line.append(buffer_, at_, std::min(stop - at_, kLongest - line.size()));
    at_ = end == std::string::npos ? stop : end + 1;
    if (end != std::string::npos) return true;
    if (!TRY(fill())) return !line.empty();
  }
}

Result<void> GitProcess::bytes(std::uint64_t count, std::string& into) {
  into.clear();
  into.reserve(count);
  while (into.size() < count) {
    if (at_ == buffer_.size() && !TRY(fill())) return fail(Errc::unavailable, "git ended in the middle of an object");
    const auto piece = std::min<std::uint64_t>(count - into.size(), buffer_.size() - at_);
    into.append(buffer_, at_, piece);
    at_ += piece;
  }
  return {};
}

Result<void> GitProcess::skip(std::uint64_t count) {
  while (count > 0) {
    if (at_ == buffer_.size() && !TRY(fill())) return fail(Errc::unavailable, "git ended in the middle of an object");
    const auto piece = std::min<std::uint64_t>(count, buffer_.size() - at_);
    at_ += piece;
    count -= piece;
  }
  return {};
}

Result<void> GitProcess::finish() {
  if (child_.wait().ok()) return {};
  const auto said = TRY(read_file(folder_.path() + "/err"));
  const auto lines = split(trim(said), '\n');
  // Hints follow the sentence that says what is wrong.
  for (const auto& one : lines) {
    if (one.starts_with("fatal: ")) return fail(Errc::invalid, "git: {}", to_valid_utf8(one.substr(7)));
  }
  return fail(Errc::invalid, "git: {}", to_valid_utf8(lines.back()));
}

}  // namespace sampan::scan
