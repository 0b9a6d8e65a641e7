#include "scan/wire.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace sampan::scan {

namespace {

class Writer {
 public:
  template <class Number>
  void number(Number value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(const std::string& value) {
    number(static_cast<std::uint32_t>(value.size()));
    out_ += value;
  }
  void text(const Text& value) { text(value.zh), text(value.en); }
  void range(const Range& range) {
    for (const int value : {range.line, range.column, range.end_line, range.end_column}) number(value);
  }
  std::string finish() { return std::move(out_); }

 private:
  std::string out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  template <class Number>
  void number(Number& value) {
    if (rest_.size() < sizeof value) return fail();
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
  }
  void text(std::string& value) {
    std::uint32_t size = 0;
    number(size);
    if (rest_.size() < size) return fail();
    value = rest_.substr(0, size);
    rest_.remove_prefix(size);
  }
  void text(Text& value) { text(value.zh), text(value.en); }
  void range(Range& range) {
    for (int* value : {&range.line, &range.column, &range.end_line, &range.end_column}) number(*value);
  }
  // Calls `one` for each of a list.
  template <class List, class One>
  void list(List& values, One one) {
    std::uint32_t size = 0;
    number(size);
    for (std::uint32_t i = 0; i < size && good_; ++i) one(values.emplace_back());
  }
  bool at_end() const { return good_ && rest_.empty(); }

 private:
  void fail() {
    good_ = false;
    rest_ = {};
  }
  std::string_view rest_;
  bool good_ = true;
};

void write_finding(Writer& out, const Finding& one) {
  out.text(one.engine);
  out.text(one.rule);
  out.number(one.severity);
  out.text(one.path);
  out.range(one.range);
  out.text(one.message);
  out.text(one.remedy);
  out.text(one.fingerprint);
  out.text(one.commit);
  out.number(static_cast<std::uint32_t>(one.fix.size()));
  for (const auto& edit : one.fix) {
    out.number(edit.start);
    out.number(edit.end);
    out.range(edit.range);
    out.text(edit.text);
  }
}

void read_finding(Reader& in, Finding& one) {
  in.text(one.engine);
  in.text(one.rule);
  in.number(one.severity);
  in.text(one.path);
  in.range(one.range);
  in.text(one.message);
  in.text(one.remedy);
  in.text(one.fingerprint);
  in.text(one.commit);
  in.list(one.fix, [&](Edit& edit) {
    in.number(edit.start);
    in.number(edit.end);
    in.range(edit.range);
    in.text(edit.text);
  });
}

void write_rule(Writer& out, const std::string& name, const RuleSetting& setting) {
  out.text(name);
  out.number(setting.off);
  out.number(setting.severity.has_value());
  out.number(setting.severity.value_or(Severity::major));
  out.number(static_cast<std::uint32_t>(setting.except.size()));
  for (const auto& pattern : setting.except) out.text(pattern);
}

void read_rule(Reader& in, std::pair<std::string, RuleSetting>& rule) {
  bool has_severity = false;
  Severity severity{};
  in.text(rule.first);
  in.number(rule.second.off);
  in.number(has_severity);
  in.number(severity);
  if (has_severity) rule.second.severity = severity;
  in.list(rule.second.except, [&](std::string& pattern) { in.text(pattern); });
}

}  // namespace

std::string packed(const Settings& settings, Engines engines) {
  Writer out;
  out.number(engines);
  out.number(static_cast<std::uint32_t>(settings.rules.size()));
  for (const auto& [name, setting] : settings.rules) write_rule(out, name, setting);
  out.number(static_cast<std::uint32_t>(settings.patterns.size()));
  for (const auto& own : settings.patterns) {
    for (const auto* text : {&own.name, &own.pattern, &own.what}) out.text(*text);
    out.number(own.severity);
  }
  return out.finish();
}

std::optional<Rules> unpacked_rules(std::string_view bytes) {
  Reader in(bytes);
  Rules made;
  std::vector<std::pair<std::string, RuleSetting>> rules;
  in.number(made.engines);
  in.list(rules, [&](auto& rule) { read_rule(in, rule); });
  in.list(made.settings.patterns, [&](SecretPattern& own) {
    for (auto* text : {&own.name, &own.pattern, &own.what}) in.text(*text);
    in.number(own.severity);
  });
  if (!in.at_end()) return std::nullopt;
  for (auto& rule : rules) made.settings.rules.insert(std::move(rule));
  return made;
}

std::string packed(const Scanned& scanned) {
  Writer out;
  out.number(static_cast<std::uint32_t>(scanned.findings.size()));
  for (const auto& one : scanned.findings) write_finding(out, one);
  out.number(static_cast<std::uint32_t>(scanned.gaps.size()));
  for (const auto& [path, line, rule, reason] : scanned.gaps) {
    out.text(path);
    out.number(line);
    out.text(rule);
    out.text(reason);
  }
  for (const int value : {scanned.suppressed, scanned.files, scanned.binary}) out.number(value);
  out.number(scanned.bytes);
  return out.finish();
}

std::optional<Scanned> unpacked(std::string_view bytes) {
  Reader in(bytes);
  Scanned scanned;
  in.list(scanned.findings, [&](Finding& one) { read_finding(in, one); });
  in.list(scanned.gaps, [&](Gap& gap) {
    in.text(gap.path);
    in.number(gap.line);
    in.text(gap.rule);
    in.text(gap.reason);
  });
  for (int* value : {&scanned.suppressed, &scanned.files, &scanned.binary}) in.number(*value);
  in.number(scanned.bytes);
  if (!in.at_end()) return std::nullopt;
  return scanned;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool receive_all(int socket, char* into, std::size_t size) {
  while (size > 0) {
    const auto got = ::recv(socket, into, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace sampan::scan
