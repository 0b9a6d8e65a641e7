#include "runner/launch_sandbox.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace sampan::launch {

namespace {

constexpr int kFailed = 125;
constexpr unsigned kSeenUser = 1000;
constexpr int kMostTries = 100;
const std::string kRoot = "/tmp";  // where the new root is put together, in our own mount namespace

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "sampan-launch: %s: %s\n", what.c_str(), std::strerror(errno));
  std::_Exit(kFailed);
}

void must(bool done, const std::string& what) {
  if (!done) give_up(what);
}

// The folder at `path` below the new root, made when absent, and never reached through a link: what lies there may have
// been put by an earlier step, and we are still root of the machine.
int open_folder(const std::string& path) {
  int at = ::open(kRoot.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  for (std::size_t start = 1; at >= 0 && start < path.size();) {
    const auto end = std::min(path.find('/', start), path.size());
    const auto name = path.substr(start, end - start);
    start = end + 1;
    if (name.empty() || name == ".") continue;
    if (name == "..") errno = EINVAL, give_up(path);
    must(::mkdirat(at, name.c_str(), 0755) == 0 || errno == EEXIST, "make " + path);
    const int next = ::openat(at, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    ::close(at);
    at = next;
  }
  must(at >= 0, "open " + path);
  return at;
}

std::string parent(const std::string& path) { return path.substr(0, path.rfind('/')); }
std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

void write_text(const std::string& file, const std::string& text) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  must(fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()), "write " + file);
  ::close(fd);
}

void restrict_mount(int fd, const std::string& target, bool recursive, unsigned long long attributes) {
  mount_attr attr{};
  attr.attr_set = attributes;
  const int flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
  must(::mount_setattr(fd, target.c_str(), static_cast<unsigned>(flags), &attr, sizeof attr) == 0,
       "restrict " + target);
}

