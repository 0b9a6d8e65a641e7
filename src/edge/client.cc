#include "edge/client.h"

#include <curl/curl.h>
#include <sys/stat.h>

#include <cstdio>
#include <mutex>

#include "base/sync.h"
#include "base/text.h"

namespace sampan::edge {

namespace {

constexpr std::size_t kMaxBody = 64 << 20;
constexpr std::size_t kIdleSets = 32;
constexpr long kMaxRedirects = 5;
constexpr long kConnectionsOfSet = 4;

struct FreeCurl {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};
struct FreeSet {
  void operator()(CURLM* set) const { curl_multi_cleanup(set); }
};
using Handle = std::unique_ptr<CURL, FreeCurl>;  // of one transfer
using ConnectionSet = std::unique_ptr<CURLM, FreeSet>;
using HeaderList = std::unique_ptr<curl_slist, FreeCurl>;
using BodyFile = std::unique_ptr<std::FILE, FreeCurl>;

// One transfer: what the callbacks fill and ask.
struct Transfer {
  CURL* handle = nullptr;
  OutboundResponse response;
  const std::function<bool(std::string_view)>* on_data = nullptr;  // null: the body is kept
  std::chrono::milliseconds silence{0};                            // longest; 0: no such limit
  std::chrono::steady_clock::time_point heard = std::chrono::steady_clock::now();
  std::stop_token stop;
  bool too_large = false, stopped = false, silent = false;
};

std::size_t take_body(char* bytes, std::size_t, std::size_t size, void* pointer) {
  auto& transfer = *static_cast<Transfer*>(pointer);
  transfer.heard = std::chrono::steady_clock::now();
  if (transfer.on_data) {
    transfer.stopped = !(*transfer.on_data)({bytes, size});
    return transfer.stopped ? CURL_WRITEFUNC_ERROR : size;
  }
  transfer.too_large = transfer.response.body.size() + size > kMaxBody;
  if (transfer.too_large) return CURL_WRITEFUNC_ERROR;
  transfer.response.body.append(bytes, size);
  return size;
}

std::size_t take_header(char* bytes, std::size_t, std::size_t size, void* pointer) {
  auto& transfer = *static_cast<Transfer*>(pointer);
  transfer.heard = std::chrono::steady_clock::now();
  std::string line(trim({bytes, size}));
  std::replace(line.begin(), line.end(), '\r', ' ');  // a bare one: RFC 9112, section 2.2
  const auto colon = line.find(':');
  if (line.starts_with("HTTP/")) {
    transfer.response.headers.clear();  // of an earlier answer: a 100 or a redirect
  } else if (colon != std::string_view::npos) {
    transfer.response.headers.emplace_back(line.substr(0, colon), trim(std::string_view(line).substr(colon + 1)));
  }
  return size;
}

int look_at_clock(void* pointer, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(pointer);
  transfer.stopped = transfer.stopped || transfer.stop.stop_requested();
  transfer.silent =
      transfer.silence.count() > 0 && std::chrono::steady_clock::now() - transfer.heard > transfer.silence;
  return transfer.silent || transfer.stopped ? 1 : 0;
}

bool has_line_break(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

Result<HeaderList> header_list(const Headers& headers) {
  HeaderList list;
  const auto add = [&](const std::string& line) {
    auto* longer = curl_slist_append(list.get(), line.c_str());
    [[maybe_unused]] auto* same = list.release();
    list.reset(longer);
  };
  for (const auto& [name, value] : headers) {
    if (has_line_break(name) || has_line_break(value))
      return fail(Errc::invalid, "the header '{}' holds a line break", name);
    add(value.empty() ? name + ";" : name + ": " + value);  // "Name;" is how libcurl is told to send it empty
  }
  if (find_header(headers, "expect").empty())
    add("Expect:");  // no 100-continue: it costs a second with servers that ignore it
  if (find_header(headers, "content-type").empty()) add("Content-Type:");
  return list;
}

// One transfer, to its end, over a connection of the set where it has a fitting one.
CURLcode run(CURLM* set, CURL* handle) {
  if (curl_multi_add_handle(set, handle) != CURLM_OK) return CURLE_FAILED_INIT;
  CURLMcode moved = CURLM_OK;
  for (int running = 1; running > 0 && moved == CURLM_OK;) {
    moved = curl_multi_perform(set, &running);
    if (moved == CURLM_OK && running > 0) moved = curl_multi_poll(set, nullptr, 0, 1000, nullptr);
  }
  CURLcode result = CURLE_FAILED_INIT;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(set, &left)) {
    if (message->msg == CURLMSG_DONE) result = message->data.result;
  }
  curl_multi_remove_handle(set, handle);
  return result;
}

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(ClientOptions options) : options_(std::move(options)) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  }

  Result<OutboundResponse> send(const OutboundRequest& request) override {
    Transfer transfer;
    TRY(perform(request, transfer));
    return std::move(transfer.response);
  }

