// The front of the house: joins the rooms' route tables, knows who asks, checks the access rule, turns errors into
// answers, serves the pages. hears: nothing.   says: nothing. owns: no tables.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/db.h"
#include "base/events.h"
#include "base/http.h"
#include "deliver/deliver.h"
#include "findings/findings.h"
#include "model/route.h"
#include "notify/notify.h"
#include "watch/watch.h"

namespace sampan::web {

struct Config {
  std::string
      ui_folder;  // the built pages: index.html and assets/; empty or absent: a plain page that says how to build them
  std::string version;
  std::string data_folder;  // for the free space in /api/v1/status
};

// What web itself asks of the rooms, for pages that need several (home, search, status).
struct Rooms {
  Db& db;
  Clock& clock;
  Hub& hub;
  people::People& people;
  git::Git& git;
  findings::Findings& findings;
  pipeline::Pipeline& pipeline;
  registry::Registry& registry;
  deliver::Deliver& deliver;
  watch::Watch& watch;
  notify::Notify& notify;
};

// What is known of a request from its head alone.
struct Plan {
  BodyKind body = BodyKind::text;
  std::uint64_t body_limit = 1 << 20;
  std::optional<Response> refusal;  // nothing of that name, or the wrong method: answered without reading the body
};

class Web {
 public:
  // `internal` routes are served on the Unix socket only.
  Web(Rooms rooms, Config config, std::vector<Route> internal);
  ~Web();

  // Both are thread-safe. `plan` is quick (no database); `answer` may block.
  Plan plan(const Request& head) const;
  Response answer(Request request) const;
  Plan plan_internal(const Request& head) const;
  Response answer_internal(Request request) const;

  // The OpenAPI 3.1 document, made from the route tables.
  std::string openapi() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sampan::web
