#include "runner/checkout.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/crypto.h"
#include "base/files.h"
#include "base/text.h"

namespace sampan::runner {

namespace {

using Variables = std::vector<std::pair<std::string, std::string>>;

const Variables kPlainGit = {{"GIT_CONFIG_NOSYSTEM", "1"},
                             {"GIT_CONFIG_GLOBAL", "/dev/null"},
                             {"GIT_TERMINAL_PROMPT", "0"},
                             {"GIT_ALLOW_PROTOCOL", "http:https:file"}};

Command git(const std::string& folder, std::vector<std::string> arguments) {
  Command command;
  command.argv = {"git", "-C", folder};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.env = kPlainGit;
  return command;
}

Result<void> must(const Result<Ended>& ended, std::string_view what) {
  if (!ended.has_value()) return ended.error();
  if (!ended->why.empty()) return fail(Errc::unavailable, "{} while {}", ended->why, what);
  if (!ended->exit.ok()) return fail(Errc::unavailable, "{} failed: git ended with {}", what, ended->exit.code);
  return {};
}

// One fetch into a mirror at a time; another job's may take minutes, so cancel and deadline are heard meanwhile.
Result<Fd> lock_mirror(const Supervision& supervision, const std::string& file) {
  Fd lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return fail_errno("open " + file);
  while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return fail_errno("lock " + file);
    if (supervision.cancel.asked()) return fail(Errc::unavailable, "canceled: {}", supervision.cancel.reason());
    if (std::chrono::steady_clock::now() >= supervision.deadline)
      return fail(Errc::unavailable, "over its time limit while waiting for another job's fetch");
    pollfd canceled{supervision.cancel.fd(), POLLIN, 0};
    ::poll(&canceled, 1, 20);
  }
  return lock;
}

// What a git that was killed here left: its locks would refuse every later fetch, and nobody else works here now.
Result<void> sweep_mirror(const std::string& mirror) {
  std::vector<std::string> left;
  std::error_code error;
  for (const char* folder : {"/refs/runner", "/objects", "/objects/pack", ""}) {
    for (const auto& entry : std::filesystem::directory_iterator(mirror + folder, error)) {
      const auto name = entry.path().filename().string();
      if (name.ends_with(".lock") || name.starts_with("tmp_")) left.push_back(entry.path().string());
    }
  }
  for (const auto& path : left) TRY(remove_tree(path));
  return {};
}

// Whole, or not there.
Result<void> make_mirror(const std::string& mirror) {
  const auto fresh = mirror + ".new";
  TRY(remove_tree(fresh));
  TRY(run_ok({.argv = {"git", "init", "-q", "--bare", "--template=", "--", fresh}, .env = kPlainGit})
          .context("making a mirror"));
  std::error_code error;
  std::filesystem::rename(fresh, mirror, error);
  if (error) return fail(Errc::internal, "make the mirror {}: {}", mirror, error.message());
  return {};
}

Result<void> fetch(const Supervision& supervision, const Order& order, const std::string& mirror) {
  const auto& checkout = *order.checkout;
  const auto lock = TRY(lock_mirror(supervision, mirror + ".lock"));
  if (!exists(mirror)) TRY(make_mirror(mirror));
  TRY(sweep_mirror(mirror));
  // One ref of ours for each of theirs keeps what was fetched; the next fetch then asks for what is new only.
  const auto ref = fmt::format("refs/runner/{}", sha256_hex(checkout.ref).substr(0, 16));
  const auto kept = read_file(fmt::format("{}/{}", mirror, ref), 64);
  if (kept.has_value() && trim(*kept) == checkout.sha) return {};
  const auto has = TRY(run(git(mirror, {"cat-file", "-e", checkout.sha + "^{commit}"})));
  if (has.exit.ok()) return {};
  auto command = git(mirror, {"fetch", "-q", "--no-tags", "--no-write-fetch-head", "--end-of-options",
                              checkout.clone_url, fmt::format("+{}:{}", checkout.sha, ref)});
  Variables config = {{"gc.autoDetach", "false"}};
  if (!order.token.empty())
    config.emplace_back("http.extraHeader", "Authorization: Basic " + base64("job:" + order.token));
  command.env.emplace_back("GIT_CONFIG_COUNT", std::to_string(config.size()));
  for (std::size_t i = 0; i < config.size(); ++i) {
    command.env.emplace_back(fmt::format("GIT_CONFIG_KEY_{}", i), config[i].first);
    command.env.emplace_back(fmt::format("GIT_CONFIG_VALUE_{}", i), config[i].second);
  }
  return must(supervise(supervision, {}, command), "fetching the code");
}

// The repository's objects on the server's own disk, where the build user may read them; empty: fetch.
std::string objects_here(const Folders& folders, const Checkout& checkout) {
  const auto name = checkout.repository.value_or("");
  if (folders.repositories.empty() || name.empty() || name.find('/') != std::string::npos || name.starts_with('.'))
    return {};
  auto objects = fmt::format("{}/{}/objects", folders.repositories, name);
  struct stat entry {};
  const bool readable = ::stat(objects.c_str(), &entry) == 0 && (entry.st_mode & 0005) == 0005;
  return readable && !exists(objects + "/info/alternates") ? objects : std::string();
}

// A repository whose objects lie in the mirror, written by hand: it saves five processes. The workspace is empty and
// nothing runs in it yet.
Result<void> make_repository(const std::string& folder, const Checkout& checkout) {
  for (const auto* each : {"/objects/info", "/objects/pack", "/refs/heads", "/refs/tags"})
    TRY(make_directories(folder + each));
  TRY(write_fresh(folder + "/objects/info/alternates", "/run/objects\n"));
  TRY(write_fresh(folder + "/HEAD", checkout.sha + "\n"));
  TRY(write_fresh(folder + "/config",
                  fmt::format("[core]\n\trepositoryformatversion = 0\n\tbare = false\n[remote \"origin\"]\n\turl = "
                              "{}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n",
                              checkout.clone_url)));
  return give_to_build_user(folder);
}

}  // namespace

