#include "registry/oci.h"

#include "base/json.h"
#include "registry/state.h"

namespace sampan::registry {

Response oci_error(int status, std::string_view code, std::string_view message) {
  std::string body = "{\"errors\":[{\"code\":";
  append_json_string(body, code);
  body += ",\"message\":";
  append_json_string(body, message);
  body += "}]}";
  return Response::json(status, std::move(body));
}

Response oci_error(const Error& error) {
  switch (error.code) {
    case Errc::invalid: return oci_error(400, "NAME_INVALID", error.message);
    case Errc::unauthenticated:
      return oci_error(401, "UNAUTHORIZED", error.message).set("WWW-Authenticate", "Basic realm=\"Sampan\"");
    case Errc::denied: return oci_error(403, "DENIED", error.message);
    case Errc::not_found: return oci_error(404, "NAME_UNKNOWN", error.message);
    case Errc::conflict: return oci_error(409, "DENIED", error.message);
    case Errc::too_large: return oci_error(413, "SIZE_INVALID", error.message);
    case Errc::unavailable: return oci_error(503, "TOOMANYREQUESTS", error.message).set("Retry-After", "1");
    case Errc::internal: return oci_error(500, "UNKNOWN", error.message);
  }
  return oci_error(500, "UNKNOWN", error.message);
}

Route oci_route(Method method, std::string pattern, std::string summary, Registry::State& state,
                Result<Response> (*handler)(Registry::State&, const Request&, const Actor&), BodyKind body) {
  Route route{.method = method,
              .pattern = std::move(pattern),
              .need = Need::signed_in(),  // the handler asks for the right on the image's name
              .handler = [&state, handler](const Request& request,
                                           const Actor& actor) { return handler(state, request, actor); },
              .summary = std::move(summary)};
  route.dialect = Dialect::oci;
  route.body = body;
  route.body_limit = body == BodyKind::spool ? state.config.max_blob_bytes : kMaxManifestBytes;
  return route;
}

}  // namespace sampan::registry
