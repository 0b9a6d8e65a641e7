#include "runner/image_build.h"

#include <filesystem>

#include "base/files.h"
#include "base/log.h"
#include "base/text.h"

namespace sampan::runner {

namespace {

namespace fs = std::filesystem;

// The place itself, symlinks followed, relative to the workspace ("." is all of it), when it is inside of it.
Result<std::string> inside(const std::string& workspace, const std::string& path, std::string_view what) {
  std::error_code error;
  const auto root = fs::canonical(workspace, error);
  if (error) return fail(Errc::internal, "{}: {}", workspace, error.message());
  const auto place = fs::canonical(workspace + "/" + path, error);
  if (error) return fail(Errc::invalid, "{} '{}' is not in the checkout", what, path);
  auto below = place.lexically_relative(root).string();
  if (below == ".." || below.starts_with("../"))
    return fail(Errc::invalid, "{} '{}' leads out of the checkout to {}", what, path, place.string());
  return below;
}

Result<void> check_tag(const std::string& tag) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  if (!tag.empty() && tag.size() <= 128 && tag.front() != '-' && tag.front() != '.' &&
      tag.find_first_not_of(kLetters) == std::string::npos)
    return {};
  return fail(Errc::invalid,
              "'{}' is not a tag: expected 1 to 128 letters, digits, '.', '_' and '-', not beginning with '.' or '-'",
              tag);
}

void add(std::vector<std::string>& list, std::initializer_list<std::string> words) { list.insert(list.end(), words); }

}  // namespace

Result<BuiltImage> build_image(const Supervision& supervision, Workshop workshop, const WorkshopPlace& place,
                               const Action& action, const std::string& workspace) {
  const auto context = TRY(inside(workspace, action.context.value_or("."), "the build context"));
  const auto dockerfile = TRY(inside(workspace, action.dockerfile.value_or("Dockerfile"), "the Dockerfile"));
  const auto image = action.image.value_or("");
  const auto tags = action.tags.value_or(std::vector<std::string>());
  const auto build_args = action.build_args.value_or(std::vector<KeyValue>());
  if (image.empty() || tags.empty()) return fail(Errc::invalid, "the image has no name or no tag");
  for (const auto& tag : tags) TRY(check_tag(tag));
  for (const auto& [key, value] : build_args) {
    if (key.empty() || key.find('=') != std::string::npos || key.starts_with("-"))
      return fail(Errc::invalid, "'{}' is not a name for a build argument", key);
  }
  const Bind code{workspace, "/workspace", false};
  workshop.bind(code);
  const auto sandbox = workshop.sandbox(Workshop::Network::on);
  const auto root = workshop.seen(code);
  const auto local = fmt::format("{}:{}", image, tags.front());
  std::vector<std::string> words = {
      "bud", "--layers", "--pull=false", "--signature-policy",   workshop.policy(), "--format", "oci",
      "-t",  local,      "-f",           root + "/" + dockerfile};
  if (action.no_cache.value_or(false)) add(words, {"--no-cache"});
  for (const auto& [key, value] : build_args)
    add(words, {"--build-arg", key});  // the value from the environment: arguments are seen by everybody
  add(words, {"--", context == "." ? root : root + "/" + context});
  auto build = workshop.buildah(std::move(words));
  for (const auto& [key, value] : build_args) build.env.emplace_back(key, value);
  TRY(workshop.sweep(supervision));
  const auto built = must_succeed(supervise(supervision, sandbox, build), "building the image");
  if (const auto swept = workshop.sweep(supervision); !swept.has_value())
    log::warning("runner", "{}", swept.error().message);
  TRY(built);
  for (const auto& tag : tags) {
    const auto push =
        workshop.buildah({"push", "--quiet", "--signature-policy", workshop.policy(), "--digestfile",
                          workshop.scratch() + "/digest", "--", local, fmt::format("docker://{}:{}", image, tag)});
    TRY(must_succeed(supervise(supervision, sandbox, push), "pushing the image"));
  }
  const auto digest = std::string(trim(TRY(read_file(place.scratch + "/digest", 1024))));
  supervision.sink.line(fmt::format("pushed {}:{} as {}", image, fmt::join(tags, ","), digest));
  return BuiltImage{image, digest};
}

}  // namespace sampan::runner
