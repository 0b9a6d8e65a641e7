// Runs, their logs and gates.
#include "cli/commands.h"

namespace sampan::cli {

namespace json = boost::json;

namespace {

bool is_over(std::string_view state) {
  return state == "succeeded" || state == "failed" || state == "canceled" || state == "skipped";
}

void print_run(const Show& show, const Json& run) {
  show.line(fmt::format("#{} {} {} {} {}  {}", number_of(run, "number"), text_of(run, "pipeline"), text_of(run, "ref"),
                        text_of(run, "sha").substr(0, 8), text_of(run, "state"), text_of(run, "reason")));
  std::vector<std::vector<std::string>> rows;
  for (const auto& stage : items_of(run, "stages")) {
    for (const auto& job : items_of(stage, "jobs")) {
      rows.push_back({"  " + text_of(stage, "name"), text_of(job, "key"), text_of(job, "state"),
                      fmt::format("{:.1f}s", real_of(job, "duration_s")), text_of(job, "reason")});
    }
  }
  show.world.out(table(rows));
}

// The job of a run by its key; without one, the first that failed, else runs, else the last that has a log.
Result<std::int64_t> job_of(Api& api, std::int64_t run, const std::string& key) {
  const auto answer = TRY(api.get(fmt::format("/api/v1/runs/{}", run)));
  std::int64_t failed = 0, running = 0, any = 0;
  std::vector<std::string> keys;
  for (const auto& stage : items_of(answer, "stages")) {
    for (const auto& job : items_of(stage, "jobs")) {
      const auto id = number_of(job, "id");
      if (!key.empty() && (text_of(job, "key") == key || std::to_string(id) == key)) return id;
      keys.push_back(text_of(job, "key"));
      if (text_of(job, "state") == "failed" && failed == 0) failed = id;
      if (text_of(job, "state") == "running") running = id;
      if (!text_of(job, "started_at").empty()) any = id;
    }
  }
  if (!key.empty())
    return fail(Errc::not_found, "run {} has no job '{}'; its jobs are {}", run, key, fmt::join(keys, ", "));
  return failed ? failed : (running ? running : any);
}

}  // namespace

Verb run_list(Api& api, const Show& show, const std::string& repo) {
  const auto answer = TRY(api.get(repo.empty() ? "/api/v1/runs" : "/api/v1/repos/" + repo + "/runs"));
  if (show.json) return show.raw(answer), kDone;
  std::vector<std::vector<std::string>> rows = {{"RUN", "REPOSITORY", "PIPELINE", "REF", "STATE", "TITLE"}};
  for (const auto& run : items_of(answer)) {
    rows.push_back({text_of(run, "id"), text_of(run, "repo"),
                    fmt::format("{} #{}", text_of(run, "pipeline"), number_of(run, "number")), text_of(run, "ref"),
                    text_of(run, "state"), text_of(run, "title")});
  }
  show.world.out(table(rows));
  return kDone;
}

Verb run_start(Api& api, const Show& show, const std::string& repo, const std::string& pipeline, const std::string& ref,
               const std::vector<std::string>& variables, bool wait) {
  json::object values;
  for (const auto& text : variables) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(Errc::invalid, "--variable '{}': expected KEY=VALUE", text);
    values[text.substr(0, equals)] = text.substr(equals + 1);
  }
  const auto run = TRY(api.post("/api/v1/repos/" + repo + "/runs",
                                {{"pipeline", pipeline}, {"ref", ref}, {"variables", std::move(values)}}));
  if (wait) return run_wait(api, show, number_of(run, "id"));
  if (show.json) return show.raw(run), kDone;
  show.line(fmt::format("run {} started: {}/runs/{}", number_of(run, "id"), api.url(), number_of(run, "id")));
  return kDone;
}

Verb run_show(Api& api, const Show& show, std::int64_t run) {
  const auto answer = TRY(api.get(fmt::format("/api/v1/runs/{}", run)));
  if (show.json) return show.raw(answer), kDone;
  print_run(show, answer);
  return kDone;
}

