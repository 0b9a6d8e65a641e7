#include "model/actor.h"

#include <algorithm>

namespace sampan {

bool Actor::has(Scope scope) const { return std::find(scopes.begin(), scopes.end(), scope) != scopes.end(); }

Actor Actor::system() {
  Actor actor;
  actor.kind = Kind::system;
  actor.name = "sampan";
  actor.site_admin = true;
  actor.scopes = {Scope::api_read,   Scope::api_write,   Scope::repo_read, Scope::repo_write,
                  Scope::image_read, Scope::image_write, Scope::runner};
  return actor;
}

}  // namespace sampan