  Result<int> stream(const OutboundRequest& request, const std::function<bool(std::string_view)>& on_data) override {
    Transfer transfer;
    transfer.on_data = &on_data;
    transfer.silence = request.timeout;
    transfer.stop = request.stop;
    TRY(perform(request, transfer));
    return transfer.response.status;
  }

 private:
  Result<void> perform(const OutboundRequest& request, Transfer& transfer) {
    const HeaderList headers = TRY(header_list(request.headers));
    const BodyFile body(request.body_file.empty() ? nullptr : std::fopen(request.body_file.c_str(), "rbe"));
    if (!request.body_file.empty() && !body) return fail_errno("send " + request.body_file);
    ConnectionSet set = borrow();
    // A new one each time: one that is used again may, in libcurl 7.88, look at the last header of the transfer before,
    // which is freed, when a stranger's answer begins with the continuation of a line.
    const Handle handle(curl_easy_init());
    if (!set || !handle) return fail(Errc::internal, "libcurl cannot start");
    transfer.handle = handle.get();
    set_up(request, transfer, headers.get());
    if (body) TRY(send_file(transfer.handle, body.get()));
    char reason[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, reason);
    const CURLcode code = run(set.get(), handle.get());
    long status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
    transfer.response.status = static_cast<int>(status);
    give_back(std::move(set));
    if (code == CURLE_OK || transfer.stopped) return {};
    if (transfer.too_large) return fail(Errc::too_large, "the answer of {} is larger than 64 MiB", request.url);
    if (transfer.silent)
      return fail(Errc::unavailable, "{} sent nothing for {} ms", request.url, request.timeout.count());
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL) {
      return fail(Errc::invalid, "'{}' is not an http:// or https:// URL", request.url);
    }
    return fail(Errc::unavailable, "no answer from {}: {}", request.url, reason[0] ? reason : curl_easy_strerror(code));
  }

  void set_up(const OutboundRequest& request, Transfer& transfer, curl_slist* headers) {
    CURL* h = transfer.handle;
    const auto timeout = static_cast<long>(request.timeout.count());
    curl_easy_setopt(h, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(h, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(h, CURLOPT_USERAGENT, options_.user_agent.c_str());
    curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS,
                     std::min(timeout, static_cast<long>(options_.connect_timeout.count())));
    if (!transfer.on_data) curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, timeout);
    curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, request.follow_redirects ? 1L : 0L);
    curl_easy_setopt(h, CURLOPT_MAXREDIRS, kMaxRedirects);
    if (!request.unix_socket.empty()) curl_easy_setopt(h, CURLOPT_UNIX_SOCKET_PATH, request.unix_socket.c_str());
    if (!request.unix_socket.empty())
      curl_easy_setopt(h, CURLOPT_PROXY, "");  // of the environment: not for a socket on this machine
    if (!options_.ca_file.empty()) curl_easy_setopt(h, CURLOPT_CAINFO, options_.ca_file.c_str());
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(h, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(h, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, look_at_clock);
    curl_easy_setopt(h, CURLOPT_XFERINFODATA, &transfer);
    set_method(request, h);
  }

  // Whatever the method is called: to libcurl a body that is read piece by piece is an upload.
  static Result<void> send_file(CURL* h, std::FILE* body) {
    struct stat at {};
    if (::fstat(::fileno(body), &at) != 0) return fail_errno("look at the file to send");
    curl_easy_setopt(h, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(h, CURLOPT_READDATA, body);
    curl_easy_setopt(h, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(at.st_size));
    return {};
  }

  static void set_method(const OutboundRequest& request, CURL* h) {
    if (request.method == Method::head) {
      curl_easy_setopt(h, CURLOPT_NOBODY, 1L);
      return;
    }
    const bool carries =
        request.method == Method::post || request.method == Method::put || request.method == Method::patch;
    if ((carries || !request.body.empty()) && request.body_file.empty()) {
      curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(h, CURLOPT_POSTFIELDS, request.body.data());
    }
    curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, std::string(to_text(request.method)).c_str());
  }

  ConnectionSet borrow() {
    {
      auto idle = idle_.lock();
      if (!idle->empty()) {
        ConnectionSet set = std::move(idle->back());
        idle->pop_back();
        return set;
      }
    }
    ConnectionSet set(curl_multi_init());
    if (set) curl_multi_setopt(set.get(), CURLMOPT_MAXCONNECTS, kConnectionsOfSet);
    return set;
  }

  void give_back(ConnectionSet set) {
    auto idle = idle_.lock();
    if (idle->size() < kIdleSets) idle->push_back(std::move(set));
  }

  const ClientOptions options_;
  Sync<std::vector<ConnectionSet>> idle_;
};

}  // namespace

std::unique_ptr<HttpClient> make_http_client(ClientOptions options) {
  return std::make_unique<CurlClient>(std::move(options));
}

}  // namespace sampan::edge
