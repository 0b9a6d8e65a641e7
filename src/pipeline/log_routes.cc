// Logs of jobs and the files of runs.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pipeline/artifact_store.h"
#include "pipeline/routes.h"
#include "pipeline/runner_api.h"

namespace sampan::pipeline {
namespace {

struct LogLineJson {
  std::int64_t n = 0;
  std::string step, text;
};
BOOST_DESCRIBE_STRUCT(LogLineJson, (), (n, step, text))
struct LogJson {
  std::int64_t total_lines = 0, total_bytes = 0, first_line = 1;
  bool complete = false;
  std::vector<LogLineJson> lines;
};
BOOST_DESCRIBE_STRUCT(LogJson, (), (total_lines, total_bytes, first_line, complete, lines))

FileBody file_body(Fd file, std::uint64_t offset, std::uint64_t size) {
  return {std::shared_ptr<const int>(new int(file.release()),
                                     [](const int* fd) {
                                       ::close(*fd);
                                       delete fd;
                                     }),
          offset, size};
}

// "bytes=A-B", "bytes=A-", "bytes=-N" (RFC 7233, section 2.1); nullopt: answer the whole, as for anything else.
struct ByteRange {
  std::uint64_t first = 0, count = 0;
};
std::optional<ByteRange> range_of(std::string_view header, std::uint64_t size) {
  if (!header.starts_with("bytes=") || header.find(',') != std::string_view::npos) return std::nullopt;
  header.remove_prefix(6);
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  auto first = number_of(header.substr(0, dash), ""), last = number_of(header.substr(dash + 1), "");
  if (!first && !last) return std::nullopt;
  if (!first) {
    const auto count = std::min(static_cast<std::uint64_t>(*last), size);
    return ByteRange{size - count, count};
  }
  const auto from = static_cast<std::uint64_t>(*first);
  if (from >= size) return ByteRange{size, 0};
  const std::uint64_t to = last ? std::min(static_cast<std::uint64_t>(*last), size - 1) : size - 1;
  if (to < from) return std::nullopt;
  return ByteRange{from, to - from + 1};
}

class LogRoutes {
 public:
  explicit LogRoutes(RouteRoom rooms) : rooms_(rooms), room_(rooms.room) {}

  Result<Response> show(const Request& request, const Actor& actor) const {
    const store::JobRow job = TRY(see_job(rooms_, request, actor));
    LogJson out;
    out.complete = is_final(job.state) && !job.lease_until;
    auto file = TRY(room_.logs->find({job.run, job.id, job.fence}));
    if (!file) return Response::json(200, to_json(out));
    std::int64_t count = LogFile::kMostLines;
    if (auto tail = request.find_query("tail")) {
      count = std::min(TRY(number_of(*tail, "the query 'tail'")), LogFile::kMostLines);
      out.first_line = std::max<std::int64_t>(1, file->size().lines - count + 1);
    } else {
      if (auto from = request.find_query("from_line"))
        out.first_line = std::max<std::int64_t>(1, TRY(number_of(*from, "the query 'from_line'")));
      if (auto lines = request.find_query("lines")) count = TRY(number_of(*lines, "the query 'lines'"));
    }
    LogPage page = TRY(file->read(out.first_line, count));
    out.total_lines = page.size.lines;
    out.total_bytes = page.size.bytes;
    for (LogLine& line : page.lines) out.lines.push_back({line.n, std::move(line.step), std::move(line.text)});
    return Response::json(200, to_json(out));
  }

  Result<Response> download(const Request& request, const Actor& actor) const {
    const store::JobRow job = TRY(see_job(rooms_, request, actor));
    auto file = TRY(room_.logs->find({job.run, job.id, job.fence}));
    if (!file) return fail(Errc::not_found, "job {} has no log yet", job.id.value);
    Fd fd(::open(file->path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd) return fail_errno("the log");
    Response response = TRY(ranged(request, std::move(fd), static_cast<std::uint64_t>(file->size().bytes)));
    response.set("Content-Type", "text/plain; charset=utf-8");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Content-Disposition", fmt::format("inline; filename=\"job-{}.log\"", job.id.value));
    return response;
  }

