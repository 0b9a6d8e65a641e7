#include "scan/secrets/allow.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace sampan::scan::secrets {

namespace {

constexpr std::size_t kRun = 8, kSequence = 9;
constexpr std::string_view kExamples[] = {"example",    "xxxxx",  "placeholder", "changeme", "change_me", "change-me",
                                          "redacted",   "your_",  "your-",       "yourkey",  "dummy",     "fakekey",
                                          "0123456789", "insert", "replace",     "todo:"};
constexpr std::string_view kNotValues[] = {
    "password", "passwd",   "passphrase", "pwd",       "secret", "token",     "key",      "apikey", "null",  "none",
    "nil",      "true",     "false",      "undefined", "empty",  "string",    "username", "user",   "value", "required",
    "optional", "disabled", "enabled",    "hidden",    "input",  "plaintext", "default",  "xxx",    "***",   "..."};
constexpr std::string_view kBeginsReference[] = {
    "${",       "#{",      "{{",       "$(",         "<%",   "%(",   "%{",   "<",     "ENC(",    "ENC[",     "{cipher}",
    "vault:",   "!",       "file:",    "classpath:", "arn:", "ref+", "env.", "env:",  "os.",     "process.", "System.",
    "secrets.", "config.", "{bcrypt}", "{noop}$",    "$2a$", "$2b$", "$2y$", "data:", "http://", "https://"};
constexpr std::string_view kPartsOfPlaceholders[] = {"your",   "xxx", "***", "...", "my-", "my_",
                                                     "sample", "<",   ">",   "${",  "{{",  "${"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The longest run of one byte, and the longest of bytes each one more than the last.
std::pair<std::size_t, std::size_t> longest_runs(std::string_view text) {
  std::size_t same = 1, rising = 1, most_same = 1, most_rising = 1;
  for (std::size_t i = 1; i < text.size(); ++i) {
    same = text[i] == text[i - 1] ? same + 1 : 1;
    rising = text[i] == text[i - 1] + 1 ? rising + 1 : 1;
    most_same = std::max(most_same, same);
    most_rising = std::max(most_rising, rising);
  }
  return {most_same, most_rising};
}

bool has_any(std::string_view text, std::span<const std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

bool is_any(std::string_view text, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), text) != names.end();
}

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view ending(std::string_view path) {
  const auto name = file_name(path);
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

bool is_config(std::string_view path) {
  constexpr std::string_view kEndings[] = {"properties", "yml", "yaml", "env",    "ini",   "conf",
                                           "cfg",        "cnf", "toml", "config", "tfvars"};
  return is_any(ending(path), kEndings) || file_name(path).starts_with(".env");
}

// In "HTTPServerName": at S and N. In a run of letters thrown together words are short.
bool begins_word(std::string_view text, std::size_t at) {
  const auto is_large = [&](std::size_t i) { return text[i] >= 'A' && text[i] <= 'Z'; };
  const bool next_is_small = at + 1 < text.size() && text[at + 1] >= 'a' && text[at + 1] <= 'z';
  return is_large(at) && (!is_large(at - 1) || next_is_small);
}

bool can_be_said(std::string_view word) {
  std::size_t consonants = 0, most = 0;
  bool vowel = false;
  for (const char c : word) {
    const bool is_vowel = std::string_view("aeiouyAEIOUY").find(c) != std::string_view::npos;
    vowel = vowel || is_vowel;
    consonants = is_vowel ? 0 : consonants + 1;
    most = std::max(most, consonants);
  }
  return vowel && most <= 3;
}

}  // namespace

bool is_placeholder(std::string_view secret, Trust trust) {
  const std::string small = lower(secret);
  const auto [same, rising] = longest_runs(secret);
  if (has_any(small, kExamples) || rising >= kSequence || (same >= kRun && same * 2 >= secret.size())) return true;
  if (trust == Trust::form) return false;
  if (secret.starts_with('@') && secret.ends_with('@')) return true;
  if (is_any(small, kNotValues) || has_any(small, kPartsOfPlaceholders)) return true;
  for (const auto begin : kBeginsReference) {
    if (secret.starts_with(begin)) return true;
  }
  return same == secret.size() && secret.size() > 1 && !is_letter(secret[0]) && (secret[0] < '0' || secret[0] > '9');
}

bool reads_like_words(std::string_view text) {
  std::size_t in_words = 0, start = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool ends = i == text.size() || !is_letter(text[i]) || (i > start && begins_word(text, i));
    if (!ends) continue;
    if (i - start >= 4 && can_be_said(text.substr(start, i - start))) in_words += i - start;
    start = i < text.size() && is_letter(text[i]) ? i : i + 1;
  }
  const auto separators = static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return std::string_view("._-/ :").find(c) != std::string_view::npos; }));
  return in_words * 3 > (text.size() - separators) * 2;
}

