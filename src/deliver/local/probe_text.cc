#include "deliver/local/probe_text.h"

#include <boost/json.hpp>
#include <charconv>

#include "base/json.h"
#include "base/text.h"

namespace sampan::deliver {

namespace {

constexpr std::size_t kKeptBody = 512;

std::string text_of_line(const std::string& line) {
  if (line.starts_with('{')) {
    const auto read = parse_json(line);
    const auto* text = read.has_value() && read->is_object() ? read->as_object().if_contains("log") : nullptr;
    return text && text->is_string() ? std::string(text->as_string()) : line + "\n";
  }
  // TIME STREAM F|P TEXT
  std::size_t at = 0;
  for (int space = 0; space < 3 && at != std::string::npos; ++space) at = line.find(' ', at == 0 ? 0 : at + 1);
  return (at == std::string::npos ? line : line.substr(at + 1)) + "\n";
}

}  // namespace

bool is_whole_answer(std::string_view data) {
  const auto head = data.find("\r\n\r\n");
  if (head == std::string_view::npos) return false;
  const auto body = data.size() - head - 4;
  if (body >= kKeptBody) return true;
  const auto fields = lower(data.substr(0, head));
  if (fields.find("\r\ntransfer-encoding:") != std::string::npos) return data.ends_with("\r\n0\r\n\r\n");
  const auto length = fields.find("\r\ncontent-length:");
  return length != std::string::npos && body >= std::strtoull(fields.c_str() + length + 17, nullptr, 10);
}

void read_answer(std::string_view data, ProbeAnswer& into) {
  // "HTTP/1.1 200", RFC 9112, section 4
  const auto digits = data.starts_with("HTTP/1.") ? data.substr(std::min<std::size_t>(data.size(), 9), 3) : "";
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), into.status);
  if (error != std::errc() || end != digits.data() + 3 || into.status < 100) {
    into.status = 0;
    into.body = "not an HTTP answer";
    return;
  }
  into.ok = into.status >= 200 && into.status < 400;
  const auto body = data.find("\r\n\r\n");
  into.body = to_valid_utf8(body == std::string_view::npos ? "" : data.substr(body + 4, kKeptBody));
}

std::string last_texts(std::string_view log, int lines) {
  auto all = split(log, '\n');
  if (!all.empty() && all.back().empty()) all.pop_back();
  const std::size_t skip =
      all.size() > static_cast<std::size_t>(lines) ? all.size() - static_cast<std::size_t>(lines) : 0;
  std::string out;
  for (std::size_t i = skip; i < all.size(); ++i) out += text_of_line(all[i]);
  return to_valid_utf8(out);
}

}  // namespace sampan::deliver
