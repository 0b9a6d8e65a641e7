// Scans: the platform's own scanner at work on the checkout. What it counts are metrics, which red lines compare.
#include "pipeline/steps/kinds.h"

namespace sampan::pipeline {
namespace {

constexpr std::string_view kMetricsFile = ".sampan-metrics";
constexpr std::string_view kReportFile = ".sampan-scan.xml";

// What the scanner says of the missing file is true, and no help to who cannot put one there.
constexpr std::string_view kNoAdvisories =
    "[ $sampan_code -ne 6 ] || [ -e \"${SAMPAN_ADVISORIES:-}\" ] || echo 'the server has no advisories yet: its "
    "administrator brings them with `sampan advisories import PATH... --file DATA/advisories`' >&2\n";

const Field kFolder{.name = "path", .standard = ".", .meaning = "the folder to scan", .aliases = {"dir"}};
const Field kExclusion{.name = "exclusion",
                       .type = FieldType::words,
                       .meaning = "patterns of paths to leave out, beside those of .sampan/scan.yaml",
                       .aliases = {"exclusions", "exclude"}};
const Field kName{.name = "name", .standard = "code scan", .meaning = "name of the report"};
const Field kRedlines{.name = "redlines",
                      .type = FieldType::redlines,
                      .meaning =
                          "metric, comparator (`LE`, `GE`, `EQ`) and limit; a crossed one fails the job. Absent: "
                          "the limits of .sampan/scan.yaml",
                      .aliases = {"redline"}};

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// With red lines of its own the step's verdict is theirs: exit code 1, over the limits of the file, is not one.
void compile_scan(const StepFields& fields, Compilation& out, std::string_view engines) {
  std::string options = fmt::format(" --engines {} --metrics {} --junit {}", engines, kMetricsFile, kReportFile);
  for (const auto& pattern : fields.words("exclusion")) options += " --exclude " + quoted(pattern);
  const auto redlines = fields.redlines("redlines");
  out.script(fmt::format(
      "[ -x \"${{SAMPAN_PROGRAM:-}}\" ] || {{ echo 'this step needs the sandbox of the machine: leave runsOn.container "
      "out, or run the job on a runner of this version' >&2; exit 1; }}\n"
      "sampan_code=0\n\"$SAMPAN_PROGRAM\" scan{} {} || sampan_code=$?\n{}{}exit $sampan_code\n",
      options, quoted(fields.text("path")), engines.ends_with("packages") ? kNoAdvisories : "",
      redlines.empty() ? "" : "[ $sampan_code -ne 1 ] || sampan_code=0\n"));
  Action report;
  report.action = "junit_report";
  report.name = fields.text("name");
  report.paths = {std::string(kReportFile)};
  report.always = true;
  out.actions.push_back(std::move(report));
  Action metrics;
  metrics.action = "metrics";
  metrics.paths = {std::string(kMetricsFile)};
  metrics.always = true;
  metrics.redlines = redlines;
  out.actions.push_back(std::move(metrics));
}

void compile_p3c(const StepFields& fields, Compilation& out) { compile_scan(fields, out, "p3c"); }
void compile_secrets(const StepFields& fields, Compilation& out) { compile_scan(fields, out, "secrets"); }
void compile_packages(const StepFields& fields, Compilation& out) { compile_scan(fields, out, "packages"); }
void compile_all(const StepFields& fields, Compilation& out) { compile_scan(fields, out, "p3c,secrets,packages"); }

}  // namespace

std::span<const StepKind> scan_steps() {
  static const std::vector<Field> fields{kFolder, kExclusion, kName, kRedlines};
  static const std::vector<StepKind> kinds{
      {.name = "JavaP3CScan",
       .aliases = {"JavaFindBugs", "AndroidCodeScan"},
       .summary = "Checks Java code by the Alibaba guidelines. Metrics: `p3c.blocker`, `p3c.critical`, `p3c.major`, "
                  "`scan.gaps`.",
       .fields = fields,
       .compile = compile_p3c},
      {.name = "SecretScan",
       .aliases = {"SensitiveInformationScan"},
       .summary = "Looks for passwords, keys and tokens. Metrics: `secrets.blocker`, `secrets.critical`, "
                  "`secrets.major`, `scan.gaps`.",
       .fields = fields,
       .compile = compile_secrets},
      {.name = "DependencySecurityScan",
       .aliases = {"PythonDependencySecurityScan"},
       .summary = "Looks up the packages of every language in the advisories that the server has. Metrics: "
                  "`packages.blocker`, "
                  "`packages.critical`, `packages.major`, `scan.gaps`.",
       .fields = fields,
       .compile = compile_packages},
      {.name = "CodeScan",
       .aliases = {"JavaScriptCodeScan", "TSLint", "GolangCodeScan", "PythonCodeScan", "PythonBandit", "CppCodeScan",
                   "PhpMetricsScan", "SonarQube", "Pinpoint"},
       .summary = "All engines on whatever languages there are. Metrics: those of the three steps above.",
       .fields = fields,
       .compile = compile_all},
  };
  return kinds;
}

}  // namespace sampan::pipeline
