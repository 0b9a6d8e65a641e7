#include "git/pack_share.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace sampan::git {
namespace {

constexpr off_t kWorthSharing = 16 << 20;       // bytes of packs; below it a pack costs less than its file
constexpr off_t kMostKept = 2LL << 30;          // bytes of all shared packs; the oldest go first
constexpr time_t kKeptFor = 15 * 60;            // seconds
constexpr std::size_t kMostRequest = 16 << 20;  // a larger request is not remembered
constexpr mode_t kWhole = 0400, kGrowing = 0600;

std::string read_request() {
  std::string text;
  char piece[64 << 10];
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(piece, static_cast<std::size_t>(got));
  }
}

off_t bytes_in(const std::string& folder, std::string_view ending) {
  off_t sum = 0;
  DIR* open = ::opendir(folder.c_str());
  while (const dirent* entry = open ? ::readdir(open) : nullptr) {
    struct stat status {};
    const std::string_view name = entry->d_name;
    if (name.ends_with(ending) && ::stat((folder + "/" + entry->d_name).c_str(), &status) == 0) sum += status.st_size;
  }
  if (open) ::closedir(open);
  return sum;
}

// A whole history: nothing that the client has (what follows "--not"), nothing whose answer lies in a further file.
bool is_worth_sharing(char** argv, std::string_view wanted, const char* folder) {
  if (!folder || wanted.size() > kMostRequest) return false;
  for (char** argument = argv; *argument; ++argument) {
    if (std::string_view(*argument).starts_with("--shallow")) return false;
  }
  constexpr std::string_view kNot = "--not\n";
  const auto end = wanted.find(kNot);
  if (end == std::string_view::npos || wanted.substr(0, end).find('-') != std::string_view::npos) return false;
  if (wanted.find_first_not_of('\n', end + kNot.size()) != std::string_view::npos) return false;
  const char* repository = std::getenv("GIT_DIR");
  return bytes_in(std::string(repository ? repository : ".") + "/objects/pack", ".pack") >= kWorthSharing;
}

// As pack-objects itself would have been started, with `wanted` on its stdin.
[[noreturn]] void become_git(char** argv, std::string_view wanted) {
  const int kept = ::memfd_create("wanted", MFD_CLOEXEC);
  if (::write(kept, wanted.data(), wanted.size()) == static_cast<ssize_t>(wanted.size()) &&
      ::lseek(kept, 0, SEEK_SET) == 0 && ::dup2(kept, STDIN_FILENO) >= 0)
    ::execvp(argv[0], argv);
  std::perror("pack-objects");
  std::_Exit(128);
}

// What the pack is made of, at the head of its file: a hash never decides alone what somebody is given.
std::string request_of(char** argv, std::string_view wanted) {
  const char* repository = std::getenv("GIT_DIR");
  char* whole_path = ::realpath(repository ? repository : ".", nullptr);
  std::string request = whole_path ? whole_path : "";
  std::free(whole_path);
  for (char** argument = argv; *argument; ++argument) request.append("\n").append(*argument);
  return request.append("\n").append(wanted).append("\n");
}

std::string path_of(const std::string& folder, std::string_view request) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  for (const char c : request) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  char name[32];
  std::snprintf(name, sizeof name, "/%016llx.pack", static_cast<unsigned long long>(hash));
  return folder + name;
}

// What is old goes, and the oldest until all of it is small enough. Who copies from one goes on: it is only its name.
void sweep(const std::string& folder) {
  struct Kept {
    time_t at;
    off_t size;
    std::string path;
  };
  std::vector<Kept> all;
  DIR* open = ::opendir(folder.c_str());
  while (const dirent* entry = open ? ::readdir(open) : nullptr) {
    struct stat status {};
    const std::string path = folder + "/" + entry->d_name;
    if (::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode))
      all.push_back({status.st_mtime, status.st_size, path});
  }
  if (open) ::closedir(open);
  std::sort(all.begin(), all.end(), [](const Kept& a, const Kept& b) { return a.at > b.at; });
  off_t sum = 0;
  for (const Kept& one : all) {
    sum += one.size;
    if (sum > kMostKept || one.at + kKeptFor < std::time(nullptr)) ::unlink(one.path.c_str());
  }
}