Result<void> check_out(const Supervision& supervision, const Order& order, const Folders& folders, Room& room) {
  const auto& checkout = *order.checkout;
  if (checkout.sha.size() != 40 || checkout.sha.find_first_not_of("0123456789abcdef") != std::string::npos)
    return fail(Errc::invalid, "'{}' is not a commit", checkout.sha);
  if (checkout.clone_url.find_first_of("\"\\\n\r") != std::string::npos)
    return fail(Errc::invalid, "'{}' is not a clone URL", checkout.clone_url);
  room.objects = objects_here(folders, checkout);
  if (room.objects.empty()) {
    TRY(make_directories(folders.mirrors()));
    const auto mirror = fmt::format("{}/{}.git", folders.mirrors(), sha256_hex(checkout.clone_url).substr(0, 24));
    TRY(fetch(supervision, order, mirror));
    room.objects = mirror + "/objects";
  }
  auto offline = room;
  offline.network = false;
  offline.caches.clear();
  TRY(make_repository(room.workspace + "/.git", checkout));
  Command command;
  command.clear_env = true;
  command.argv = {"git", "-c", "core.fsync=none", "reset", "-q", "--hard"};
  command.env = step_environment({});
  command.env.insert(command.env.end(), kPlainGit.begin(), kPlainGit.end());
  return must(supervise(supervision, TRY(sandbox_options(offline, "")), command), "checking the code out");
}

Result<void> copy_working_tree(const std::string& tree, const std::string& workspace) {
  TRY(make_directories(workspace));
  const auto listed =
      TRY(run_ok({.argv = {"git", "-C", tree, "ls-files", "-z", "--cached", "--others", "--exclude-standard"}})
              .context("list the working tree"));
  std::string paths;
  for (const auto& path : split(listed, '\0')) {
    std::error_code error;
    if (!path.empty() &&
        std::filesystem::symlink_status(tree + "/" + path, error).type() != std::filesystem::file_type::not_found)
      paths += path + '\0';
  }
  const auto archive = workspace + "/../tree.tar", list = workspace + "/../tree.list";
  TRY(write_file_durably(list, paths));
  TRY(run_ok({.argv = {"tar", "-C", tree, "-cf", archive, "--null", "--verbatim-files-from", "--no-recursion", "-T",
                       list}},
             {.timeout = std::chrono::minutes(10)})
          .context("copy the working tree"));
  TRY(run_ok({.argv = {"tar", "-C", workspace, "-xf", archive, "--no-same-owner"}},
             {.timeout = std::chrono::minutes(10)})
          .context("copy the working tree"));
  if (exists(tree + "/.git"))
    TRY(run_ok({.argv = {"cp", "-a", "--reflink=auto", "--", tree + "/.git", workspace + "/.git"}},
               {.timeout = std::chrono::minutes(10)})
            .context("copy .git"));
  TRY(remove_tree(archive));
  TRY(remove_tree(list));
  return give_to_build_user(workspace);
}

}  // namespace sampan::runner