bool belongs(std::string_view path, Where where) {
  const auto name = file_name(path);
  switch (where) {
    case Where::anywhere: return true;
    case Where::config: return is_config(path);
    case Where::npm: return name.starts_with(".npmrc") || name.ends_with("npmrc") || name.starts_with(".yarnrc");
    case Where::maven: return name == "pom.xml" || (name.starts_with("settings") && name.ends_with(".xml"));
    case Where::gradle:
      return name == "gradle.properties" || name.ends_with(".gradle") || name.ends_with(".gradle.kts");
    case Where::docker: return name == "config.json" || name == ".dockercfg" || name == ".dockerconfigjson";
    case Where::password: return name == ".netrc" || name == "_netrc" || name == ".pgpass" || name == "pgpass.conf";
  }
  return false;
}

bool is_for_tests(std::string_view path) {
  constexpr std::string_view kFolders[] = {"test",      "tests",   "testing",  "testdata", "test-data", "spec",
                                           "specs",     "fixture", "fixtures", "mock",     "mocks",     "__tests__",
                                           "__mocks__", "example", "examples", "sample",   "samples"};
  constexpr std::string_view kNames[] = {"Test.java", "Tests.java", "IT.java",  "Test.kt",  "Tests.cs",  "_test.go",
                                         "_test.py",  "_test.cc",   ".test.js", ".test.ts", ".test.tsx", ".spec.js",
                                         ".spec.ts",  "_spec.rb",   "Test.php", ".feature"};
  const auto parts = split(path, '/');
  if (std::any_of(parts.begin(), parts.end() - 1,
                  [&](const std::string& part) { return is_any(lower(part), kFolders); }))
    return true;
  const auto name = file_name(path);
  return name.starts_with("test_") ||
         std::any_of(std::begin(kNames), std::end(kNames), [&](std::string_view own) { return name.ends_with(own); });
}

bool is_lock_file(std::string_view path) {
  constexpr std::string_view kNames[] = {"package-lock.json",
                                         "npm-shrinkwrap.json",
                                         "yarn.lock",
                                         "pnpm-lock.yaml",
                                         "go.sum",
                                         "Cargo.lock",
                                         "poetry.lock",
                                         "Pipfile.lock",
                                         "uv.lock",
                                         "composer.lock",
                                         "Gemfile.lock",
                                         "gradle.lockfile",
                                         "packages.lock.json",
                                         "verification-metadata.xml",
                                         "flake.lock",
                                         "deno.lock",
                                         "bun.lock"};
  return is_any(file_name(path), kNames);
}

bool is_never_text(std::string_view path) {
  constexpr std::string_view kEndings[] = {
      "png",  "jpg",   "jpeg", "gif", "bmp",      "ico", "webp", "tif",  "tiff",  "psd", "mp3",   "mp4",
      "mov",  "avi",   "wav",  "ogg", "webm",     "ttf", "otf",  "woff", "woff2", "eot", "zip",   "gz",
      "tgz",  "bz2",   "xz",   "zst", "7z",       "rar", "tar",  "jar",  "war",   "ear", "class", "so",
      "dll",  "dylib", "exe",  "o",   "a",        "pyc", "pdf",  "doc",  "docx",  "xls", "xlsx",  "ppt",
      "pptx", "jks",   "p12",  "pfx", "keystore", "bin", "dat",  "apk",  "ipa",   "wasm"};
  return is_any(lower(ending(path)), kEndings);
}

bool is_named_as_text(std::string_view path) {
  constexpr std::string_view kEndings[] = {"java", "vm",  "kt",   "scala", "groovy", "js",  "jsx", "ts",
                                           "tsx",  "vue", "py",   "go",    "rb",     "php", "cs",  "c",
                                           "cc",   "cpp", "h",    "rs",    "sh",     "sql", "xml", "json",
                                           "md",   "txt", "html", "css",   "gradle", "tf",  "pem", "key"};
  return is_config(path) || is_any(lower(ending(path)), kEndings);
}

}  // namespace sampan::scan::secrets
