#include "runner/image_build.h"

#include <filesystem>

#include "base/crypto.h"
#include "base/files.h"
#include "base/text.h"
#include "runner/sandbox.h"

namespace sampan::runner {

namespace {

namespace fs = std::filesystem;

// The place itself, symlinks followed, when it is inside the workspace.
Result<std::string> inside(const std::string& workspace, const std::string& path, std::string_view what) {
  std::error_code error;
  const auto root = fs::canonical(workspace, error);
  const auto place = fs::canonical(workspace + "/" + path, error);
  if (error) return fail(Errc::invalid, "{} '{}' is not in the checkout", what, path);
  const auto text = place.string();
  if (text != root.string() && !text.starts_with(root.string() + "/")) return fail(Errc::invalid, "{} '{}' leads out of the checkout to {}", what, path, text);
  return text;
}

std::vector<std::string> buildah(const std::string& images) {
  return {"buildah", "--root", images + "/root", "--runroot", images + "/run", "--storage-driver", "overlay"};
}

void append(std::vector<std::string>& list, std::initializer_list<std::string> words) { list.insert(list.end(), words); }

Result<void> must(const Supervision& supervision, const Command& command, std::string_view what) {
  const auto ended = TRY(supervise(supervision, command));
  if (!ended.why.empty()) return fail(Errc::conflict, "{}", ended.why);
  if (!ended.exit.ok()) return fail(Errc::invalid, "{} failed: buildah ended with {}", what, ended.exit.code);
  return {};
}

}  // namespace

Result<void> write_container_settings(const std::string& folder, const std::string& registry) {
  TRY(make_directories(folder, 0700));
  TRY(write_file_durably(folder + "/registries.conf", fmt::format("unqualified-search-registries = []\n[[registry]]\nlocation = \"{}\"\ninsecure = true\n", registry)));
  return write_file_durably(folder + "/policy.json", "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}\n");
}

Result<BuiltImage> build_image(const Supervision& supervision, const Order& order, const Action& action, const std::string& workspace, const std::string& images,
                               const std::string& scratch) {
  const auto context = TRY(inside(workspace, action.context.value_or("."), "the build context"));
  const auto dockerfile = TRY(inside(workspace, action.dockerfile.value_or("Dockerfile"), "the Dockerfile"));
  const auto image = action.image.value_or("");
  const auto tags = action.tags.value_or(std::vector<std::string>());
  if (image.empty() || tags.empty()) return fail(Errc::invalid, "the image has no name or no tag");
  for (const auto& tag : tags) {
    if (tag.empty() || tag.front() == '-' || tag.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != std::string::npos) {
      return fail(Errc::invalid, "'{}' is not a tag: letters, digits, . _ -", tag);
    }
  }
  TRY(write_container_settings(images, order.registry));
  TRY(make_directories(scratch, 0700));
  const auto auth = scratch + "/auth.json", digest_file = scratch + "/digest";
  TRY(write_file_durably(auth, fmt::format("{{\"auths\":{{\"{}\":{{\"auth\":\"{}\"}}}}}}", order.registry, base64("job:" + order.token)), 0600));

  Command command;
  command.env = {{"BUILDAH_ISOLATION", "chroot"}, {"CONTAINERS_REGISTRIES_CONF", images + "/registries.conf"}, {"REGISTRY_AUTH_FILE", auth}};
  const auto local = fmt::format("{}:{}", image, tags.front());
  command.argv = buildah(images);
  append(command.argv, {"bud", "--layers", "--pull=false", "--signature-policy", images + "/policy.json", "--format", "oci", "-t", local, "-f", dockerfile});
  if (action.no_cache.value_or(false)) append(command.argv, {"--no-cache"});
  for (const auto& [key, value] : action.build_args.value_or(std::vector<KeyValue>())) append(command.argv, {"--build-arg", key + "=" + value});
  append(command.argv, {"--", context});
  TRY(must(supervision, command, "building the image"));
  for (const auto& tag : tags) {
    command.argv = buildah(images);
    append(command.argv, {"push", "--quiet", "--signature-policy", images + "/policy.json", "--digestfile", digest_file, "--", local, fmt::format("docker://{}:{}", image, tag)});
    TRY(must(supervision, command, "pushing the image"));
  }
  const auto digest = std::string(trim(TRY(read_file(digest_file))));
  supervision.sink.line(fmt::format("pushed {}:{} as {}", image, fmt::join(tags, ","), digest));
  return BuiltImage{image, digest};
}

}  // namespace sampan::runner
