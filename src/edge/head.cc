#include "edge/head.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <charconv>

#include "base/text.h"

namespace sampan::edge {

namespace {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::empty_body>;

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

tl::unexpected<Refusal> refuse(int status, std::string_view message) {
  return tl::unexpected<Refusal>(Refusal{status, std::string(message)});
}

std::optional<Method> method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get: return Method::get;
    case http::verb::head: return Method::head;
    case http::verb::post: return Method::post;
    case http::verb::put: return Method::put;
    case http::verb::patch: return Method::patch;
    case http::verb::delete_: return Method::del;
    case http::verb::options: return Method::options;
    default: return std::nullopt;
  }
}

// The path as it came, without the query: "/a/b". Takes "*" and the absolute form "http://host/a/b" too (RFC 9112,
// section 3.2).
std::optional<std::string_view> raw_path(std::string_view target) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const auto slash = target.find_first_of("/?", scheme.size());
    if (slash == std::string_view::npos || target[slash] == '?') return "/";
    target.remove_prefix(slash);
  }
  if (target == "*") return target;
  if (!target.starts_with('/')) return std::nullopt;
  return target.substr(0, target.find('?'));
}

// What could name something else to a file system or a second decoder never reaches a handler.
tl::expected<std::string, Refusal> decode_path(std::string_view raw) {
  if (lower(raw).find("%2f") != std::string::npos)
    return refuse(400, "the path holds an encoded slash (%2F), which is not allowed");
  auto path = percent_decode(raw);
  if (!path) return refuse(400, "the path holds a broken percent escape; expected % and two hex digits");
  for (unsigned char c : *path) {
    if (c < 0x20 || c == 0x7f) return refuse(400, "the path holds a control character");
  }
  for (const auto& segment : split(*path, '/')) {
    if (segment == "..") return refuse(400, "the path holds a '..' segment; send the path it stands for");
  }
  return std::move(*path);
}

tl::expected<Request, Refusal> read_request(const Parser::value_type& message) {
  Request request;
  const auto method = method_of(message.method());
  if (!method) return refuse(501, fmt::format("the method '{}' is not known here", view(message.method_string())));
  request.method = *method;
  request.target = view(message.target());
  const auto raw = raw_path(request.target);
  if (!raw) return refuse(400, "the request target is neither a path nor an absolute URL");
  auto path = decode_path(*raw);
  if (!path) return tl::unexpected<Refusal>(std::move(path.error()));
  request.path = std::move(*path);
  if (const auto mark = request.target.find('?'); mark != std::string::npos) {
    request.query = form_decode(std::string_view(request.target).substr(mark + 1));
    for (const auto& [name, value] : request.query) {
      if ((name + value).find('\0') != std::string::npos) return refuse(400, "the query holds a NUL (%00)");
    }
  }
  for (const auto& field : message) request.headers.emplace_back(view(field.name_string()), view(field.value()));
  return request;
}

std::size_t count_header(const Headers& headers, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(headers.begin(), headers.end(), [&](const auto& header) { return lower(header.first) == name; }));
}

// RFC 9112, section 6.3, narrowed: one of the two headers, once, and nothing but "chunked".
// Empty: all is well; else what is wrong.
std::string_view read_framing(Head& head) {
  const auto& headers = head.request.headers;
  const auto lengths = count_header(headers, "content-length");
  const auto codings = count_header(headers, "transfer-encoding");
  if (lengths + codings > 1) return "more than one Content-Length or Transfer-Encoding header";
  if (codings == 1) {
    if (head.http_1_0) return "Transfer-Encoding needs HTTP/1.1";
    if (lower(head.request.header("transfer-encoding")) != "chunked")
      return "the only Transfer-Encoding taken is 'chunked'";
    head.framing = BodyFraming::chunked();
    return {};
  }
  std::uint64_t length = 0;
  if (lengths == 1) {  // Beast would take "5, 5"
    const auto text = head.request.header("content-length");
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (error != std::errc() || end != text.data() + text.size()) return "the Content-Length is not a number";
  }
  head.content_length = length;
  head.framing = BodyFraming::length(*head.content_length);
  return {};
}

constexpr std::string_view kVersions = "only HTTP/1.1 and HTTP/1.0 are spoken here";

// Whether the request line has the right shape: two spaces, and "HTTP/" after the second.
bool names_http(std::string_view text) {
  const auto words = split(text.substr(0, text.find("\r\n")), ' ');
  return words.size() == 3 && !words[1].empty() && words[2].starts_with("HTTP/");
}

std::string sentence(const boost::system::error_code& error) {
  return "the request head is malformed: " + error.message();
}

}  // namespace

std::size_t find_head_end(std::string_view bytes, std::size_t searched) {
  const auto end = bytes.find("\r\n\r\n", searched < 3 ? 0 : searched - 3);
  return end == std::string_view::npos ? end : end + 4;
}

tl::expected<Head, Refusal> parse_head(std::string_view text) {
  Parser parser;
  parser.header_limit(static_cast<std::uint32_t>(text.size() + 1));
  parser.body_limit(boost::none);  // bodies are counted where they are read
  boost::system::error_code error;
  parser.put(boost::asio::buffer(text.data(), text.size()), error);
  if (error == http::error::bad_version && names_http(text)) return refuse(505, kVersions);
  if (error && error != http::error::need_more) return refuse(400, sentence(error));
  if (!parser.is_header_done()) return refuse(400, "the request head is malformed");
  const auto version = parser.get().version();
  if (version != 10 && version != 11) return refuse(505, kVersions);
  auto request = read_request(parser.get());
  if (!request) return tl::unexpected<Refusal>(std::move(request.error()));
  Head head;
  head.request = std::move(*request);
  head.http_1_0 = version == 10;
  head.keep_alive = !head.http_1_0 && parser.keep_alive();
  head.expects_continue = !head.http_1_0 && lower(head.request.header("expect")) == "100-continue";
  const auto hosts = count_header(head.request.headers, "host");
  if (hosts > 1 || (hosts == 0 && !head.http_1_0)) return refuse(400, "expected exactly one Host header");
  if (const auto wrong = read_framing(head); !wrong.empty()) return refuse(400, wrong);
  return head;
}

}  // namespace sampan::edge
