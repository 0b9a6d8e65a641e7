// The head of a request, and where its body ends.
#include "base/text.h"
#include "edge/head.h"
#include "fuzz.h"

using namespace sampan;

FUZZ(input) {
  const auto end = edge::find_head_end(input, 0);
  for (std::size_t searched = 0; searched < input.size() && searched < 40; ++searched) {
    const auto begun = edge::find_head_end(input.substr(0, searched), 0);
    if (begun == std::string_view::npos) PROMISE(edge::find_head_end(input, searched) == end);
  }
  if (end == std::string_view::npos) return;
  const auto head = edge::parse_head(input.substr(0, end));
  if (!head.has_value()) return PROMISE(head.error().status >= 400 && head.error().status < 600);
  const auto& request = head->request;
  PROMISE(request.path.starts_with('/') || request.path == "*");
  for (const auto& part : split(request.path, '/')) PROMISE(part != "..");
  PROMISE(request.path.find('\0') == std::string::npos);
  for (const auto& [name, value] : request.query) PROMISE((name + value).find('\0') == std::string::npos);
  for (const auto& [name, value] : request.headers) {
    PROMISE(!name.empty() && name.find_first_of(" \t\r\n:") == std::string::npos);
    PROMISE(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
  }
  PROMISE(!(head->http_1_0 && head->expects_continue) || head->framing.remaining().has_value());
}