// A copy of a mount, detached: of what `path` below `folder` is now.
int copy_mount(int folder, const std::string& path, const Place& place) {
  const int fd = ::open_tree(folder, path.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  if (fd < 0) give_up("bind " + place.source);
  restrict_mount(fd, "", true, MOUNT_ATTR_NOSUID | (place.kind == Place::Kind::read_only ? MOUNT_ATTR_RDONLY : 0));
  return fd;
}

// Taken while the machine's own tree is still in sight.
struct Source {
  int mount = -1;
  int folder = -1;  // of a file
};

Source open_source(const Place& place) {
  Source source{copy_mount(AT_FDCWD, place.source, place)};
  struct stat at {};
  must(::fstat(source.mount, &at) == 0, "look at " + place.source);
  if (S_ISDIR(at.st_mode)) return source;
  source.folder = ::open((parent(place.source) + "/").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  must(source.folder >= 0, "open the folder of " + place.source);
  return source;
}

// What is at `target` below the new root, made as a file or folder when absent.
int open_target(const std::string& target, bool is_folder) {
  if (is_folder) return open_folder(target);
  const int folder = open_folder(parent(target));
  const int made = ::openat(folder, name_of(target).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (made >= 0) ::close(made);
  const int file = ::openat(folder, name_of(target).c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
  must(file >= 0, "open " + target);
  ::close(folder);
  return file;
}

bool move_to(int mount, int target) {
  return ::move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0;
}

void attach(Source source, const Place& place, const std::string& target) {
  const int at = open_target(target, source.folder < 0);
  // A file that was replaced since (an upgrade's program, a resolv.conf, advisories) can no longer be attached: the one
  // that has its name now.
  for (int tried = 1; !move_to(source.mount, at); ++tried) {
    if (errno != ENOENT || source.folder < 0 || tried == kMostTries) give_up("mount " + target);
    ::close(source.mount);
    source.mount = copy_mount(source.folder, name_of(place.source), place);
  }
  ::close(at);
  ::close(source.mount);
  if (source.folder >= 0) ::close(source.folder);
}

void mount_new(const char* kind, const std::string& target, unsigned long flags, const char* options) {
  ::close(open_folder(target));
  must(::mount(kind, (kRoot + target).c_str(), kind, flags, options) == 0,
       std::string("mount ") + kind + " on " + target);
}

void make_link(const std::string& text, const std::string& target) {
  const int folder = open_folder(parent(target));
  must(::symlinkat(text.c_str(), folder, name_of(target).c_str()) == 0, "link " + target);
  ::close(folder);
}

void attach_device(int mount, const std::string& target) {
  const int at = open_target(target, false);
  must(move_to(mount, at), "mount " + target);
  ::close(at);
  ::close(mount);
}

const char* const kDevices[] = {"null", "zero", "full", "random", "urandom", "tty"};

void make_devices(const int* sources) {
  const std::string dev = "/dev";
  mount_new("tmpfs", dev, MS_NOSUID | MS_NOEXEC, "mode=0755,size=64k");
  for (std::size_t i = 0; i < std::size(kDevices); ++i) attach_device(sources[i], dev + "/" + kDevices[i]);
  mount_new("tmpfs", dev + "/shm", MS_NOSUID | MS_NODEV, "mode=1777");
  mount_new("devpts", dev + "/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620");
  const char* const links[][2] = {{"/proc/self/fd", "/fd"},
                                  {"/proc/self/fd/0", "/stdin"},
                                  {"/proc/self/fd/1", "/stdout"},
                                  {"/proc/self/fd/2", "/stderr"},
                                  {"pts/ptmx", "/ptmx"}};
  for (const auto& [text, name] : links) make_link(text, dev + name);
}

void make_proc() {
  const std::string proc = "/proc";
  mount_new("proc", proc, MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr);
  for (const char* name : {"/sys", "/sysrq-trigger", "/irq", "/bus"}) {  // what root of the machine could turn
    const Place place{Place::Kind::read_only, kRoot + proc + name, ""};
    if (::access(place.source.c_str(), F_OK) == 0) attach(open_source(place), place, proc + name);
  }
}

// What the new root is made of, opened while we are still who may see it and where it can be seen.
struct Sources {
  std::vector<Source> places;  // none where it is not a bind
  int devices[std::size(kDevices)];
};

Sources open_sources(const Sandbox& sandbox) {
  Sources sources;
  must(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "make mounts private");
  for (const auto& place : sandbox.places) {
    const bool bind = place.kind == Place::Kind::read_only || place.kind == Place::Kind::writable;
    sources.places.push_back(bind ? open_source(place) : Source());
  }
  for (std::size_t i = 0; i < std::size(kDevices); ++i) {
    sources.devices[i] =
        ::open_tree(AT_FDCWD, (std::string("/dev/") + kDevices[i]).c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    must(sources.devices[i] >= 0, std::string("bind /dev/") + kDevices[i]);
  }
  return sources;
}

void build_root(const Sandbox& sandbox, const Sources& sources) {
  must(::mount("tmpfs", kRoot.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=4m") == 0, "mount the new root");
  make_proc();
  make_devices(sources.devices);
  for (std::size_t i = 0; i < sandbox.places.size(); ++i) {
    const auto& place = sandbox.places[i];
    switch (place.kind) {
      case Place::Kind::read_only:
      case Place::Kind::writable: attach(sources.places[i], place, place.target); break;
      case Place::Kind::tmpfs: mount_new("tmpfs", place.target, MS_NOSUID | MS_NODEV, "mode=1777"); break;
      case Place::Kind::folder: ::close(open_folder(place.target)); break;
      case Place::Kind::symlink: make_link(place.source, place.target); break;
    }
  }
  must(::chdir(kRoot.c_str()) == 0 && ::syscall(SYS_pivot_root, ".", ".") == 0, "enter the new root");
  must(::umount2(".", MNT_DETACH) == 0 && ::chdir("/") == 0, "leave the old root");
  if (!sandbox.builds_images) restrict_mount(AT_FDCWD, "/", false, MOUNT_ATTR_RDONLY);
}

void raise_loopback() {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  must(fd >= 0 && ::ioctl(fd, SIOCSIFFLAGS, &request) == 0, "raise the loopback device");
  ::close(fd);
}

void drop_capabilities() {
  for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability)
    ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  must(::syscall(SYS_capset, &header, none) == 0, "drop capabilities");
}

void become(unsigned user) {
  if (::getuid() == user && ::getgid() == user) return;
  must(::setresgid(user, user, user) == 0 && ::setresuid(user, user, user) == 0, "become user " + std::to_string(user));
}

// Two ends of a pipe over which parent and child wait for each other.
class Bell {
 public:
  Bell() { must(::pipe2(ends_, O_CLOEXEC) == 0, "pipe"); }
  void ring() { must(::write(ends_[1], "x", 1) == 1, "tell the other half"); }
  void wait() {
    ::close(ends_[1]);  // so that its death is heard too
    char byte;
    if (::read(ends_[0], &byte, 1) != 1) std::_Exit(kFailed);
  }

 private:
  int ends_[2];
};

void write_map(const std::string& process, const Sandbox& sandbox) {
  const auto user = std::to_string(sandbox.host_user);
  const auto map = sandbox.builds_images ? "0 " + user + " 1\n1 " + std::to_string(sandbox.host_range) + " 65535\n"
                                         : std::to_string(kSeenUser) + " " + user + " 1\n";
  write_text(process + "/uid_map", map);
  write_text(process + "/gid_map", map);
}

[[noreturn]] void become_command(const Sandbox& sandbox) {
  sigset_t none;
  sigemptyset(&none);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGPIPE}) ::signal(number, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::setsid();
  if (::chdir(sandbox.directory.c_str()) != 0) give_up("there is no folder " + sandbox.directory);
  ::execvp(sandbox.command[0], sandbox.command.data());
  std::fprintf(stderr, "sampan-launch: %s: %s\n", sandbox.command[0], std::strerror(errno));
  std::_Exit(errno == ENOENT ? 127 : 126);
}

// Process 1 of the sandbox: starts the command, buries orphans, and with its own end the kernel ends all the others.
[[noreturn]] void be_init(const Sandbox& sandbox, int status_fd) {
  const pid_t command = ::fork();
  must(command >= 0, "fork");
  if (command == 0) become_command(sandbox);
  int status = 0;
  for (pid_t ended; (ended = ::waitpid(-1, &status, 0)) != command;) {
    if (ended < 0 && errno != EINTR) give_up("wait");
  }
  must(::write(status_fd, &status, sizeof status) == sizeof status, "tell the status");
  std::_Exit(0);
}

// What the two halves hold between them: the one outside, which may write the map of users, and process 1 inside.
struct Halves {
  bool root = ::geteuid() == 0;
  bool users_first = false;  // whoever mounts later must own the mount and pid namespaces
  Bell ready, mapped;
  int status[2] = {-1, -1};
};

[[noreturn]] void enter(const Sandbox& sandbox, Halves& halves) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto wait_for_map = [&] {
    halves.ready.ring();
    halves.mapped.wait();
  };
  if (halves.users_first) wait_for_map();
  const int network = sandbox.network ? 0 : CLONE_NEWNET;
  must(::unshare(CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | network) == 0, "make namespaces");
  must(::sethostname("build", 5) == 0, "name the host");
  if (!sandbox.network) raise_loopback();
  const auto sources = open_sources(sandbox);
  if (halves.users_first) become(0);  // only a user the namespace knows can make files in it
  build_root(sandbox, sources);
  if (halves.root && !halves.users_first) {
    must(::setgroups(0, nullptr) == 0 && ::unshare(CLONE_NEWUSER) == 0, "make a user namespace");
    wait_for_map();
  }
  if (!halves.users_first) become(kSeenUser);
  if (!sandbox.builds_images) drop_capabilities();
  must(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "forbid new rights");
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // again: the change of user has cleared it
  be_init(sandbox, halves.status[1]);
}

// Without root: a user namespace in which we stand for the sandbox's user and may do the rest.
void stand_for_ourselves() {
  const auto user = std::to_string(::geteuid()), group = std::to_string(::getegid());
  must(::unshare(CLONE_NEWUSER) == 0, "make a user namespace");
  write_text("/proc/self/setgroups", "deny");
  write_text("/proc/self/uid_map", std::to_string(kSeenUser) + " " + user + " 1");
  write_text("/proc/self/gid_map", std::to_string(kSeenUser) + " " + group + " 1");
}

}  // namespace

int run_sandboxed(const Sandbox& sandbox) {
  // Meant for the command alone; we end with it.
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::signal(number, SIG_IGN);
  Halves halves;
  halves.users_first = halves.root && sandbox.builds_images;
  if (!halves.root) stand_for_ourselves();
  must(::pipe2(halves.status, O_CLOEXEC) == 0, "pipe");
  const auto flags = SIGCHLD | CLONE_NEWPID | (halves.users_first ? CLONE_NEWUSER : 0);
  const auto child = static_cast<pid_t>(::syscall(SYS_clone, flags, nullptr, nullptr, nullptr, nullptr));
  must(child >= 0, "make a pid namespace");
  if (child == 0) enter(sandbox, halves);
  ::close(halves.status[1]);
  if (halves.root) {
    halves.ready.wait();
    write_map("/proc/" + std::to_string(child), sandbox);
    halves.mapped.ring();
  }
  int status = 0, own = 0;
  const bool told = ::read(halves.status[0], &status, sizeof status) == sizeof status;
  while (::waitpid(child, &own, 0) < 0 && errno == EINTR) {
  }
  return told ? status : own;
}

}  // namespace sampan::launch