// In a process of its own, which outlives a client that vanishes: others may be copying. Holds the lock until the end;
// the file's mode then says whether it is whole.
[[noreturn]] void make_pack(char** argv, std::string_view wanted, int file) {
  ::signal(SIGPIPE, SIG_IGN);
  ::setsid();
  const int nothing = ::open("/dev/null", O_RDWR);
  ::dup2(nothing, STDERR_FILENO);  // the progress of a client that may be gone
  ::dup2(nothing, STDOUT_FILENO);  // upload-pack must not wait for us
  const pid_t git = ::fork();
  if (git == 0) {
    ::dup2(file, STDOUT_FILENO);
    become_git(argv, wanted);
  }
  int status = 1;
  while (git > 0 && ::waitpid(git, &status, 0) < 0 && errno == EINTR) {
  }
  if (git > 0 && status == 0) ::fchmod(file, kWhole);
  std::_Exit(0);
}

enum class Progress { whole, growing, broken };

Progress progress_of(int file) {
  struct stat status {};
  if (::fstat(file, &status) != 0) return Progress::broken;
  if ((status.st_mode & 0777) == kWhole) return Progress::whole;
  if (::flock(file, LOCK_SH | LOCK_NB) != 0) return Progress::growing;
  ::flock(file, LOCK_UN);  // nobody makes it; it may have become whole since we looked
  return ::fstat(file, &status) == 0 && (status.st_mode & 0777) == kWhole ? Progress::whole : Progress::broken;
}

// False: the pack broke off, or is another's; `sent` says whether the client has seen any of it.
bool copy_out(int file, std::string_view request, off_t& sent) {
  const auto head = static_cast<off_t>(request.size());
  std::string found(request.size(), '\0');
  bool ours = false;
  for (off_t at = head;;) {
    const auto progress = progress_of(file);  // before the copying: what is whole then is copied whole
    if (!ours && ::pread(file, found.data(), found.size(), 0) == head) {
      if (found != request) return false;
      ours = true;
    }
    while (ours) {
      const ssize_t got = ::sendfile(STDOUT_FILENO, file, &at, 1 << 20);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return false;
      if (got == 0) break;
      sent = at - head;
    }
    if (progress != Progress::growing) return ours && progress == Progress::whole;
    ::usleep(2000);  // the maker is no child of ours, and a file tells nobody that it grew
  }
}

struct Pack {
  int file = -1;    // -1: it cannot be shared
  pid_t maker = 0;  // our child; 0: somebody else's
};

// The file of this request, begun when nobody has: then a process of its own makes it.
Pack open_pack(char** argv, std::string_view wanted, const std::string& path, std::string_view request) {
  for (int attempt = 0; attempt < 3; ++attempt) {
    int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kGrowing);
    if (file < 0) file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);  // a whole one is read-only
    struct stat status {};
    if (file < 0 || ::flock(file, LOCK_EX | LOCK_NB) != 0 || ::fstat(file, &status) != 0) return {file};
    if ((status.st_mode & 0777) == kWhole) {
      ::flock(file, LOCK_UN);
      return {file};
    }
    if (status.st_size > 0) {  // its maker died; whoever still copies from it sees that by the lock
      ::unlink(path.c_str());
      ::close(file);
      continue;
    }
    // A description of its own: the lock stays with the maker's.
    const int own = ::open(("/proc/self/fd/" + std::to_string(file)).c_str(), O_RDONLY | O_CLOEXEC);
    const bool begun = ::write(file, request.data(), request.size()) == static_cast<ssize_t>(request.size());
    const pid_t maker = begun && own >= 0 ? ::fork() : -1;
    if (maker == 0) make_pack(argv, wanted, file);
    ::close(file);
    if (maker < 0) return {};
    return {own, maker};
  }
  return {};
}

}  // namespace

int share_pack(char** argv) {
  const char* folder = std::getenv(kPacksVariable);
  const std::string wanted = read_request();
  if (!is_worth_sharing(argv, wanted, folder)) become_git(argv, wanted);
  ::mkdir(folder, 0700);
  sweep(folder);
  const std::string request = request_of(argv, wanted);
  const Pack pack = open_pack(argv, wanted, path_of(folder, request), request);
  off_t sent = 0;
  const bool copied = pack.file >= 0 && copy_out(pack.file, request, sent);
  if (pack.maker > 0) ::waitpid(pack.maker, nullptr, 0);
  if (copied) return 0;
  if (sent == 0) become_git(argv, wanted);
  std::fprintf(stderr, "the pack that was being made for several clients broke off; try again\n");
  return 128;
}

}  // namespace sampan::git
