// ArtifactUpload and ArtifactDownload: files that leave a job and reach another.
#include "pipeline/steps/kinds.h"

namespace sampan::pipeline {
namespace {

void compile_upload(const StepFields& fields, Compilation& out) {
  Action action;
  action.action = "artifact_upload";
  action.name = fields.text("artifact");
  action.paths = fields.words("filePath");
  action.include_path = fields.flag("includePathInArtifact");
  out.actions.push_back(std::move(action));
}

void compile_download(const StepFields& fields, Compilation& out) {
  Action action;
  action.action = "artifact_download";
  action.artifact = fields.text("artifact");
  action.into = fields.text("into");
  out.actions.push_back(std::move(action));
}

}  // namespace

std::span<const StepKind> artifact_steps() {
  static const std::vector<StepKind> kinds{
      {.name = "ArtifactUpload",
       .aliases = {"SingleArtifactUpload"},
       .summary = "Keeps files of the workspace as an artifact of the run.",
       .fields = {{.name = "artifact",
                   .required = true,
                   .meaning = "its name, for `$[stages.STAGE.JOB.STEP.artifacts.NAME]`"},
                  {.name = "filePath",
                   .type = FieldType::words,
                   .required = true,
                   .meaning = "paths or patterns in the workspace"},
                  {.name = "includePathInArtifact",
                   .type = FieldType::flag,
                   .standard = "false",
                   .meaning = "keep the folders above the files"},
                  {.name = "uploadType", .standard = "flowPublic", .meaning = "where to", .choices = {"flowPublic"}},
                  {.name = "version", .type = FieldType::ignored, .meaning = "an artifact belongs to its run"}},
       .compile = compile_upload},
      {.name = "ArtifactDownload",
       .aliases = {},
       .summary = "Unpacks an artifact of an earlier job into the workspace.",
       .fields = {{.name = "artifact", .required = true, .meaning = "`$[stages.STAGE.JOB.STEP.artifacts.NAME]`"},
                  {.name = "into", .standard = ".", .meaning = "folder of the workspace"}},
       .compile = compile_download},
  };
  return kinds;
}

}  // namespace sampan::pipeline