  Result<Response> stream(const Request& request, const Actor& actor) const {
    const store::JobRow job = TRY(see_job(rooms_, request, actor));
    std::int64_t from = 1;
    if (auto line = request.find_query("from_line")) from = TRY(number_of(*line, "the query 'from_line'"));
    Response response;
    response.body = StreamBody{[streams = &rooms_.streams, id = job.id, from](std::shared_ptr<EventStream> out) {
      streams->add(id, from, std::move(out));
    }};
    return response;
  }

  Result<Response> artifact(const Request& request, const Actor& actor) const {
    const SeenRun seen = TRY(see_run(rooms_, request, actor, Role::viewer));
    const ArtifactId id{TRY(number_of(request.param("artifact"), "the artifact's id"))};
    const store::ArtifactRow row = TRY(room_.db.read([&](Tx& tx) { return store::load_artifact(tx, id); }));
    if (row.run != seen.run.id) return fail(Errc::not_found, "run {} has no artifact {}", seen.run.id.value, id.value);
    if (row.kind == "image") return fail(Errc::invalid, "the artifact '{}' is an image: pull {}", row.name, row.image);
    Fd fd = TRY(room_.blobs->open(row.sha256));
    Response response = TRY(ranged(request, std::move(fd), static_cast<std::uint64_t>(row.size)));
    response.set("Content-Type", "application/octet-stream");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Content-Disposition", fmt::format("attachment; filename*=UTF-8''{}", percent_encode(row.file_name)));
    return response;
  }

 private:
  static Result<Response> ranged(const Request& request, Fd file, std::uint64_t size) {
    Response response;
    const auto range = range_of(request.header("Range"), size);
    response.set("Accept-Ranges", "bytes");
    if (range && range->count == 0) {
      response.status = 416;
      response.set("Content-Range", fmt::format("bytes */{}", size));
      return response;
    }
    if (range) {
      response.status = 206;
      response.set("Content-Range", fmt::format("bytes {}-{}/{}", range->first, range->first + range->count - 1, size));
    }
    response.body = file_body(std::move(file), range ? range->first : 0, range ? range->count : size);
    return response;
  }

  RouteRoom rooms_;
  Room& room_;
};

}  // namespace

std::vector<Route> log_routes(RouteRoom rooms) {
  const auto made = std::make_shared<LogRoutes>(rooms);
  using Act = Result<Response> (LogRoutes::*)(const Request&, const Actor&) const;
  const auto on = [made](Act act) -> Route::Handler {
    return [made, act](const Request& q, const Actor& a) { return ((*made).*act)(q, a); };
  };
  const std::string log = "/api/v1/runs/:run/jobs/:job/log";
  std::vector<Route> all{
      {.method = Method::get,
       .pattern = log,
       .need = Need::signed_in(),
       .handler = on(&LogRoutes::show),
       .summary = "Read lines of a job's log",
       .response_schema = answer_schema_of<LogJson>(),
       .query = {{"from_line", "first line wanted, from 1"},
                 {"lines", "how many, at most 5000"},
                 {"tail", "the last so many instead"}}},
      {.method = Method::get,
       .pattern = log + ".txt",
       .need = Need::signed_in(),
       .handler = on(&LogRoutes::download),
       .summary = "Download a job's log"},
      {.method = Method::get,
       .pattern = log + "/stream",
       .need = Need::signed_in(),
       .handler = on(&LogRoutes::stream),
       .summary = "Follow a job's log",
       .query = {{"from_line", "first line wanted, from 1"}}},
      {.method = Method::get,
       .pattern = "/api/v1/runs/:run/artifacts/:artifact",
       .need = Need::signed_in(),
       .handler = on(&LogRoutes::artifact),
       .summary = "Download an artifact"},
  };
  return all;
}

}  // namespace sampan::pipeline
