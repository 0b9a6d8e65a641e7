// Roles: who is what on a group, a repository or an environment.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "people/recent.h"
#include "people/store.h"

namespace sampan::people {

struct Member {
  std::string login, name;
  Role role = Role::none;
  std::optional<std::string> inherited_from;  // "group company"
};

class Members {
 public:
  Members(Db& db, Clock& clock);
  Result<Role> role_of(const Actor& actor, const AccessTarget& target, Role floor);
  Result<void> set(const Actor& by, const AccessTarget& target, std::string_view login, Role role,
                   std::string_view target_name);
  // Of a repository also those of its group, each person once with its highest role; by login.
  Result<std::vector<Member>> list(const AccessTarget& target, std::string_view group_name);
  Result<void> forget(Tx& tx, const AccessTarget& target);
  Result<void> forget_repo(RepoId repo);  // its memberships and its job tokens

 private:
  struct Key {
    std::int64_t user, group, repo, environment;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };
  Db& db_;
  Clock& clock_;
  Recent<Key, Role, KeyHash> roles_;
};

}  // namespace sampan::people
