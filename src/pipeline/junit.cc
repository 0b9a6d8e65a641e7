#include "pipeline/junit.h"

#include <expat.h>

#include <cmath>
#include <cstdlib>
#include <memory>

#include "base/text.h"

namespace sampan::pipeline {
namespace {

constexpr std::size_t kMostMessage = 4000, kMostName = 1000;  // bytes; a suite's name is kept once for each failed case
constexpr std::int64_t kMostDuration = 1'000'000'000'000'000;  // microseconds: thirty years
constexpr int kMostDepth = 100;

struct Reader {
  XML_Parser parser = nullptr;
  TestCounts counts;
  std::string suite, test, message, problem;
  bool root_seen = false, in_case = false, in_failure = false, failed = false, error = false, skipped = false;
  int depth = 0;

  void stop(std::string why) {
    if (problem.empty()) problem = std::move(why);
    XML_StopParser(parser, XML_FALSE);
  }
};

std::string_view attribute(const XML_Char** attributes, std::string_view name) {
  for (; *attributes != nullptr; attributes += 2)
    if (name == attributes[0]) return attributes[1];
  return "";
}

std::string name_of(std::string_view attribute) {
  return attribute.size() <= kMostName ? std::string(attribute) : to_valid_utf8(attribute.substr(0, kMostName));
}

std::int64_t microseconds(std::string_view seconds) {
  // Surefire writes "1,234.5" for more than a thousand seconds.
  std::string plain;
  for (char c : seconds)
    if (c != ',') plain += c;
  const double value = std::strtod(plain.c_str(), nullptr);
  return std::isfinite(value) && value > 0 ? static_cast<std::int64_t>(std::min(value * 1e6, double{kMostDuration}))
                                           : 0;
}

void on_start(void* data, const XML_Char* name, const XML_Char** attributes) {
  auto& reader = *static_cast<Reader*>(data);
  const std::string_view element = name;
  if (++reader.depth > kMostDepth) return reader.stop("it is nested too deep");
  if (!reader.root_seen) {
    reader.root_seen = true;
    if (element != "testsuites" && element != "testsuite")
      return reader.stop(fmt::format("its root is <{}>: expected <testsuites> or <testsuite>", element));
  }
  if (element == "testsuite") {
    reader.suite = name_of(attribute(attributes, "name"));
  } else if (element == "testcase") {
    reader.in_case = true;
    reader.failed = reader.error = reader.skipped = false;
    reader.message.clear();
    const std::string owner = name_of(attribute(attributes, "classname"));
    reader.test = name_of(attribute(attributes, "name"));
    if (!owner.empty()) reader.suite = owner;
    reader.counts.duration_us =
        std::min(reader.counts.duration_us + microseconds(attribute(attributes, "time")), kMostDuration);
  } else if (reader.in_case && (element == "failure" || element == "error")) {
    (element == "failure" ? reader.failed : reader.error) = true;
    reader.in_failure = true;
    reader.message = attribute(attributes, "message");
    if (!reader.message.empty()) reader.message += '\n';
  } else if (reader.in_case && element == "skipped") {
    reader.skipped = true;
  }
}

void on_text(void* data, const XML_Char* text, int length) {
  auto& reader = *static_cast<Reader*>(data);
  if (reader.in_failure && reader.message.size() < kMostMessage)
    reader.message.append(text, static_cast<std::size_t>(length));
}

void on_end(void* data, const XML_Char* name) {
  auto& reader = *static_cast<Reader*>(data);
  const std::string_view element = name;
  --reader.depth;
  if (element == "failure" || element == "error") reader.in_failure = false;
  if (element != "testcase" || !reader.in_case) return;
  reader.in_case = false;
  TestCounts& counts = reader.counts;
  ++counts.tests;
  if (reader.error) {  // a case counts once, by the worst that is said of it
    ++counts.errors;
  } else if (reader.failed) {
    ++counts.failures;
  } else if (reader.skipped) {
    ++counts.skipped;
  }
  if ((reader.failed || reader.error) && counts.failed_cases.size() < kMostFailedCases) {
    reader.message.resize(std::min(reader.message.size(), kMostMessage));
    counts.failed_cases.push_back({reader.suite, reader.test, to_valid_utf8(std::string(trim(reader.message)))});
  }
}

void on_doctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int has_internal_subset) {
  // Entities can only come from here; without them there is nothing to expand.
  if (has_internal_subset != 0) static_cast<Reader*>(data)->stop("it declares entities, which are not read");
}

}  // namespace

Result<TestCounts> parse_junit(std::string_view xml) {
  std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(XML_ParserCreate(nullptr), XML_ParserFree);
  if (!parser) return fail(Errc::unavailable, "no memory to read a test report");
  Reader reader;
  reader.parser = parser.get();
  XML_SetUserData(parser.get(), &reader);
  XML_SetElementHandler(parser.get(), on_start, on_end);
  XML_SetCharacterDataHandler(parser.get(), on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), on_doctype);
  if (XML_Parse(parser.get(), xml.data(), static_cast<int>(xml.size()), 1) != XML_STATUS_OK) {
    const std::string why = reader.problem.empty() ? XML_ErrorString(XML_GetErrorCode(parser.get())) : reader.problem;
    return fail(Errc::invalid, "the test report cannot be read: {} (line {}, column {})", why,
                XML_GetCurrentLineNumber(parser.get()), XML_GetCurrentColumnNumber(parser.get()) + 1);
  }
  return std::move(reader.counts);
}

}  // namespace sampan::pipeline
