// Who acts, and what is asked of them.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "model/ids.h"

namespace sampan {

// Roles on groups and repositories, each holding the rights of those before it (Codeup: 20, 30, 40). On an environment:
// viewer sees it, developer may deploy, admin may approve and change it.
BOOST_DEFINE_ENUM_CLASS(Role, none, viewer, developer, admin)

// What a token may be used for. A person's session has all.
BOOST_DEFINE_ENUM_CLASS(Scope, api_read, api_write, repo_read, repo_write, image_read, image_write, runner)

struct Actor {
  enum class Kind { nobody, user, job, runner, system };
  Kind kind = Kind::nobody;
  UserId user;       // of user; of job: whoever caused the run
  std::string name;  // login name, "job 12 of company/shop", "runner r1", "sampan"
  bool site_admin = false;
  std::vector<Scope> scopes;
  RepoId only_repo;  // job tokens: the one repository they may touch (read code; push and pull its images)
  JobId job;         // of job
  RunnerId runner;   // of runner
  std::string remote_address;

  bool has(Scope scope) const;
  static Actor system();  // acts for Sampan itself; may everything
};

// The thing a right is asked on: at most one repository, one group and one environment; what the caller does not know
// stays 0.
struct AccessTarget {
  GroupId group;
  RepoId repo;
  EnvironmentId environment;
};

}  // namespace sampan
