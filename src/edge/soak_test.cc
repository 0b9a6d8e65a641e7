// Uploads by libcurl over fresh and reused connections, several at once: none may stall. A prototype of this server
// lost one in 85. SAMPAN_SOAK=1 makes it the long one.
#include <curl/curl.h>

#include "base/crypto.h"
#include "edge/testing.h"
#include "edge/testing_tls.h"

namespace sampan::edge {

using namespace testing;

namespace {

constexpr std::size_t kBytes = 1 << 20;
constexpr long kStallMs = 8'000;  // on a busy machine an upload takes milliseconds

struct Upload {
  std::string_view bytes;
  std::size_t at = 0;
  std::size_t step = 0;  // at most so much at once
};

std::size_t give(char* into, std::size_t, std::size_t room, void* pointer) {
  auto& upload = *static_cast<Upload*>(pointer);
  const auto count = std::min({room, upload.step, upload.bytes.size() - upload.at});
  std::memcpy(into, upload.bytes.data() + upload.at, count);
  upload.at += count;
  return count;
}

std::size_t keep(char* bytes, std::size_t, std::size_t size, void* pointer) {
  static_cast<std::string*>(pointer)->append(bytes, size);
  return size;
}

// The ways an upload may differ: chunked or counted, waiting for 100 or not, in small or large pieces, on a fresh
// connection or not.
std::string upload_once(CURL* handle, const std::string& url, const std::string& ca, std::string_view bytes,
                        unsigned variant) {
  curl_easy_reset(handle);
  Upload upload{bytes, 0, (variant & 1) ? 1'460u : 65'536u};
  std::string answer;
  curl_slist* headers = curl_slist_append(nullptr, (variant & 2) ? "Expect:" : "Expect: 100-continue");
  if (variant & 4) headers = curl_slist_append(headers, "Transfer-Encoding: chunked");
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_CAINFO, ca.c_str());
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, kStallMs);
  curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, (variant & 8) ? 1L : 0L);
  curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(handle, CURLOPT_EXPECT_100_TIMEOUT_MS,
                   kStallMs);  // a lost 100 is then a stall, not a second's delay
  if (!(variant & 4)) curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(bytes.size()));
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(handle, CURLOPT_READFUNCTION, give);
  curl_easy_setopt(handle, CURLOPT_READDATA, &upload);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, keep);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer);
  const CURLcode code = curl_easy_perform(handle);
  curl_slist_free_all(headers);
  return code == CURLE_OK ? answer : curl_easy_strerror(code);
}

}  // namespace

TEST_CASE("edge: no upload stalls, whatever its kind, over fresh and reused connections") {
  const bool soak = std::getenv("SAMPAN_SOAK") != nullptr;
  const int uploads = soak ? 2000 : 240;
  const auto folder = TempDir::create().value();
  std::string bytes(kBytes, ' ');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 131 + i / 997);
  const std::string digest = sha256_hex(bytes);
  Dispatcher dispatcher;
  dispatcher.route = [](const Request& request) {
    const auto kind = request.path == "/spool"  ? BodyKind::spool
                      : request.path == "/pipe" ? BodyKind::pipe
                                                : BodyKind::text;
    return Plan{.kind = kind, .limit = kBytes};
  };
  dispatcher.handle = [](Request request) {
    if (request.path == "/spool") return Response::text(200, request.spooled->sha256);
    if (request.path == "/text") return Response::text(200, sha256_hex(request.body));
    Response response;
    response.body = process_body({"sha256sum"}, [](bool, Exit) {});
    return response;
  };
  for (const bool tls : {false, true}) {
    HttpServer::Options options;
    options.spool_folder = folder.path();
    if (tls)
      write_certificate(options.certificate_file = folder.path() + "/c", options.key_file = folder.path() + "/k");
    const auto server = serve(options, dispatcher);
    const std::string base = fmt::format("{}://localhost:{}", tls ? "https" : "http", server->port());
    Later<std::string> wrong;
    {
      std::vector<std::jthread> threads;
      for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
          const std::unique_ptr<CURL, void (*)(CURL*)> handle(curl_easy_init(), curl_easy_cleanup);
          for (int i = t; i < uploads; i += 4) {
            const auto variant = static_cast<unsigned>(i / 4 * 7 + t) % 16;
            const char* kinds[] = {"/spool", "/text", "/pipe"};
            const char* kind = kinds[i / 4 % 3];
            const auto answer = upload_once(handle.get(), base + kind, folder.path() + "/c", bytes, variant);
            if (answer.substr(0, digest.size()) != digest)
              wrong.give(fmt::format("{} variant {}: {}", kind, variant, answer));
          }
        });
      }
    }
    while (wrong.count() > 0) FAIL_CHECK(*wrong.wait());
  }
}

}  // namespace sampan::edge
