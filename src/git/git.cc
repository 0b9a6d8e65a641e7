#include "git/git.h"

#include "base/files.h"
#include "git/parts.h"

namespace sampan::git {

struct Git::State : Parts {
  using Parts::Parts;
};

Git::Git(Db& db, Clock& clock, EventLog& events, people::People& people, Config config)
    : state_(std::make_unique<State>(db, clock, events, people, std::move(config))) {}
Git::~Git() = default;

Result<void> Git::recover() {
  TRY(make_directories(state_->config.folder, 0700));
  TRY(state_->repos.recover(state_->config.hook_program).context("recovering repositories"));
  return state_->pushes.recover().context("recovering pushes");
}

Result<GroupId> Git::find_group(std::string_view name) { return TRY(state_->repos.find_group(name)).id; }
Result<Repo> Git::find_repo(std::string_view group, std::string_view name) { return state_->repos.find(group, name); }
Result<Repo> Git::find_repo(RepoId id) { return state_->repos.find(id); }

Result<Repo> Git::find_repo_by_path(std::string_view path) {
  const auto slash = path.find('/');
  if (slash == std::string_view::npos)
    return fail(Errc::not_found, "'{}' is not a repository's path; expected one like 'company/shop'", path);
  const auto name = path.substr(slash + 1);
  return state_->repos.find(path.substr(0, slash), name.substr(0, name.find('/')));
}

Result<std::vector<Repo>> Git::list_repos(const Actor& actor) { return state_->repos.list(actor); }
Result<Role> Git::role_on(const Actor& actor, const Repo& repo) { return git::role_on(state_->people, actor, repo); }

Result<Role> Git::role_on(const Actor& actor, RepoId id) {
  const auto repo = TRY(state_->db.read([&](Tx& tx) { return store::repo_by_id(tx, id); }));
  return repo ? git::role_on(state_->people, actor, *repo) : Role::none;
}

namespace {

Result<Role> role_on_whole(people::People& people, const Actor& actor, const Group& group) {
  const bool seen = group.visibility == Visibility::internal && actor.kind != Actor::Kind::nobody;
  // A job stands in its own repository only, but may read what all who are signed in may.
  const auto role = actor.kind == Actor::Kind::job ? Role::none : TRY(people.role_of(actor, {.group = group.id}));
  return seen ? std::max(role, Role::viewer) : role;
}

}  // namespace

Result<Role> Git::role_on_group(const Actor& actor, std::string_view name) {
  return role_on_whole(state_->people, actor, TRY(state_->repos.find_group(name)));
}

Result<AskRole> Git::rights_on(std::string_view path) {
  return state_->db.read([&](Tx&) -> Result<AskRole> {
    auto repo = find_repo_by_path(path);
    if (repo.has_value())
      return AskRole([this, repo = std::move(*repo)](const Actor& actor) { return role_on(actor, repo); });
    if (repo.error().code != Errc::not_found) return repo.error();
    auto group = TRY(state_->repos.find_group(path.substr(0, path.find('/'))));
    return AskRole(
        [this, group = std::move(group)](const Actor& actor) { return role_on_whole(state_->people, actor, group); });
  });
}

Result<AccessTarget> Git::find_target(std::string_view group, std::string_view repo) {
  AccessTarget target;
  if (group.empty()) return target;
  if (repo.empty()) {
    target.group = TRY(find_group(group));
    return target;
  }
  if (repo.ends_with(".git")) repo.remove_suffix(4);
  const auto found = TRY(find_repo(group, repo));
  target.group = found.group_id;
  target.repo = found.id;
  return target;
}

Result<Sha> Git::resolve(const Repo& repo, std::string_view revision) {
  return state_->browser.resolve(repo, revision);
}
Result<CommitInfo> Git::read_commit(const Repo& repo, const Sha& sha) { return state_->browser.commit(repo, sha); }
Result<std::string> Git::read_file(const Repo& repo, const Sha& commit, std::string_view path, std::size_t limit) {
  return state_->browser.file(repo, commit, path, limit);
}

Result<std::vector<std::string>> Git::list_files(const Repo& repo, const Sha& commit, std::string_view folder) {
  const auto at = TRY(state_->browser.entry(repo, commit, folder));
  if (at.kind != TreeEntry::Kind::tree) return fail(Errc::not_found, "'{}' in {} is not a folder", folder, repo.path());
  std::vector<std::string> paths;
  for (const auto& entry : TRY(parse_tree(TRY(state_->readers.contents(repo.id, at.sha.text(), 32 << 20))))) {
    if (entry.kind == TreeEntry::Kind::blob)
      paths.push_back(folder.empty() ? entry.name : fmt::format("{}/{}", folder, entry.name));
  }
  return paths;
}

Result<std::vector<std::string>> Git::changed_paths(const Repo& repo, const Sha& from, const Sha& to) {
  return state_->browser.changed_paths(repo, from, to);
}
Result<bool> Git::is_ancestor(const Repo& repo, const Sha& ancestor, const Sha& of) {
  return state_->browser.is_ancestor(repo, ancestor, of);
}
Result<std::optional<Sha>> Git::merge_base(const Repo& repo, const Sha& a, const Sha& b) {
  return state_->browser.merge_base(repo, a, b);
}
Result<std::vector<std::string>> Git::branches_at(const Repo& repo, const Sha& commit) {
  return state_->browser.branches_at(repo, commit);
}
Result<std::string> Git::tree_of(const Repo& repo, const Sha& commit) {
  return TRY(state_->browser.entry(repo, commit, "")).sha.text();
}

Result<std::vector<TreeFile>> Git::all_files(const Repo& repo, const Sha& commit) {
  return state_->changes.all(repo.id, commit);
}
Result<std::vector<ChangedFile>> Git::changed_files(const Repo& repo, const Sha& from, const Sha& to) {
  return state_->changes.between(repo.id, from, to);
}
Result<std::vector<ChangedFile>> Git::brought_files(const PushCheck& push) {
  std::vector<Sha> tips;
  for (const auto& update : push.updates) {
    if (!update.new_sha.is_zero()) tips.push_back(update.new_sha);
  }
  return state_->changes.brought(push.repo.id, tips, push.git_environment);
}
Result<std::vector<ChangedFile>> Git::written_files(const Repo& repo, const Sha& from, const Sha& to,
                                                    std::string_view path) {
  return state_->changes.written(repo.id, {from, to}, path);
}
Result<void> Git::read_blobs(const Repo& repo, const std::vector<Sha>& blobs, std::size_t limit, const TakeBlob& take,
                             const PushCheck* push) {
  return state_->changes.read(repo.id, blobs, limit, push ? push->git_environment : Environment{}, take);
}

Result<Sha> Git::commit_files(const Actor& actor, const Repo& repo, std::string_view branch, const Sha& expected,
                              std::string_view message, const std::vector<NewFile>& files) {
  return state_->writer.commit_files(actor, repo, branch, expected, message, files);
}

void Git::add_push_check(std::function<Result<void>(const PushCheck&)> check) {
  state_->pushes.add_check(std::move(check));
}
void Git::add_push_notice(std::function<std::vector<std::string>(const events::PushReceived&)> notice) {
  state_->pushes.add_notice(std::move(notice));
}

std::vector<Route> Git::routes() {
  std::vector<Route> routes;
  for (auto* part : {group_routes, repo_routes, ref_routes, commit_routes, file_routes, transport_routes}) {
    for (auto& route : part(*state_)) routes.push_back(std::move(route));
  }
  return routes;
}

std::vector<Route> Git::hook_routes() {
  auto& transport = state_->transport;
  return {
      {.method = Method::post,
       .pattern = "/hooks/pre-receive",
       .need = Need::anyone(),
       .handler = [&](const Request& r, const Actor&) -> Result<Response> { return transport.pre_receive(r); },
       .summary = "Ask whether a push may go on",
       .body_limit = 16 << 20},
      {.method = Method::post,
       .pattern = "/hooks/post-receive",
       .need = Need::anyone(),
       .handler = [&](const Request& r, const Actor&) -> Result<Response> { return transport.post_receive(r); },
       .summary = "Say that a push's refs have moved",
       .body_limit = 16 << 20},
  };
}

}  // namespace sampan::git
