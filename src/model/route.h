// A route is data: what it answers to, who may, how its body is taken, and what goes in and out (for OpenAPI, which is
// made from this).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/http.h"
#include "base/json.h"
#include "model/actor.h"

namespace sampan {

// The right a route needs. It has no default: a route without an access rule does not compile.
// web/ finds the target by the pattern's parameters before the handler runs: `:group` (name), `:repo` (name, with
// :group), `:environment` (name). A target the actor may not even view answers 404, one it may view but not so act on
// 403 with the rule.
class Need {
 public:
  static constexpr Need anyone() { return Need(Kind::anyone); }        // also nobody
  static constexpr Need signed_in() { return Need(Kind::signed_in); }  // the handler checks further by itself
  static constexpr Need viewer() { return Need(Kind::viewer); }  // on the pattern's repository, group or environment
  static constexpr Need developer() { return Need(Kind::developer); }
  static constexpr Need admin() { return Need(Kind::admin); }
  static constexpr Need site_admin() { return Need(Kind::site_admin); }
  static constexpr Need runner() { return Need(Kind::runner); }  // a runner's token, or a job's
  enum class Kind { anyone, signed_in, viewer, developer, admin, site_admin, runner };
  Kind kind() const { return kind_; }

 private:
  constexpr explicit Need(Kind kind) : kind_(kind) {}
  Kind kind_;
};

// How errors are said to the client of a route: our JSON, a sentence for git's terminal, or OCI's error list.
enum class Dialect { api, git, oci };

struct Route {
  using Handler = std::function<Result<Response>(const Request&, const Actor&)>;

  Method method;
  std::string pattern;  // "/api/v1/repos/:group/:repo/commits"; ":name" is one segment, "*name" one or more (may hold
                        // '/'), also in the middle
  Need need;
  Handler handler;
  std::string summary{};  // one line, imperative: "List the commits of a ref"
  BodyKind body = BodyKind::text;
  std::uint64_t body_limit = 1 << 20;                        // bytes; spool and pipe routes set their own
  Json request_schema = nullptr;                             // schema_of<T>(), or null
  Json response_schema = nullptr;                            // of a 2xx answer; null: not JSON
  std::vector<std::pair<std::string, std::string>> query{};  // name, meaning
  Dialect dialect = Dialect::api;
};

}  // namespace sampan
