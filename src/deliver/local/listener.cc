#include "deliver/local/listener.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace sampan::deliver {

namespace {

// Inodes of sockets in state LISTEN (0A) on the port; proc(5), /proc/net/tcp.
std::set<std::string> listening_inodes(int port) {
  std::set<std::string> inodes;
  const auto wanted = fmt::format(":{:04X}", port);
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream in(table);
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
      std::istringstream words(line);
      std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
      words >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid >> timeout >> inode;
      if (state == "0A" && local.ends_with(wanted)) inodes.insert(fmt::format("socket:[{}]", inode));
    }
  }
  return inodes;
}

bool holds_one_of(const std::filesystem::path& process, const std::set<std::string>& sockets) {
  std::error_code error;
  for (auto fd = std::filesystem::directory_iterator(process / "fd", error);
       !error && fd != std::filesystem::directory_iterator(); fd.increment(error)) {
    std::error_code unreadable;
    if (sockets.contains(std::filesystem::read_symlink(fd->path(), unreadable).string())) return true;
  }
  return false;
}

}  // namespace

std::string listener_of(int port) {
  const auto sockets = listening_inodes(port);
  if (sockets.empty()) return {};
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator("/proc", error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const auto pid = entry->path().filename().string();
    if (pid.find_first_not_of("0123456789") != std::string::npos || !holds_one_of(entry->path(), sockets)) continue;
    std::string name;
    std::ifstream comm(entry->path() / "comm");
    std::getline(comm, name);
    return fmt::format("{} (process {})", name, pid);
  }
  return "a process that cannot be named";
}

}  // namespace sampan::deliver
