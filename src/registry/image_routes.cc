// Images for pages and the command line: repositories, tags with their layers.
#include <boost/json.hpp>

#include "base/json_struct.h"
#include "registry/scan_store.h"
#include "registry/state.h"

namespace sampan::registry {

namespace {

using State = Registry::State;

struct ImageRepo {
  std::string name;
  std::int64_t tags = 0, size = 0, pulls = 0;
  Time updated_at{};
};
BOOST_DESCRIBE_STRUCT(ImageRepo, (), (name, tags, size, pulls, updated_at))
struct ImageRepos {
  std::vector<ImageRepo> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(ImageRepos, (), (items, next))

struct Layer {
  std::string digest;
  std::int64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(Layer, (), (digest, size))
struct ImageTag {
  std::string tag, digest, pushed_by;
  std::int64_t size = 0;
  Time updated_at{};
  std::vector<Layer> layers;
  std::optional<store::ScanCounts> scan;  // null: not looked at yet
};
BOOST_DESCRIBE_STRUCT(ImageTag, (), (tag, digest, pushed_by, size, updated_at, layers, scan))
struct ImageTags {
  std::string name;
  bool immutable_tags = true;
  std::vector<ImageTag> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(ImageTags, (), (name, immutable_tags, items, next))

constexpr std::size_t kMostFindings = 1'000;
struct ImageFinding {
  std::string rule;
  scan::Severity severity = scan::Severity::major;
  std::string path;
  scan::Text message, remedy;
};
BOOST_DESCRIBE_STRUCT(ImageFinding, (), (rule, severity, path, message, remedy))
struct ImageGap {
  std::string path;
  scan::Text reason;
};
BOOST_DESCRIBE_STRUCT(ImageGap, (), (path, reason))
struct ImageFindings {
  std::string digest;
  std::optional<store::ScanCounts> scan;  // null: not looked at yet
  std::vector<ImageFinding> items;        // the gravest first
  std::vector<ImageGap> gaps;
  std::int64_t left_out = 0;  // of the items
};
BOOST_DESCRIBE_STRUCT(ImageFindings, (), (digest, scan, items, gaps, left_out))
struct ImageSettings {
  bool immutable_tags = true;
};
BOOST_DESCRIBE_STRUCT(ImageSettings, (), (immutable_tags))

Result<std::string> needed_query(const Request& request, std::string_view name) {
  const auto value = request.find_query(name);
  if (!value || value->empty()) return fail(Errc::invalid, "query parameter '{}' is missing", name);
  return *value;
}

Result<Response> list_images(State& state, const Request&, const Actor& actor) {
  ImageRepos answer;
  TRY(state.pulls.write());
  for (auto& found : TRY(state.db.read([](Tx& tx) { return store::list_repositories(tx); }))) {
    if (state.may_pull(actor, found.name).has_value())
      answer.items.push_back({found.name, found.tags, found.size, found.pulls, found.updated_at});
  }
  return Response::json(200, to_json(answer));
}

std::vector<Layer> layers_of(const std::string& body, std::string_view media_type) {
  std::vector<Layer> layers;
  const auto manifest = parse_manifest(body, media_type);
  if (!manifest.has_value()) return layers;
  for (const auto& blob : manifest->blobs) layers.push_back({blob.digest.text(), static_cast<std::int64_t>(blob.size)});
  return layers;
}

Result<Response> list_image_tags(State& state, const Request& request, const Actor& actor) {
  const auto repository = TRY(state.repository_to_read(actor, TRY(needed_query(request, "repository"))));
  ImageTags answer{repository.name, repository.immutable_tags, {}, {}};
  TRY(state.db.read([&](Tx& tx) -> Result<void> {
    for (auto& tag : TRY(store::tag_summaries(tx, repository.id)))
      answer.items.push_back({tag.tag, tag.digest, tag.pushed_by, tag.size, tag.updated_at, layers_of(tag.body, ""),
                              TRY(store::scan_counts(tx, tag.manifest))});
    return {};
  }));
  return Response::json(200, to_json(answer));
}

Result<Response> list_image_findings(State& state, const Request& request, const Actor& actor) {
  const auto repository = TRY(state.repository_to_read(actor, TRY(needed_query(request, "repository"))));
  const auto digest = TRY(needed_query(request, "digest"));
  ImageFindings answer{digest, {}, {}, {}, 0};
  TRY(state.db.read([&](Tx& tx) -> Result<void> {
    const auto manifest = TRY(store::find_manifest(tx, repository.id, digest));
    if (!manifest) return fail(Errc::not_found, "image '{}' has no manifest {}", repository.name, digest);
    answer.scan = TRY(store::scan_counts(tx, manifest->id));
    auto content = TRY(store::scan_content(tx, manifest->id));
    const auto shown = std::min(content.findings.size(), kMostFindings);
    answer.left_out = static_cast<std::int64_t>(content.findings.size() - shown);
    for (std::size_t i = 0; i < shown; ++i) {
      auto& one = content.findings[i];
      answer.items.push_back({one.rule, one.severity, one.path, std::move(one.message), std::move(one.remedy)});
    }
    for (auto& gap : content.gaps) answer.gaps.push_back({gap.path, std::move(gap.reason)});
    return {};
  }));
  return Response::json(200, to_json(answer));
}

Result<Response> delete_image_tag(State& state, const Request& request, const Actor& actor) {
  const auto repository = TRY(state.repository_to_write(actor, TRY(needed_query(request, "repository"))));
  const auto tag = TRY(needed_query(request, "tag"));
  const bool deleted = TRY(state.db.write([&](Tx& tx) -> Result<bool> {
    const bool gone = TRY(store::delete_tag(tx, repository.id, tag));
    if (gone)
      TRY(state.people.audit(tx, actor, {"image.delete", "image", fmt::format("{}:{}", repository.name, tag), ""}));
    return gone;
  }));
  if (!deleted) return fail(Errc::not_found, "image '{}' has no tag '{}'", repository.name, tag);
  return Response::empty(204);
}

Result<Response> change_image_settings(State& state, const Request& request, const Actor& actor) {
  const auto repository = TRY(state.repository_to_write(actor, TRY(needed_query(request, "repository"))));
  const auto wanted = TRY(from_json<ImageSettings>(request.body));
  TRY(state.db.write([&](Tx& tx) -> Result<void> {
    TRY(state.people.audit(tx, actor,
                           {"image.settings", "image", repository.name,
                            wanted.immutable_tags ? "tags immutable" : "tags may be overwritten"}));
    return store::set_immutable(tx, repository.id, wanted.immutable_tags);
  }));
  return Response::json(200, to_json(wanted));
}

}  // namespace

std::vector<Route> image_routes(State& state) {
  const auto bound = [&state](Result<Response> (*handler)(State&, const Request&, const Actor&)) {
    return [&state, handler](const Request& request, const Actor& actor) { return handler(state, request, actor); };
  };
  Route repositories{Method::get, "/api/v1/images", Need::signed_in(), bound(list_images),
                     "List the image repositories one may pull from"};
  repositories.response_schema = answer_schema_of<ImageRepos>();
  Route tags{Method::get, "/api/v1/images/tags", Need::signed_in(), bound(list_image_tags),
             "List the tags of an image repository"};
  tags.response_schema = answer_schema_of<ImageTags>();
  tags.query = {{"repository", "the image repository, such as company/shop"}};
  Route findings{Method::get, "/api/v1/images/findings", Need::signed_in(), bound(list_image_findings),
                 "List what the advisories say of an image's packages"};
  findings.response_schema = answer_schema_of<ImageFindings>();
  findings.query = {{"repository", "the image repository"}, {"digest", "of the image's manifest"}};
  Route remove{Method::del, "/api/v1/images/tags", Need::signed_in(), bound(delete_image_tag), "Delete a tag"};
  remove.query = {{"repository", "the image repository"}, {"tag", "the tag"}};
  Route settings{Method::patch, "/api/v1/images/settings", Need::signed_in(), bound(change_image_settings),
                 "Change the settings of an image repository"};
  settings.query = {{"repository", "the image repository"}};
  settings.request_schema = schema_of<ImageSettings>();
  settings.response_schema = answer_schema_of<ImageSettings>();
  return {std::move(repositories), std::move(tags), std::move(findings), std::move(remove), std::move(settings)};
}

}  // namespace sampan::registry
