#include "web/pages.h"

#include <filesystem>

#include "base/files.h"
#include "base/log.h"

namespace sampan::web {

namespace {

std::string type_of(const std::string& path) {
  const std::map<std::string, std::string> types = {{".html", "text/html; charset=utf-8"},
                                                    {".js", "text/javascript; charset=utf-8"},
                                                    {".css", "text/css; charset=utf-8"},
                                                    {".svg", "image/svg+xml"},
                                                    {".png", "image/png"},
                                                    {".ico", "image/x-icon"},
                                                    {".json", "application/json"},
                                                    {".webmanifest", "application/manifest+json"},
                                                    {".woff2", "font/woff2"},
                                                    {".txt", "text/plain; charset=utf-8"}};
  const auto type = types.find(std::filesystem::path(path).extension().string());
  return type == types.end() ? "application/octet-stream" : type->second;
}

constexpr std::string_view kNoPages =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Sampan</title><p>The pages are not built. Run "
    "<code>npm ci && npm run build</code> in "
    "<code>ui/</code>, or set <code>web.uiFolder</code>. The API answers under <code>/api/v1</code>.</p></html>";

constexpr std::string_view kPolicy =
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src 'self' blob:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

}  // namespace

Pages::Pages(const std::string& folder) {
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, error)) {
    const auto extension = entry.path().extension();
    if (!entry.is_regular_file() || extension == ".map" || extension == ".gz") continue;
    auto bytes = sampan::read_file(entry.path().string());
    if (!bytes.has_value()) continue;
    const auto path = "/" + entry.path().lexically_relative(folder).string();
    auto packed = sampan::read_file(entry.path().string() + ".gz").value_or("");
    if (packed.size() >= bytes->size()) packed.clear();
    files_.emplace(path, File{std::move(*bytes), std::move(packed), type_of(path), path.starts_with("/assets/")});
  }
  if (!files_.contains("/index.html")) {
    log::warning("web", "no built pages in '{}'", folder);
    files_["/index.html"] = File{std::string(kNoPages), {}, "text/html; charset=utf-8", false};
  }
}

std::optional<Response> Pages::find(const Request& request) const {
  auto found = files_.find(request.path == "/" ? std::string_view("/index.html") : std::string_view(request.path));
  if (found == files_.end()) {
    if (request.path.starts_with("/assets/")) return std::nullopt;
    found = files_.find("/index.html");  // the page's own router shows it, or says that there is nothing
  }
  const File& file = found->second;
  const bool packed = !file.gzip.empty() && request.header("Accept-Encoding").find("gzip") != std::string_view::npos;
  auto answer = Response::text(200, packed ? file.gzip : file.bytes, file.type);
  answer.set("Vary", "Accept-Encoding").set("X-Content-Type-Options", "nosniff").set("Referrer-Policy", "same-origin");
  answer.set("Cache-Control", file.hashed ? "public, max-age=31536000, immutable" : "no-cache");
  if (packed) answer.set("Content-Encoding", "gzip");
  if (file.type.starts_with("text/html")) answer.set("Content-Security-Policy", std::string(kPolicy));
  return answer;
}

}  // namespace sampan::web
