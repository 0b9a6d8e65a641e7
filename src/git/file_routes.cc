#include "base/json_struct.h"
#include "git/wire.h"

namespace sampan::git {
namespace {

using wire::CommitBrief;

enum class EntryKind { tree, blob, symlink, submodule };
BOOST_DESCRIBE_ENUM(EntryKind, tree, blob, symlink, submodule)
struct EntryOut {
  std::string name, path;
  EntryKind kind = EntryKind::blob;
  std::string mode;
  std::optional<std::uint64_t> size;
  std::optional<CommitBrief> last_commit;
};
BOOST_DESCRIBE_STRUCT(EntryOut, (), (name, path, kind, mode, size, last_commit))
struct ReadmeOut {
  std::string path, text;
};
BOOST_DESCRIBE_STRUCT(ReadmeOut, (), (path, text))
struct TreeOut {
  std::string ref;
  Sha sha;
  std::string path;
  std::vector<EntryOut> entries;
  std::optional<ReadmeOut> readme;
};
BOOST_DESCRIBE_STRUCT(TreeOut, (), (ref, sha, path, entries, readme))
struct FileOut {
  std::string path, ref;
  Sha sha;
  std::uint64_t size = 0;
  bool binary = false, truncated = false;
  std::optional<std::string> text, language;
};
BOOST_DESCRIBE_STRUCT(FileOut, (), (path, ref, sha, size, binary, truncated, text, language))
struct BlameLineOut {
  std::size_t commit = 0;
  std::int64_t line = 0;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(BlameLineOut, (), (commit, line, text))
struct BlameOut {
  std::vector<BlameLineOut> lines;
  std::vector<CommitBrief> commits;
};
BOOST_DESCRIBE_STRUCT(BlameOut, (), (lines, commits))

std::string extension_of(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? lower(name) : lower(name.substr(dot + 1));
}

std::optional<std::string> language_of(std::string_view path) {
  static const std::map<std::string, std::string> known = {{"java", "java"},
                                                           {"kt", "kotlin"},
                                                           {"xml", "xml"},
                                                           {"yaml", "yaml"},
                                                           {"yml", "yaml"},
                                                           {"json", "json"},
                                                           {"js", "javascript"},
                                                           {"mjs", "javascript"},
                                                           {"ts", "typescript"},
                                                           {"tsx", "tsx"},
                                                           {"jsx", "jsx"},
                                                           {"css", "css"},
                                                           {"html", "html"},
                                                           {"md", "markdown"},
                                                           {"sql", "sql"},
                                                           {"sh", "shell"},
                                                           {"py", "python"},
                                                           {"go", "go"},
                                                           {"rs", "rust"},
                                                           {"c", "c"},
                                                           {"h", "cpp"},
                                                           {"cc", "cpp"},
                                                           {"cpp", "cpp"},
                                                           {"properties", "properties"},
                                                           {"dockerfile", "dockerfile"},
                                                           {"makefile", "makefile"},
                                                           {"toml", "toml"},
                                                           {"vue", "vue"}};
  const auto found = known.find(extension_of(path));
  if (found == known.end()) return std::nullopt;
  return found->second;
}

// The repository, the commit and the path a question is about.
struct At {
  Repo repo;
  Sha sha;
  std::string ref, path;
};
Result<At> at_of(Parts& parts, const Request& request) {
  At at;
  at.repo = TRY(parts.repo_of(request));
  at.ref = request.find_query("ref").value_or("");
  at.sha = TRY(parts.browser.resolve(at.repo, at.ref));
  if (at.ref.empty()) at.ref = at.repo.default_branch;
  at.path = request.find_query("path").value_or("");
  return at;
}

Result<std::optional<ReadmeOut>> find_readme(Parts& parts, const At& at, const std::vector<TreeItem>& items) {
  for (const auto& item : items) {
    const auto name = lower(item.entry.name);
    const bool readme = name == "readme.md" || name == "readme" || name == "readme.txt" || name == "readme.zh.md";
    if (!readme || item.entry.kind != TreeEntry::Kind::blob || item.size.value_or(0) > (256 << 10)) continue;
    auto text = TRY(parts.browser.file(at.repo, at.sha, item.path, 256 << 10));
    if (!looks_binary(text)) return std::optional<ReadmeOut>(ReadmeOut{to_valid_utf8(item.path), to_valid_utf8(text)});
  }
  return std::optional<ReadmeOut>();
}

Result<Response> show_tree(Parts& parts, const Request& request) {
  auto found = at_of(parts, request);
  if (!found && found.error().code == Errc::not_found && request.find_query("ref").value_or("").empty()) {
    TreeOut nothing;  // nothing was pushed yet
    nothing.ref = TRY(parts.repo_of(request)).default_branch;
    return Response::json(200, to_json(nothing));
  }
  const auto at = TRY(std::move(found));
  const auto items = TRY(parts.browser.tree(at.repo, at.sha, at.path));
  TreeOut out{at.ref, at.sha, at.path, {}, TRY(find_readme(parts, at, items))};
  for (const auto& item : items) {
    EntryOut entry{to_valid_utf8(item.entry.name),
                   to_valid_utf8(item.path),
                   static_cast<EntryKind>(item.entry.kind),
                   item.entry.mode,
                   item.size,
                   {}};
    if (item.last_commit) entry.last_commit = wire::brief(*item.last_commit);
    out.entries.push_back(std::move(entry));
  }
  return Response::json(200, to_json(out));
}

Result<Response> show_file(Parts& parts, const Request& request) {
  const auto at = TRY(at_of(parts, request));
  FileOut out{at.path, at.ref, at.sha, 0, false, false, {}, language_of(at.path)};
  auto bytes = parts.browser.file(at.repo, at.sha, at.path, kLargestShownFile);
  if (!bytes && bytes.error().code == Errc::too_large) {
    const auto info =
        TRY(parts.readers.info(at.repo.id, TRY(parts.browser.entry(at.repo, at.sha, at.path)).sha.text()));
    out.size = info ? info->size : 0;
    out.truncated = true;
    return Response::json(200, to_json(out));
  }
  const auto text = TRY(std::move(bytes));
  out.size = text.size();
  out.binary = looks_binary(text);
  if (!out.binary) out.text = to_valid_utf8(text);
  return Response::json(200, to_json(out));
}

// What a browser may show by itself; everything else is downloaded. SVG can hold scripts, so it is downloaded too.
std::optional<std::string> shown_type(std::string_view path, std::string_view bytes) {
  static const std::map<std::string, std::string> images = {{"png", "image/png"},   {"jpg", "image/jpeg"},
                                                            {"jpeg", "image/jpeg"}, {"gif", "image/gif"},
                                                            {"webp", "image/webp"}, {"ico", "image/x-icon"}};
  if (auto found = images.find(extension_of(path)); found != images.end()) return found->second;
  const auto extension = extension_of(path);
  const bool page = extension == "html" || extension == "htm" || extension == "svg" || extension == "xhtml";
  if (!page && !looks_binary(bytes)) return "text/plain; charset=utf-8";
  return std::nullopt;
}

Result<Response> download(Parts& parts, const Request& request) {
  const auto at = TRY(at_of(parts, request));
  auto bytes = TRY(parts.browser.file(at.repo, at.sha, at.path, kLargestRawFile));
  const auto type = shown_type(at.path, bytes);
  auto response = Response::text(200, std::move(bytes), type.value_or("application/octet-stream"));
  response.set("X-Content-Type-Options", "nosniff").set("Content-Security-Policy", "default-src 'none'; sandbox");
  if (!type) {
    const auto name = at.path.substr(at.path.rfind('/') + 1);
    response.set("Content-Disposition", "attachment; filename*=UTF-8''" + percent_encode(name));  // RFC 6266, RFC 8187
  }
  return response;
}

Result<Response> show_blame(Parts& parts, const Request& request) {
  const auto at = TRY(at_of(parts, request));
  const auto blame = TRY(parts.browser.blame(at.repo, at.sha, at.path));
  BlameOut out;
  for (const auto& line : blame.lines) out.lines.push_back({line.commit, line.line, line.text});
  for (const auto& commit : blame.commits) out.commits.push_back(wire::brief(commit));
  return Response::json(200, to_json(out));
}

}  // namespace

std::vector<Route> file_routes(Parts& parts) {
  using R = Request;
  using A = Actor;
  const std::string under = "/api/v1/repos/:group/:repo/";
  const std::vector<std::pair<std::string, std::string>> query = {
      {"ref", "branch, tag or sha; the default branch when absent"},
      {"path", "of the file or folder; the root when absent"}};
  return {
      {.method = Method::get,
       .pattern = under + "tree",
       .need = Need::viewer(),
       .handler = [&](const R& r, const A&) { return show_tree(parts, r); },
       .summary = "List a folder, with the last commit of each entry",
       .response_schema = answer_schema_of<TreeOut>(),
       .query = query},
      {.method = Method::get,
       .pattern = under + "file",
       .need = Need::viewer(),
       .handler = [&](const R& r, const A&) { return show_file(parts, r); },
       .summary = "Show a file; its text when it is text of at most 1 MiB",
       .response_schema = answer_schema_of<FileOut>(),
       .query = query},
      {.method = Method::get,
       .pattern = under + "raw",
       .need = Need::viewer(),
       .handler = [&](const R& r, const A&) { return download(parts, r); },
       .summary = "Download a file's bytes, at most 64 MiB",
       .query = query},
      {.method = Method::get,
       .pattern = under + "blame",
       .need = Need::viewer(),
       .handler = [&](const R& r, const A&) { return show_blame(parts, r); },
       .summary = "Show who last changed each line of a file",
       .response_schema = answer_schema_of<BlameOut>(),
       .query = query},
  };
}

}  // namespace sampan::git
