// Deploy: the server itself brings an application to an environment; no runner takes part.
#include "pipeline/steps/kinds.h"

namespace sampan::pipeline {
namespace {

void compile_deploy(const StepFields& fields, Compilation& out) {
  out.deploy = DeployPlan{fields.text("application"), fields.text("environment"), fields.text("image"),
                          fields.text("promoteFrom"), fields.text("file"),        ""};
}

}  // namespace

std::span<const StepKind> deploy_steps() {
  static const std::vector<StepKind> kinds{
      {.name = "Deploy",
       .aliases = {},
       .summary = "Brings the application to an environment and ends with the deployment. Its job may hold only "
                  "`Deploy` and `SetVariables` steps.\n"
                  "Exactly one of `image` and `promoteFrom` is given.",
       .fields = {{.name = "environment", .required = true, .meaning = "name of the environment"},
                  {.name = "image", .meaning = "image to deliver, usually `$[stages.STAGE.JOB.STEP.artifacts.NAME]`"},
                  {.name = "promoteFrom",
                   .meaning = "environment whose release of this commit is taken: the same digest"},
                  {.name = "application", .meaning = "name of the application; absent: the one the file names"},
                  {.name = "file", .standard = ".sampan/app.yaml", .meaning = "file that declares the application"}},
       .compile = compile_deploy,
       .platform = true},
  };
  return kinds;
}

}  // namespace sampan::pipeline
