#include "git/wire.h"

#include <charconv>

namespace sampan::git::wire {

CommitBrief brief(const CommitInfo& commit) {
  return {commit.sha,          commit.sha.short_text(), commit.title,  commit.author_name,
          commit.author_email, commit.authored_at,      commit.parents};
}

Result<RepoOut> repo_out(Parts& parts, const Repo& repo, const Actor& actor) {
  RepoOut out;
  out.id = repo.id;
  out.path = repo.path();
  out.group = repo.group;
  out.name = repo.name;
  out.description = repo.description;
  out.visibility = repo.visibility;
  out.default_branch = repo.default_branch;
  out.clone_url = fmt::format("{}/{}.git", parts.config.public_url, repo.path());
  out.my_role = TRY(role_on(parts.people, actor, repo));
  out.updated_at = repo.updated_at;
  if (auto sha = parts.browser.resolve(repo, "")) {
    out.head = brief(TRY(parts.browser.commit(repo, *sha)));
  } else if (sha.error().code == Errc::not_found) {
    out.empty = true;
  } else {
    return sha.error();
  }
  return out;
}

Result<Page> page_of(const Request& request) {
  Page page;
  const auto read = [&](std::string_view name, int least, int most, int& value) -> Result<void> {
    const auto text = request.find_query(name);
    if (!text || text->empty()) return {};
    int number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end != text->data() + text->size() || number < least || number > most) {
      return fail(Errc::invalid, "query '{}': expected a number from {} to {}, found '{}'", name, least, most, *text);
    }
    value = number;
    return {};
  };
  TRY(read("limit", 1, 200, page.limit));
  TRY(read("before", 0, 10'000'000, page.skip));
  return page;
}

}  // namespace sampan::git::wire
