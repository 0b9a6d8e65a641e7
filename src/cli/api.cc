#include "cli/api.h"

#include <cstdlib>

#include "base/files.h"
#include "base/text.h"

namespace sampan::cli {

namespace {

std::string login_file(const World& world) { return world.config_folder + "/login.json"; }

const Json kNull = nullptr;
const boost::json::array kNoItems;

// Decodes the character that begins at `at` and steps over it; a broken sequence counts as one character.
char32_t next_character(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  char32_t character = first < 0x80    ? first
                       : first >= 0xF0 ? first & 0x07
                       : first >= 0xE0 ? first & 0x0F
                                       : first & 0x1F;
  while (first >= 0x80 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
    character = character << 6 | (text[at++] & 0x3F);
  return character;
}

// Wide and full-width blocks of Unicode's East Asian Width (UAX 11), and emoji, take two cells; everything else here
// one.
bool is_wide(char32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF && c != 0x303F) || (c >= 0xAC00 && c <= 0xD7A3) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
         (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) width += is_wide(next_character(text, at)) ? 2 : 1;
  return width;
}

// What people wrote (titles, names) must neither break the columns nor steer the terminal.
std::string without_controls(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return text;
}

}  // namespace

Result<Login> read_login(const World& world) {
  const char* url = std::getenv("SAMPAN_URL");
  const char* token = std::getenv("SAMPAN_TOKEN");
  if (url && token) return Login{url, token};
  const auto text = read_file(login_file(world));
  if (!text.has_value())
    return fail(Errc::unauthenticated, "not signed in: run 'sampan login URL', or set SAMPAN_URL and SAMPAN_TOKEN");
  const auto stored = TRY(parse_json(*text).context(login_file(world)));
  return Login{url ? url : text_of(stored, "url"), token ? token : text_of(stored, "token")};
}

Result<void> write_login(const World& world, const Login& login) {
  TRY(make_directories(world.config_folder, 0700));
  return write_file_durably(login_file(world),
                            format_json(boost::json::object{{"url", login.url}, {"token", login.token}}), 0600);
}

Error error_of(const OutboundResponse& response) {
  const auto document = parse_json(response.body);
  const auto& error = document.has_value() ? member_of(*document, "error") : kNull;
  auto message = text_of(error, "message");
  for (const auto& detail : items_of(error, "details")) {
    message += fmt::format("\n  {}:{}:{}: {}", text_of(detail, "file"), number_of(detail, "line"),
                           number_of(detail, "column"), text_of(detail, "message"));
  }
  if (message.empty()) message = fmt::format("the server answered {}", response.status);
  switch (response.status) {
    case 401: return {Errc::unauthenticated, message};
    case 403: return {Errc::denied, message};
    case 404: return {Errc::not_found, message};
    case 409: return {Errc::conflict, message};
    case 413: return {Errc::too_large, message};
    case 503: return {Errc::unavailable, message};
    default: return {response.status >= 500 ? Errc::internal : Errc::invalid, message};
  }
}

int exit_code_of(const Error& error) {
  switch (error.code) {
    case Errc::invalid:
    case Errc::too_large: return kUsage;
    case Errc::unauthenticated:
    case Errc::denied: return kDenied;
    case Errc::not_found: return kNotFound;
    case Errc::conflict:
    case Errc::internal: return kFailed;
    case Errc::unavailable: return kUnavailable;
  }
  return kFailed;
}

Result<Json> Api::send(Method method, std::string_view path, const Query& query, std::string body) {
  OutboundRequest request;
  request.method = method;
  request.url = login_.url + std::string(path) + (query.empty() ? "" : "?" + form_encode(query));
  request.headers = {{"Authorization", "Bearer " + login_.token}, {"Content-Type", "application/json"}};
  request.body = std::move(body);
  request.timeout = std::chrono::minutes(2);
  const auto response = TRY(world_.http.send(request).context(login_.url));
  if (response.status < 200 || response.status > 299) return error_of(response);
  if (response.body.empty()) return Json(nullptr);
  return parse_json(response.body).context("the server's answer");
}

Result<Json> Api::get(std::string_view path, const Query& query) { return send(Method::get, path, query, {}); }
Result<Json> Api::post(std::string_view path, const boost::json::object& body) {
  return send(Method::post, path, {}, format_json(body));
}
Result<Json> Api::put(std::string_view path, const boost::json::object& body) {
  return send(Method::put, path, {}, format_json(body));
}
Result<Json> Api::del(std::string_view path) { return send(Method::del, path, {}, {}); }

Result<void> Api::follow(std::string_view path, const Query& query,
                         const std::function<bool(std::string_view, std::string_view)>& on_event) {
  OutboundRequest request;
  request.url = login_.url + std::string(path) + (query.empty() ? "" : "?" + form_encode(query));
  request.headers = {{"Authorization", "Bearer " + login_.token}, {"Accept", "text/event-stream"}};
  request.timeout = std::chrono::minutes(5);
  std::string buffer, event, data;
  const auto status = TRY(world_.http.stream(request, [&](std::string_view bytes) {
    buffer += bytes;
    for (std::size_t end; (end = buffer.find('\n')) != std::string::npos; buffer.erase(0, end + 1)) {
      const auto line = std::string_view(buffer).substr(0, end);
      if (line.starts_with("event: ")) event = line.substr(7);
      if (line.starts_with("data: ")) data += (data.empty() ? "" : "\n") + std::string(line.substr(6));
      if (!line.empty()) continue;
      if (!data.empty() && !on_event(event, data)) return false;
      event.clear();
      data.clear();
    }
    return true;
  }));
  if (status >= 300) return error_of({status, {}, buffer});
  return {};
}

const Json& member_of(const Json& value, std::string_view key) {
  const auto* found = value.is_object() ? value.as_object().if_contains(key) : nullptr;
  return found ? *found : kNull;
}

std::string text_of(const Json& value, std::string_view key) {
  const auto& found = member_of(value, key);
  if (found.is_string()) return std::string(found.as_string());
  if (found.is_int64()) return std::to_string(found.as_int64());
  return {};
}

std::int64_t number_of(const Json& value, std::string_view key) {
  const auto& found = member_of(value, key);
  return found.is_int64() ? found.as_int64() : 0;
}

double real_of(const Json& value, std::string_view key) {
  const auto& found = member_of(value, key);
  return found.is_double() ? found.as_double() : static_cast<double>(number_of(value, key));
}

const boost::json::array& items_of(const Json& value, std::string_view key) {
  const auto& found = member_of(value, key);
  return found.is_array() ? found.as_array() : kNoItems;
}

std::string table(std::vector<std::vector<std::string>> rows) {
  std::vector<std::size_t> widths;
  for (auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = without_controls(std::move(row[i]));
      widths[i] = std::max(widths[i], width_of(row[i]));
    }
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text.append(widths[i] - width_of(row[i]) + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

}  // namespace sampan::cli
