// sampan-hook: asks the server about a push and prints its answer, or, under the name pack-objects, shares the pack of
// a clone. Small and static, because git starts it twice in every push.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "git/hook_protocol.h"
#include "git/pack_share.h"

namespace {

using namespace sampan::git;

[[noreturn]] void give_up(const char* why) {
  std::fprintf(stderr, "The server could not look at this push (%s); nothing was changed. Try again in a moment.\n",
               why);
  std::exit(1);
}

const char* variable(const std::string& name) { return std::getenv(name.c_str()); }

bool read_all(int fd, std::string& into) {
  char piece[64 << 10];
  for (;;) {
    const ssize_t got = read(fd, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got == 0;
    into.append(piece, static_cast<std::size_t>(got));
  }
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string body_of_request() {
  std::string updates, body;
  if (!read_all(STDIN_FILENO, updates)) give_up("stdin cannot be read");
  std::string_view left = updates;
  while (!left.empty()) {
    const auto end = left.find('\n');
    body.append("update ").append(left.substr(0, end)).append("\n");
    left = end == std::string_view::npos ? std::string_view() : left.substr(end + 1);
  }
  const char* count = variable("GIT_PUSH_OPTION_COUNT");
  for (int i = 0; count && i < std::atoi(count); ++i) {
    if (const char* option = variable("GIT_PUSH_OPTION_" + std::to_string(i)))
      body.append("option ").append(option).append("\n");
  }
  for (const char* name : kQuarantineVariables) {
    if (const char* value = variable(name)) body.append("env ").append(name).append("=").append(value).append("\n");
  }
  return body;
}

int connect_to(const char* path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (std::strlen(path) >= sizeof address.sun_path) give_up("the socket's path is too long");
  std::strcpy(address.sun_path, path);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) give_up("it does not answer");
  return fd;
}

}  // namespace

int main(int, char** argv) {
  const char* slash = std::strrchr(argv[0], '/');
  const std::string name = slash ? slash + 1 : argv[0];
  if (name == "pack-objects") return share_pack(argv + 1);
  const char* socket_path = variable(kSocketVariable);
  const char* push = variable(kPushVariable);
  if (!socket_path || !push) give_up("it was not pushed through the server");
  const std::string body = body_of_request();
  const int fd = connect_to(socket_path);
  const std::string head = "POST /hooks/" + name + " HTTP/1.1\r\nHost: sampan\r\n" + kPushHeader + ": " + push +
                           "\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) +
                           "\r\nConnection: close\r\n\r\n";
  std::string answer;
  if (!write_all(fd, head + body) || !read_all(fd, answer)) give_up("the connection broke");
  const auto head_end = answer.find("\r\n\r\n");
  if (answer.rfind("HTTP/1.1 ", 0) != 0 || head_end == std::string::npos) give_up("its answer is not HTTP");
  const bool fine = answer.compare(9, 4, "200 ") == 0;
  std::fwrite(answer.data() + head_end + 4, 1, answer.size() - head_end - 4, stderr);
  return fine ? 0 : 1;
}
