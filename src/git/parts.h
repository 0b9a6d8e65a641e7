// The parts of git, put together once; routes are made over them.
#pragma once

#include "git/browser.h"
#include "git/changes.h"
#include "git/pushes.h"
#include "git/repos.h"
#include "git/templates.h"
#include "git/transport.h"
#include "git/writer.h"

namespace sampan::git {

struct Parts {
  Parts(Db& db, Clock& clock, EventLog& events, people::People& people_, Config config_)
      : people(people_),
        config(std::move(config_)),
        plumbing(config.folder),
        readers(plumbing),
        repos(db, clock, events, people, plumbing, readers),
        browser(plumbing, readers),
        changes(plumbing, readers),
        pushes(db, clock, events, people, plumbing, readers),
        writer(people, clock, plumbing, readers, pushes),
        transport(people, repos, pushes, plumbing, config),
        db(db) {}
  people::People& people;
  const Config config;
  const Plumbing plumbing;
  ObjectReaders readers;
  Repos repos;
  Browser browser;
  Changes changes;
  Pushes pushes;
  Writer writer;
  Transport transport;
  Db& db;

  // Of `:group` and `:repo` in the route's pattern.
  Result<Repo> repo_of(const Request& request) { return repos.find(request.param("group"), request.param("repo")); }
};

std::vector<Route> group_routes(Parts& parts);
std::vector<Route> repo_routes(Parts& parts);
std::vector<Route> ref_routes(Parts& parts);     // branches, tags, pushes
std::vector<Route> commit_routes(Parts& parts);  // commits, diffs, compare
std::vector<Route> file_routes(Parts& parts);    // tree, file, raw, blame
std::vector<Route> transport_routes(Parts& parts);

}  // namespace sampan::git
