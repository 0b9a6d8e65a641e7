// ImageBuild: a Dockerfile becomes an image in the built-in registry.
#include "pipeline/steps/kinds.h"

namespace sampan::pipeline {
namespace {

// The first part of a reference is a host when it looks like one (distribution/reference: a dot, a port, or localhost).
bool names_host(const std::string& image) {
  const std::size_t slash = image.find('/');
  if (slash == std::string::npos) return false;
  const std::string first = image.substr(0, slash);
  return first.find_first_of(".:$") != std::string::npos || first == "localhost";
}

void compile_image(const StepFields& fields, Compilation& out) {
  Action action;
  action.action = "image_build";
  action.artifact = fields.text("artifact");
  action.dockerfile = fields.text("dockerfile");
  action.context = fields.text("context");
  std::string image = fields.has("image") ? fields.text("image") : out.repo_path;
  action.tags = fields.words("tag");
  // Flow's PrivateRegistryDockerBuild writes the tag behind the image: "registry/group/app:tag".
  const std::size_t colon = image.rfind(':');
  if (colon != std::string::npos && image.find('/', colon) == std::string::npos && image[colon - 1] != '$') {
    if (!fields.has("tag")) action.tags = {image.substr(colon + 1)};
    image.resize(colon);
  }
  if (action.tags->empty()) action.tags = {"${CI_COMMIT_ID}"};
  action.image = names_host(image) ? image : out.registry_host + "/" + image;
  action.build_args = fields.pairs("buildArgs");
  action.no_cache = fields.flag("noCache");
  out.actions.push_back(std::move(action));
}

const std::string kOwnRegistry = "the image goes to the built-in registry with the job's own token";

}  // namespace

std::span<const StepKind> image_steps() {
  static const std::vector<StepKind> kinds{
      {.name = "ImageBuild",
       .aliases = {"ACRDockerBuild", "ACREEDockerBuild", "PrivateRegistryDockerBuild", "DockerBuildPush",
                   "DockerBuildPushACR", "DockerBuildPushACREE"},
       .summary = "Builds an image from a Dockerfile without a daemon and pushes it. "
                  "`$[stages.STAGE.JOB.STEP.artifacts.NAME]` is its reference by digest.",
       .fields =
           {{.name = "artifact", .standard = "image", .meaning = "name of the image among the run's artifacts"},
            {.name = "image",
             .meaning = "repository in the registry; absent: the path of the code repository",
             .aliases = {"dockerRegistry"}},
            {.name = "tag",
             .type = FieldType::words,
             .meaning = "tags; absent: `${CI_COMMIT_ID}`",
             .aliases = {"dockerTag", "tags"}},
            {.name = "dockerfile",
             .standard = "Dockerfile",
             .meaning = "path of the Dockerfile in the checkout",
             .aliases = {"dockerfilePath"}},
            {.name = "context", .standard = ".", .meaning = "folder sent to the build", .aliases = {"contextPath"}},
            {.name = "buildArgs", .type = FieldType::pairs, .meaning = "build arguments", .aliases = {"variables"}},
            {.name = "noCache", .type = FieldType::flag, .standard = "false", .meaning = "build every layer anew"},
            {.name = "serviceConnection", .type = FieldType::ignored, .meaning = kOwnRegistry},
            {.name = "certificate", .type = FieldType::ignored, .meaning = kOwnRegistry},
            {.name = "region", .type = FieldType::ignored, .meaning = kOwnRegistry},
            {.name = "instance", .type = FieldType::ignored, .meaning = kOwnRegistry},
            {.name = "namespace", .type = FieldType::ignored, .meaning = kOwnRegistry},
            {.name = "useVpcAddress", .type = FieldType::ignored, .meaning = kOwnRegistry},
            {.name = "cacheType", .type = FieldType::ignored, .meaning = "layers are kept on the runner"},
            {.name = "buildkitVersion", .type = FieldType::ignored, .meaning = "images are built without BuildKit"}},
       .compile = compile_image},
  };
  return kinds;
}

}  // namespace sampan::pipeline