Verb run_wait(Api& api, const Show& show, std::int64_t run) {
  const auto path = fmt::format("/api/v1/runs/{}", run);
  Json answer = TRY(api.get(path));
  std::string shown;
  while (!is_over(text_of(answer, "state"))) {
    if (const auto now = text_of(answer, "state") + " " + text_of(answer, "reason"); now != shown && !show.json)
      show.line(shown = now);
    std::optional<Error> broken;
    TRY(api.follow("/api/v1/stream", {{"topics", fmt::format("run:{}", run)}}, [&](std::string_view, std::string_view) {
      auto next = api.get(path);
      if (!next.has_value())
        broken = next.error();
      else
        answer = std::move(*next);
      return !broken && !is_over(text_of(answer, "state"));
    }));
    if (broken) return *broken;
  }
  if (show.json)
    show.raw(answer);
  else
    print_run(show, answer);
  return text_of(answer, "state") == "succeeded" ? kDone : kFailed;
}

Verb run_act(Api& api, const Show& show, std::int64_t run, const std::string& act) {
  const auto answer = TRY(api.post(fmt::format("/api/v1/runs/{}/{}", run, act)));
  if (show.json) return show.raw(answer), kDone;
  show.line(fmt::format("{}: done", act));
  return kDone;
}

Verb run_logs(Api& api, const Show& show, std::int64_t run, const std::string& job_key, bool follow) {
  const auto job = TRY(job_of(api, run, job_key));
  if (job == 0) return fail(Errc::not_found, "run {} has no job that has written anything yet", run);
  const auto path = fmt::format("/api/v1/runs/{}/jobs/{}/log", run, job);
  if (follow) {
    TRY(api.follow(path + "/stream", {{"from_line", "0"}}, [&](std::string_view event, std::string_view data) {
      const auto chunk = parse_json(data);
      if (!chunk.has_value() || event == "end") return event != "end";
      for (const auto& line : items_of(*chunk, "lines")) show.line(text_of(line, "text"));
      return true;
    }));
    return kDone;
  }
  for (std::int64_t from = 0;;) {
    const auto page = TRY(api.get(path, {{"from_line", std::to_string(from)}, {"lines", "5000"}}));
    if (show.json) show.raw(page);
    for (const auto& line : items_of(page, "lines")) {
      if (!show.json) show.line(text_of(line, "text"));
    }
    from += static_cast<std::int64_t>(items_of(page, "lines").size());
    if (items_of(page, "lines").empty() || from >= number_of(page, "total_lines")) return kDone;
  }
}

Verb approve(Api& api, const Show& show, const Verdict& verdict) {
  auto job = verdict.job;
  if (job.empty()) {
    const auto answer = TRY(api.get(fmt::format("/api/v1/runs/{}", verdict.run)));
    for (const auto& stage : items_of(answer, "stages")) {
      for (const auto& candidate : items_of(stage, "jobs")) {
        if (text_of(candidate, "state") == "waiting" && member_of(candidate, "gate").is_object())
          job = text_of(candidate, "id");
      }
    }
    if (job.empty()) return fail(Errc::conflict, "run {} has no gate that waits for approval", verdict.run);
  } else {
    job = std::to_string(TRY(job_of(api, verdict.run, job)));
  }
  json::object body{{"comment", verdict.comment}};
  if (!verdict.release_at.empty()) body["release_at"] = verdict.release_at;
  const auto answer = TRY(api.post(
      fmt::format("/api/v1/runs/{}/jobs/{}/{}", verdict.run, job, verdict.refuse ? "refuse" : "approve"), body));
  if (show.json) return show.raw(answer), kDone;
  show.line(verdict.refuse ? "refused"
                           : (verdict.release_at.empty() ? "approved" : "approved, released at " + verdict.release_at));
  return kDone;
}

}  // namespace sampan::cli
