#include "edge/answer_head.h"

#include <ctime>

#include "base/json.h"
#include "base/text.h"

namespace sampan::edge {

namespace {

std::string_view reason(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 422: return "Unprocessable Content";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "";  // the phrase may be empty (RFC 9112, section 4)
  }
}

bool is_token(std::string_view name) {  // RFC 9110, section 5.6.2
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_ours(std::string_view name) {
  static constexpr std::string_view kOurs[] = {"content-length", "transfer-encoding", "connection", "date"};
  const auto folded = lower(name);
  return std::find(std::begin(kOurs), std::end(kOurs), folded) != std::end(kOurs);
}

// Made once a second and thread.
const std::string& date_line() {
  thread_local std::time_t made = 0;
  thread_local std::string line;
  const std::time_t now = std::time(nullptr);
  if (now != made) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    line = fmt::format("Date: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n", kDays[parts.tm_wday], parts.tm_mday,
                       kMonths[parts.tm_mon], parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
    made = now;
  }
  return line;
}

std::string_view error_code(int status) {
  switch (status) {
    case 413:
    case 431: return "too_large";
    case 408:
    case 503: return "unavailable";
    case 500: return "internal";
    default: return "invalid";
  }
}

}  // namespace

bool forbids_body(int status) { return status == 204 || status == 304 || status < 200; }

std::string format_answer_head(int status, const Headers& headers, const AnswerFrame& frame) {
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", status, reason(status));
  text += date_line();
  for (const auto& [name, value] : headers) {
    if (!is_token(name) || is_ours(name)) continue;
    text += name;
    text += ": ";
    for (const char c : value) text += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    text += "\r\n";
  }
  if (frame.end == BodyEnd::length) fmt::format_to(std::back_inserter(text), "Content-Length: {}\r\n", frame.length);
  if (frame.end == BodyEnd::chunked) text += "Transfer-Encoding: chunked\r\n";
  if (!frame.keep_alive) text += "Connection: close\r\n";
  text += "\r\n";
  return text;
}

std::string format_chunk_head(std::size_t bytes) { return fmt::format("{:x}\r\n", bytes); }

std::string format_chunk(std::string_view bytes) {
  std::string chunk = format_chunk_head(bytes.size());
  chunk.reserve(chunk.size() + bytes.size() + kChunkEnd.size());
  chunk += bytes;
  chunk += kChunkEnd;
  return chunk;
}

Response refusal(int status, std::string_view message) {
  std::string body = fmt::format(R"({{"error":{{"code":"{}","message":)", error_code(status));
  append_json_string(body, message);
  body += "}}";
  return Response::json(status, std::move(body));
}

}  // namespace sampan::edge
