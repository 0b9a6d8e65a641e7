// Java: Maven and Gradle builds and their unit tests.
#include "pipeline/steps/kinds.h"
#include "pipeline/steps/tools.h"

namespace sampan::pipeline {
namespace {

const Field kJdk{.name = "jdkVersion",
                 .type = FieldType::version,
                 .meaning = "JDK to use: 8, 11, 17, 21 ...; absent: the one of the machine or image"};
const Field kMaven{
    .name = "mavenVersion", .type = FieldType::version, .meaning = "checked against `mvn --version`; absent: any"};
const Field kGradle{.name = "gradleVersion",
                    .type = FieldType::version,
                    .meaning = "checked against `gradle --version`; absent: any, or the project's wrapper"};
const Field kReportDir{
    .name = "reportDir", .type = FieldType::ignored, .meaning = "reports are read from the JUnit files, see `reports`"};
const Field kReportIndex{.name = "reportIndex",
                         .type = FieldType::ignored,
                         .meaning = "reports are read from the JUnit files, see `reports`"};

std::string tools(const StepFields& fields) {
  std::string text = use_jdk(fields.text("jdkVersion"));
  if (fields.has("mavenVersion")) {
    text += need_tool({"Maven", "mvn --version", fields.text("mavenVersion"),
                       "Install it, or run the job in an image with runsOn.container."});
  }
  if (fields.has("gradleVersion")) {
    text += need_tool(
        {"Gradle", "gradle --version", fields.text("gradleVersion"), "Use the project's wrapper, ./gradlew."});
  }
  return text;
}

void compile_setup(const StepFields& fields, Compilation& out) {
  out.prelude += tools(fields);
  out.cache("~/.m2");
  out.script("java -version\n");
}

void compile_build(const StepFields& fields, Compilation& out) {
  out.cache("~/.m2");
  if (fields.text("run").find("gradle") != std::string::npos) out.cache("~/.gradle/caches");
  out.script(tools(fields) + fields.text("run"));
}

void compile_maven_test(const StepFields& fields, Compilation& out) {
  out.cache("~/.m2");
  out.script(tools(fields) + fields.text("run"));
  out.junit_report(fields);
}

void compile_gradle_test(const StepFields& fields, Compilation& out) {
  out.cache("~/.gradle/caches");
  out.script(tools(fields) + fields.text("run"));
  out.junit_report(fields);
}

}  // namespace

std::span<const StepKind> java_steps() {
  static const std::vector<StepKind> kinds{
      {.name = "JavaBuild",
       .aliases = {},
       .summary = "Builds with a JDK; `~/.m2` is kept between runs of the job.",
       .fields = {kJdk,
                  kMaven,
                  kGradle,
                  {.name = "run", .standard = "mvn -B -DskipTests package", .meaning = "the shell text"}},
       .compile = compile_build},
      {.name = "SetupJava",
       .aliases = {},
       .summary = "Chooses the JDK for all later steps of the job.",
       .fields = {kJdk, kMaven},
       .compile = compile_setup},
      {.name = "MavenUnitTest",
       .aliases = {"JavaUnitTest"},
       .summary = "Runs unit tests by Maven and collects their JUnit reports, also when tests fail.",
       .fields = {kJdk,
                  kMaven,
                  {.name = "run", .standard = "mvn -B test", .meaning = "the shell text"},
                  {.name = "name", .standard = "unit tests", .meaning = "name of the report"},
                  {.name = "reports",
                   .type = FieldType::words,
                   .standard = "**/target/surefire-reports/TEST-*.xml",
                   .meaning = "patterns of the report files"},
                  kReportDir,
                  kReportIndex},
       .compile = compile_maven_test},
      {.name = "GradleUnitTest",
       .aliases = {},
       .summary = "Runs unit tests by Gradle and collects their JUnit reports, also when tests fail.",
       .fields = {kJdk,
                  kGradle,
                  {.name = "run", .standard = "./gradlew test", .meaning = "the shell text"},
                  {.name = "name", .standard = "unit tests", .meaning = "name of the report"},
                  {.name = "reports",
                   .type = FieldType::words,
                   .standard = "**/build/test-results/test/*.xml",
                   .meaning = "patterns of the report files"},
                  kReportDir,
                  kReportIndex},
       .compile = compile_gradle_test},
  };
  return kinds;
}

}  // namespace sampan::pipeline
