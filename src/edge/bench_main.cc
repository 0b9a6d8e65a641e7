// A server with nothing behind it, for bench/edge: "/" an empty handler on the pool, "/loop" an answer without a
// worker, "/spool" takes uploads, "/file" sends the file given. Arguments: spool folder, file, [certificate, key].
// Prints its port.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "edge/server.h"

using namespace sampan;

int main(int argc, char** argv) {
  if (argc != 3 && argc != 5) return 2;
  edge::HttpServer::Options options;
  options.spool_folder = argv[1];
  if (argc == 5) {
    options.certificate_file = argv[3];
    options.key_file = argv[4];
  }
  const std::shared_ptr<const int> file = std::make_shared<const int>(::open(argv[2], O_RDONLY | O_CLOEXEC));
  struct stat status {};
  ::fstat(*file, &status);
  edge::Dispatcher dispatcher;
  dispatcher.route = [](const Request& request) {
    edge::Plan plan;
    if (request.path == "/loop") plan.answer = Response::text(200, "hello");
    if (request.path == "/spool") plan = {.kind = BodyKind::spool, .limit = 16ull << 30};
    return plan;
  };
  dispatcher.handle = [&](Request request) {
    Response response = Response::text(200, request.spooled ? request.spooled->sha256 : "hello");
    if (request.path == "/file") response.body = FileBody{file, 0, static_cast<std::uint64_t>(status.st_size)};
    return response;
  };
  const auto server = edge::HttpServer::start(options, dispatcher);
  if (!server) return std::fprintf(stderr, "%s\n", server.error().message.c_str()), 1;
  std::printf("%d\n", (*server)->port());
  std::fflush(stdout);
  ::pause();
}
