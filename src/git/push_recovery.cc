// What happens to pushes when the server, or a git at work, was killed.
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "base/log.h"
#include "git/pushes.h"

namespace sampan::git {
namespace {

constexpr std::chrono::seconds kLongestWait{30}, kBetweenConfirmations{1};

// The lock belongs to the open file, which the git processes hold as their stderr: it outlives us with them.
Result<Fd> open_log(const std::string& folder) {
  Fd file(::open((folder + "/receive-pack.log").c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!file) return fail_errno("opening " + folder + "/receive-pack.log");
  return file;
}

Result<std::vector<std::string>> names_in(const std::string& folder) {
  std::vector<std::string> names;
  DIR* open = ::opendir(folder.c_str());
  if (!open && errno == ENOENT) return names;
  if (!open) return fail_errno("reading " + folder);
  while (const dirent* entry = ::readdir(open)) names.emplace_back(entry->d_name);
  ::closedir(open);
  return names;
}

// What a git that was killed leaves behind: quarantined objects and half-received packs.
Result<void> sweep_objects(const std::string& repo_folder) {
  for (const char* part : {"/objects", "/objects/pack"}) {
    for (const auto& name : TRY(names_in(repo_folder + part))) {
      if (name.starts_with("tmp_")) TRY(remove_tree(fmt::format("{}{}/{}", repo_folder, part, name)));
    }
  }
  return {};
}

// Its locks would refuse every later push of the same refs.
void sweep_locks(const std::string& repo_folder, const Push& push) {
  for (const char* lock : {"/HEAD.lock", "/packed-refs.lock"}) ::unlink((repo_folder + lock).c_str());
  for (const auto& update : push.updates) ::unlink(fmt::format("{}/{}.lock", repo_folder, update.ref).c_str());
}

}  // namespace

Result<Fd> Pushes::hold() const {
  auto file = TRY(open_log(plumbing_.folder()));
  while (::flock(file.get(), LOCK_SH) != 0) {
    if (errno != EINTR) return fail_errno("locking receive-pack.log");
  }
  return file;
}

Result<void> Pushes::sweep(RepoId repo, const std::vector<PushId>& pushes) {
  const auto folder = plumbing_.folder_of(repo);
  TRY(sweep_objects(folder));
  for (const auto id : pushes) {
    if (!id) continue;  // it took no lock before it was intended
    if (const auto push = TRY(db_.read([&](Tx& tx) { return store::push_by_id(tx, id); }))) sweep_locks(folder, *push);
  }
  return {};
}

// Who pushed was told by git that it is done, or by us that it is refused. A disk that was full will be well again;
// nobody should have to start us anew for it.
void Pushes::confirm_later(PushId push) {
  const std::lock_guard lock(unconfirmed_mutex_);
  unconfirmed_.insert(push.value);
  if (!confirmer_.joinable()) confirmer_ = std::jthread([this](std::stop_token stop) { go_on_confirming(stop); });
  unconfirmed_bell_.notify_all();
}

void Pushes::go_on_confirming(std::stop_token stop) {
  std::unique_lock lock(unconfirmed_mutex_);
  while (unconfirmed_bell_.wait(lock, stop, [this] { return !unconfirmed_.empty(); })) {
    unconfirmed_bell_.wait_for(lock, stop, kBetweenConfirmations, [] { return false; });
    if (stop.stop_requested()) return;
    const auto left = unconfirmed_;
    lock.unlock();
    std::set<std::int64_t> done;
    for (const auto id : left) {
      if (!confirm(PushId{id}, std::nullopt)) continue;  // said before; each second would be too often
      log::info("git", "push {} is confirmed now", id);
      done.insert(id);
    }
    lock.lock();
    for (const auto id : done) unconfirmed_.erase(id);
  }
}

Result<void> Pushes::recover() {
  const auto file = TRY(open_log(plumbing_.folder()));
  const auto deadline = std::chrono::steady_clock::now() + kLongestWait;
  // Their pipes to us are broken, so they end by themselves, within milliseconds unless the disk is very slow.
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return fail_errno("locking receive-pack.log");
    if (std::chrono::steady_clock::now() > deadline) {
      return fail(Errc::unavailable,
                  "a git receive-pack of an earlier start is still running after {} s; end it and start again",
                  kLongestWait.count());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  if (::ftruncate(file.get(), 0) != 0) return fail_errno("emptying receive-pack.log");
  for (const auto repo : TRY(db_.read([](Tx& tx) { return store::all_repo_ids(tx); })))
    TRY(sweep_objects(plumbing_.folder_of(repo)));
  const auto left = TRY(db_.read([](Tx& tx) { return store::intended_pushes(tx); }));
  for (const auto id : left) {
    const auto push = TRY(db_.read([&](Tx& tx) { return store::push_by_id(tx, id); }));
    if (push) sweep_locks(plumbing_.folder_of(push->repo), *push);
    const auto said = TRY(confirm(id, std::nullopt).context(fmt::format("push {}", id.value)));
    log::info("git", "push {} was interrupted: {}", id.value,
              said ? "its refs had moved, it is done" : "nothing had moved");
  }
  return {};
}

}  // namespace sampan::git
