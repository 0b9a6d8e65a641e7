// The routes of people, as data; docs of shapes come from the wire structs in the .cc files.
#pragma once

#include <vector>

#include "people/accounts.h"
#include "people/members.h"

namespace sampan::people {

std::vector<Route> account_routes(Accounts& accounts, SignIn& sign_in);  // session, me, users, tokens
std::vector<Route> audit_routes(Db& db);
// `resolver` is looked up at each request, as app sets it after the routes were taken.
std::vector<Route> member_routes(Members& members, const People::TargetResolver& resolver);

// `?limit=` (1-200, 50 when absent) and `?before=` (the cursor of the page before; 0 when absent) of lists.
struct Window {
  int limit = 50;
  std::int64_t before = 0;
};
Result<Window> window_of(const Request& request);

}  // namespace sampan::people
