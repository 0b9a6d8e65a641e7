// A registry in memory that takes pushes (OCI distribution spec 1.1, "Push") and gives them back; for the tests of
// image builds and containers.
#pragma once

#include <map>
#include <mutex>

#include "base/crypto.h"
#include "edge/server.h"
#include "runner/testing.h"

namespace sampan::runner::testing {

class MemoryRegistry {
 public:
  MemoryRegistry() {
    edge::Dispatcher dispatcher;
    dispatcher.route = [](const Request&) { return edge::Plan{BodyKind::text, 1 << 30, {}}; };
    dispatcher.handle = [this](const Request& request) { return answer(request); };
    server_ = must(edge::HttpServer::start({}, std::move(dispatcher)));
  }
  std::string host() const { return fmt::format("127.0.0.1:{}", server_->port()); }
  std::string digest_of(const std::string& repository, const std::string& tag) {
    const std::lock_guard lock(mutex_);
    return tags_[repository + ":" + tag];
  }
  std::set<std::string> credentials() {
    const std::lock_guard lock(mutex_);
    return credentials_;
  }

 private:
  Response answer(const Request& request) {
    const std::lock_guard lock(mutex_);
    if (request.header("authorization").empty())
      return Response::empty(401).set("WWW-Authenticate", "Basic realm=\"test\"");
    credentials_.insert(std::string(request.header("authorization")));
    const auto& path = request.path;
    if (path == "/v2/" || path == "/v2") return Response::text(200, "{}");
    const auto last = path.substr(path.rfind('/') + 1);
    if (path.find("/blobs/uploads") != std::string::npos) return upload(request, last);
    if (path.find("/blobs/") != std::string::npos) return give(last, "application/octet-stream");
    const auto name = path.substr(4, path.find("/manifests/") - 4);
    if (request.method != Method::put)
      return give(last.starts_with("sha256:") ? last : tags_[name + ":" + last],
                  "application/vnd.oci.image.manifest.v1+json");
    const auto digest = "sha256:" + sha256_hex(request.body);
    blobs_[digest] = request.body;
    tags_[name + ":" + last] = digest;
    return Response::empty(201).set("Docker-Content-Digest", digest).set("Location", path);
  }
  Response upload(const Request& request, const std::string& last) {
    if (request.method == Method::post)
      return Response::empty(202).set("Location", fmt::format("/v2/x/blobs/uploads/{}", ++last_upload_));
    auto& bytes = uploads_[last];
    bytes += request.body;
    if (request.method == Method::patch)
      return Response::empty(202).set("Location", request.path).set("Range", fmt::format("0-{}", bytes.size()));
    const auto digest = "sha256:" + sha256_hex(bytes);
    blobs_[digest] = std::move(bytes);
    return Response::empty(201).set("Docker-Content-Digest", digest);
  }
  Response give(const std::string& digest, std::string_view type) {
    const auto found = blobs_.find(digest);
    if (found == blobs_.end()) return Response::text(404, "{\"errors\":[{\"code\":\"BLOB_UNKNOWN\"}]}");
    return Response::text(200, found->second, type).set("Docker-Content-Digest", digest);
  }

  std::mutex mutex_;
  std::map<std::string, std::string> blobs_, tags_, uploads_;
  std::set<std::string> credentials_;
  int last_upload_ = 0;
  std::unique_ptr<edge::HttpServer> server_;
};

// A small root file system of this machine's own programs, as nothing can be pulled from outside: bash and a few more
// with their libraries.
inline void make_root(const std::string& folder) {
  const std::string script =
      "for p in bash sh cat grep ls id mkdir rm sleep touch tail; do f=$(readlink -f \"$(command -v $p)\"); mkdir -p "
      "\"$0/bin\"; cp -L \"$f\" \"$0/bin/$p\"; "
      "ldd \"$f\" | grep -o '/[^ ]*' | while read l; do mkdir -p \"$0$(dirname $l)\"; cp -L \"$l\" \"$0$l\"; done; "
      "done; mkdir -p \"$0/tmp\" \"$0/proc\" \"$0/etc\"";
  must(run_ok({.argv = {"bash", "-ec", script, folder}}));
}

}  // namespace sampan::runner::testing
