// What each kind of action does (docs/formats/runner.md).
#include "base/archive.h"
#include "base/files.h"
#include "base/text.h"
#include "runner/job.h"
#include "runner/metrics.h"
#include "runner/sarif_join.h"
#include "runner/substitute.h"
#include "runner/workspace.h"

namespace sampan::runner {

namespace {

constexpr int kNotStarted = 125;  // of sampan-launch and of buildah
constexpr std::size_t kMostReports = 5'000, kMostReportBytes = 16 << 20, kMostHeldBytes = 32 << 20,
                      kMostMetricBytes = 64 << 10;

std::string text_of_size(std::int64_t bytes) {
  if (bytes % (1 << 30) == 0) return fmt::format("{} GiB", bytes >> 30);
  return fmt::format("{} MiB", bytes >> 20);
}

}  // namespace

Result<Job::StepEnd> Job::act(const Step& next, Action action) {
  TRY(substitute(action, variables()));
  if (action.action == "script") return script(action);
  if (action.action == "junit_report") return junit(next, action);
  if (action.action == "sarif_report") return sarif(next, action);
  if (action.action == "metrics") return metrics(next, action);
  if (action.action == "artifact_upload") return upload(next, action);
  if (action.action == "artifact_download") return download(action);
  if (action.action == "image_build") return image(next, action);
  if (action.action == "set_variables") {
    for (const auto& [key, value] : action.variables.value_or(std::vector<KeyValue>())) set_[key] = value;
    return StepEnd{};
  }
  static const std::vector<std::string> kKinds = {"script",          "junit_report",      "sarif_report",
                                                  "artifact_upload", "artifact_download", "image_build",
                                                  "metrics",         "set_variables"};
  return fail(Errc::invalid, "this runner ({}) does not know the action '{}'{}: is it older than the server?",
              SAMPAN_VERSION, action.action, did_you_mean(action.action, kKinds));
}

Job::StepEnd Job::end_of(const Ended& ended) const {
  if (!ended.why.empty()) return {false, ended.why, ended.exit.code};
  if (ended.exit.ok()) return {true, "", 0};
  if (ended.out_of_memory)
    return {false, fmt::format("killed: over its memory limit of {}", text_of_size(memory_limit())), ended.exit.code};
  if (ended.exit.code == kNotStarted) return {false, "it could not be started: its log says why", kNotStarted};
  if (ended.exit.signal != 0) return {false, fmt::format("ended by signal {}", ended.exit.signal), ended.exit.code};
  return {false, fmt::format("exit code {}", ended.exit.code), ended.exit.code};
}

Result<Job::StepEnd> Job::script(const Action& action) {
  auto values = variables();
  for (const auto& [key, value] : action.environment.value_or(std::vector<KeyValue>())) values[key] = value;
  auto command = TRY(script_command(room_, action.shell.value_or("bash"), action.script.value_or("")));
  command.env = step_environment(values);
  const auto workdir = action.workdir.value_or("");
  const auto ended = container_ ? container_->run(supervision(), room_, command, workdir)
                                : supervise(supervision(), TRY(sandbox_options(room_, workdir)), command);
  if (!ended.has_value()) return ended.error();
  auto end = end_of(*ended);
  script_failed_ = script_failed_ || !end.ok;
  return end;
}

Result<Job::StepEnd> Job::upload(const Step& next, const Action& action) {
  const auto name = action.name.value_or("artifact");
  if (name.find('/') != std::string::npos || name.starts_with(".") || name.empty())
    return fail(Errc::invalid,
                "'{}' is not a name for an artifact: expected one without '/' that does not begin with '.'", name);
  const auto archive = place_.folder + "/artifact.tar.zst";
  const auto parents = action.include_path.value_or(false) ? Parents::kept : Parents::cut;
  const auto files = TRY(pack_matching(room_.workspace, action.paths.value_or(std::vector<std::string>()), parents,
                                       place_.folder + "/staging", archive)
                             .context(fmt::format("artifact '{}'", name)));
  TRY(observer_.artifact({next.key, name, name + ".tar.zst", "archive", archive}));
  TRY(remove_tree(archive));
  sink_.line(fmt::format("uploaded {} files as artifact '{}'", files, name));
  return StepEnd{};
}

Result<Job::StepEnd> Job::download(const Action& action) {
  const auto folder = TRY(folder_inside(room_.workspace, action.into.value_or(".")));
  const auto archive = place_.folder + "/download.tar.zst";
  TRY(observer_.download(action.artifact.value_or(""), archive));
  const auto size = TRY(unpack(archive, folder));
  TRY(remove_tree(archive));
  TRY(give_to_build_user(folder));
  sink_.line(fmt::format("unpacked {} entries into {}", size.entries, action.into.value_or(".")));
  return StepEnd{};
}

Result<Job::StepEnd> Job::junit(const Step& next, const Action& action) {
  const auto patterns = action.paths.value_or(std::vector<std::string>());
  const auto files = TRY(matching_files(room_.workspace, patterns, kMostReports));
  if (files.empty()) sink_.line(fmt::format("no test report matches {}", fmt::join(patterns, ", ")));
  const auto name = action.name.value_or("tests");
  Masker mask(secrets_of(order_));
  std::size_t held = 0;
  for (const auto& report : held_reports_) held += report.xml.size();
  for (const auto& file : files) {
    const auto text = TRY(read_plain(room_.workspace + "/" + file, kMostReportBytes));
    auto xml = mask.feed(text);
    xml += mask.finish();
    held += xml.size();
    if (may_repeat_ && held <= kMostHeldBytes)
      held_reports_.push_back({next.key, name, std::move(xml)});
    else
      TRY(observer_.junit(next.key, name, xml).context(file));
  }
  return StepEnd{};
}

// All files at once, since the server replaces what a tool said of the commit before.
Result<Job::StepEnd> Job::sarif(const Step& next, const Action& action) {
  const auto patterns = action.paths.value_or(std::vector<std::string>());
  const auto files = TRY(matching_files(room_.workspace, patterns, kMostReports));
  if (files.empty()) return StepEnd{false, fmt::format("no SARIF file matches {}", fmt::join(patterns, ", ")), {}};
  Masker mask(secrets_of(order_));
  SarifJoin all;
  for (const auto& file : files) {
    const auto text = TRY(read_plain(room_.workspace + "/" + file, kMostReportBytes));
    auto masked = mask.feed(text);
    masked += mask.finish();
    TRY(all.add(masked).context(file));
  }
  TRY(observer_.sarif(next.key, action.name.value_or(""), TRY(all.text(kMostReportBytes))));
  sink_.line(fmt::format("handed in {} SARIF file{}", files.size(), files.size() == 1 ? "" : "s"));
  return StepEnd{};
}

Result<Job::StepEnd> Job::metrics(const Step& next, const Action& action) {
  const auto file = action.paths && !action.paths->empty() ? action.paths->front() : "";
  auto list = TRY(parse_metrics(TRY(read_plain(room_.workspace + "/" + file, kMostMetricBytes))).context(file));
  TRY(draw(action.redlines.value_or(std::vector<RedLine>()), list));
  for (const auto& metric : list) sink_.line(fmt::format("{} = {}", metric.name, metric.value));
  TRY(observer_.metrics(next.key, list));
  auto crossed = breaches(list);
  return StepEnd{crossed.empty(), std::move(crossed), {}};
}

Result<Job::StepEnd> Job::image(const Step& next, const Action& action) {
  const auto built = TRY(asking_server([&]() -> Result<BuiltImage> {
    auto workshop = TRY(Workshop::open(workshop_place(), order_, "building images"));
    return build_image(supervision(), std::move(workshop), workshop_place(), action, room_.workspace);
  }));
  TRY(observer_.image(next.key, action.artifact.value_or("image"), built));
  return StepEnd{};
}

}  // namespace sampan::runner
