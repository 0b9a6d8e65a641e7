// What a job leaves behind: artifacts, images, test reports, caches.
#include <unistd.h>

#include "base/crypto.h"
#include "base/text.h"
#include "pipeline/artifact_store.h"
#include "pipeline/junit.h"
#include "pipeline/run_store.h"
#include "pipeline/runner_api.h"
#include "pipeline/runner_wire.h"

namespace sampan::pipeline {
namespace {

Result<void> check_name(std::string_view what, std::string_view name) {
  const bool right = !name.empty() && name.size() <= 200 && name != "." && name != ".." &&
                     name.find('/') == std::string_view::npos && is_valid_utf8(name) &&
                     std::all_of(name.begin(), name.end(),
                                 [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '\\' && c != '"'; });
  if (right) return {};
  return fail(Errc::invalid,
              "'{}' is not {}: expected a name without slashes and control characters, at most 200 bytes", name, what);
}

Response bytes_of(Fd file, std::uint64_t size) {
  Response response;
  response.body = FileBody{std::shared_ptr<const int>(new int(file.release()),
                                                      [](const int* fd) {
                                                        ::close(*fd);
                                                        delete fd;
                                                      }),
                           0, size};
  response.set("Content-Type", "application/octet-stream");
  return response;
}

}  // namespace

Result<Response> RunnerApi::put_artifact(const Request& request, const Actor& actor) {
  const std::int64_t fence = TRY(query_number(request, "fence"));
  store::ArtifactRow artifact;
  artifact.name = request.param("name");
  artifact.file_name = request.find_query("file_name").value_or(artifact.name);
  artifact.kind = request.find_query("kind").value_or("archive");
  artifact.step = request.find_query("step").value_or("");
  TRY(check_name("a name for an artifact", artifact.name));
  TRY(check_name("a file name", artifact.file_name));
  if (artifact.kind != "archive" && artifact.kind != "file")
    return fail(Errc::invalid, "the kind '{}' of an artifact: expected archive or file", artifact.kind);
  artifact.size = static_cast<std::int64_t>(request.spooled->size);
  artifact.sha256 = request.spooled->sha256;
  // The bytes are there and durable before anything refers to them.
  TRY(room_.db.read([&](Tx& tx) { return leased_job(tx, request, actor, fence); }));
  const auto& body = *request.spooled;
  TRY(body.path.empty() ? room_.blobs->put(body.bytes, artifact.sha256)
                        : room_.blobs->adopt(body.path, artifact.sha256));
  const ArtifactId id = TRY(room_.db.write([&](Tx& tx) -> Result<ArtifactId> {
    const store::JobRow job = TRY(leased_job(tx, request, actor, fence));
    artifact.run = job.run;
    artifact.job = job.id;
    artifact.repo = job.repo;
    artifact.created_at = room_.clock.now();
    room_.publish(tx, fmt::format("run:{}", job.run.value));
    return store::put_artifact(tx, artifact);
  }));
  return Response::json(200, to_json(wire::ArtifactAnswer{id.value, artifact.sha256, artifact.size}));
}

Result<Response> RunnerApi::put_image(const Request& request, const Actor& actor) {
  const auto report = TRY(from_json<wire::Image>(request.body));
  TRY(check_name("a name for an artifact", report.name));
  const auto digest = Digest::parse(report.digest);
  if (!digest) return fail(Errc::invalid, "'{}' is not a digest: expected sha256: and 64 hex digits", report.digest);
  const ArtifactId id = TRY(room_.db.write([&](Tx& tx) -> Result<ArtifactId> {
    const store::JobRow job = TRY(leased_job(tx, request, actor, report.fence));
    store::ArtifactRow artifact;
    artifact.run = job.run;
    artifact.job = job.id;
    artifact.repo = job.repo;
    artifact.step = report.step.value_or("");
    artifact.name = report.name;
    artifact.kind = "image";
    artifact.sha256 = digest->hex();
    artifact.image = report.image;
    artifact.created_at = room_.clock.now();
    room_.publish(tx, fmt::format("run:{}", job.run.value));
    return store::put_artifact(tx, artifact);
  }));
  return Response::json(200, to_json(wire::ArtifactAnswer{id.value, digest->hex(), 0}));
}

Result<Response> RunnerApi::get_artifact(const Request& request, const Actor& actor) {
  const ArtifactId id{TRY(number_of(request.param("artifact"), "the artifact's id"))};
  const store::ArtifactRow artifact = TRY(room_.db.read([&](Tx& tx) -> Result<store::ArtifactRow> {
    store::ArtifactRow found = TRY(store::load_artifact(tx, id));
    if (actor.kind == Actor::Kind::job && actor.only_repo != found.repo)
      return fail(Errc::not_found, "there is no artifact {}", id.value);
    return found;
  }));
  if (artifact.kind == "image")
    return fail(Errc::invalid, "the artifact '{}' is an image: pull {}", artifact.name, artifact.image);
  return bytes_of(TRY(room_.blobs->open(artifact.sha256)), static_cast<std::uint64_t>(artifact.size));
}

Result<Response> RunnerApi::get_advisories(const Request& request, const Actor&) {
  const std::string sum(request.param("sum"));
  auto opened = TRY(room_.advisories->open(sum));
  Response response = bytes_of(std::move(opened.file), opened.size);
  response.set("ETag", fmt::format("\"{}\"", sum));
  return response;
}

Result<Response> RunnerApi::put_tool_report(const Request& request, const Actor& actor) {
  const std::int64_t fence = TRY(query_number(request, "fence"));
  const auto run = TRY(room_.db.read([&](Tx& tx) -> Result<store::RunRow> {
    const store::JobRow job = TRY(leased_job(tx, request, actor, fence));
    return store::load_run(tx, job.run);
  }));
  TRY(room_.take_report({run.repo, run.sha, fmt::format("run {} of {}", run.number, run.name), request.body,
                         request.find_query("name").value_or(""), request.find_query("root").value_or("")}));
  return Response::empty();
}

Result<Response> RunnerApi::put_report(const Request& request, const Actor& actor) {
  if (request.find_query("kind") == "sarif") return put_tool_report(request, actor);
  const std::int64_t fence = TRY(query_number(request, "fence"));
  store::ReportRow report;
  report.kind = request.find_query("kind").value_or("junit");
  report.name = request.find_query("name").value_or("unit tests");
  report.step = request.find_query("step").value_or("");
  if (report.kind != "junit")
    return fail(Errc::invalid, "the kind '{}' of a report: expected junit or sarif", report.kind);
  const TestCounts counts = TRY(parse_junit(request.body));
  report.fence = fence;
  report.file_sha256 = sha256_hex(request.body);
  report.tests = counts.tests;
  report.failures = counts.failures;
  report.errors = counts.errors;
  report.skipped = counts.skipped;
  report.duration_us = counts.duration_us;
  report.failed_cases = to_json(counts.failed_cases);
  TRY(room_.db.write([&](Tx& tx) -> Result<void> {
    const store::JobRow job = TRY(leased_job(tx, request, actor, fence));
    report.job = job.id;
    room_.publish(tx, fmt::format("run:{}", job.run.value));
    return store::put_report(tx, report);
  }));
  return Response::empty();
}

Result<Response> RunnerApi::put_metrics(const Request& request, const Actor& actor) {
  const auto report = TRY(from_json<wire::Metrics>(request.body));
  static const std::vector<std::string> kComparators{"", "LE", "GE", "EQ"};
  for (const auto& metric : report.metrics) {
    if (metric.name.empty() || metric.name.size() > 100)
      return fail(Errc::invalid, "field 'metrics': a name of 1 to 100 characters was expected");
    if (std::find(kComparators.begin(), kComparators.end(), metric.comparator) == kComparators.end())
      return fail(Errc::invalid, "field 'metrics': '{}' is no comparator: LE, GE or EQ", metric.comparator);
  }
  TRY(room_.db.write([&](Tx& tx) -> Result<void> {
    const store::JobRow job = TRY(leased_job(tx, request, actor, report.fence));
    for (const auto& metric : report.metrics)
      TRY(store::put_metric(
          tx, {job.id, report.fence, report.step, metric.name, metric.value, metric.comparator, metric.limit}));
    room_.publish(tx, fmt::format("run:{}", job.run.value));
    return {};
  }));
  return Response::empty();
}

Result<Response> RunnerApi::note_caches(const Request& request, const Actor& actor) {
  const auto report = TRY(from_json<wire::Caches>(request.body));
  TRY(room_.db.write([&](Tx& tx) -> Result<void> {
    TRY(leased_job(tx, request, actor, report.fence));
    for (const wire::CacheNote& note : report.caches) {
      TRY(store::note_cache(tx, note.key, note.dropped ? 0 : note.size, note.reason.value_or(""), room_.clock.now()));
    }
    return {};
  }));
  return Response::empty();
}

}  // namespace sampan::pipeline
