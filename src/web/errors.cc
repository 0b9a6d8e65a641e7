#include "web/errors.h"

#include "base/json.h"
#include "base/log.h"
#include "registry/registry.h"

namespace sampan::web {

int status_of(Errc code) {
  switch (code) {
    case Errc::invalid: return 422;
    case Errc::unauthenticated: return 401;
    case Errc::denied: return 403;
    case Errc::not_found: return 404;
    case Errc::conflict: return 409;
    case Errc::too_large: return 413;
    case Errc::unavailable: return 503;
    case Errc::internal: return 500;
  }
  return 500;
}

std::string_view name_of(Errc code) { return to_text(code); }

Response error_answer(const Error& error, Dialect dialect) {
  if (error.code == Errc::internal) log::error("web", "{}", error.message);
  const int status = status_of(error.code);
  if (dialect == Dialect::oci) return registry::oci_error(error);
  if (dialect == Dialect::git) {
    auto answer = Response::text(status, error.message + "\n");
    if (status == 401) answer.set("WWW-Authenticate", "Basic realm=\"Sampan\"");
    return answer;
  }
  std::string body = "{\"error\":{\"code\":";
  append_json_string(body, name_of(error.code));
  body += ",\"message\":";
  append_json_string(body, error.message);
  body += "}}";
  auto answer = Response::json(status, std::move(body));
  if (status == 503) answer.set("Retry-After", "1");
  return answer;
}

}  // namespace sampan::web
