// Who asks, and may they: credentials of a request -> Actor; a route's need -> allowed, or the sentence why not.
#pragma once

#include "base/http.h"
#include "deliver/deliver.h"
#include "model/route.h"
#include "web/router.h"

namespace sampan::web {

class Access {
 public:
  Access(people::People& people, git::Git& git, deliver::Deliver& deliver)
      : people_(people), git_(git), deliver_(deliver) {}

  // The actor of the request's credentials: bearer token, Basic, or session cookie. None given: Actor::Kind::nobody.
  // Wrong, expired or revoked ones are unauthenticated, except for `anyone` routes, where they count as none.
  Result<Actor> authenticate(const Request& request, const Route& route) const;
  // The access rule of the route, for this actor and the path's parameters.
  Result<void> check(const Request& request, const Route& route, const Actor& actor) const;
  // For routes of members: names -> ids.
  Result<AccessTarget> target(std::string_view group, std::string_view repo, std::string_view environment) const;

 private:
  struct Asked {
    Role role = Role::none;
    std::string what;
  };
  Result<Asked> role_on_target(const Request& request, const Actor& actor) const;

  people::People& people_;
  git::Git& git_;
  deliver::Deliver& deliver_;
};

}  // namespace sampan::web
