// The shapes git's routes speak, shared by their files.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "git/parts.h"

namespace sampan::git::wire {

struct CommitBrief {
  Sha sha;
  std::string short_sha, title, author_name, author_email;
  Time authored_at{};
  std::vector<Sha> parents;
};
BOOST_DESCRIBE_STRUCT(CommitBrief, (), (sha, short_sha, title, author_name, author_email, authored_at, parents))
CommitBrief brief(const CommitInfo& commit);

struct RepoOut {
  RepoId id;
  std::string path, group, name, description;
  Visibility visibility = Visibility::private_;
  std::string default_branch;
  bool empty = false;
  std::string clone_url;
  Role my_role = Role::none;
  Time updated_at{};
  std::optional<CommitBrief> head;
};
BOOST_DESCRIBE_STRUCT(RepoOut, (),
                      (id, path, group, name, description, visibility, default_branch, empty, clone_url, my_role,
                       updated_at, head))
Result<RepoOut> repo_out(Parts& parts, const Repo& repo, const Actor& actor);  // with its head

// `?limit=` and `?before=` of lists whose cursor is a place in the list.
struct Page {
  int limit = 50;
  int skip = 0;
};
Result<Page> page_of(const Request& request);

}  // namespace sampan::git::wire
