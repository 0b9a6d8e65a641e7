#include "scan/p3c/upstream_test.h"

#include <doctest/doctest.h>
#include <expat.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "base/files.h"
#include "base/testing.h"
#include "base/text.h"

namespace sampan::scan::p3c::testing {

namespace {

// Follows the XML: fragments by their id, cases in order.
struct Reading {
  std::string rule, text;
  bool is_template = false;
  std::map<std::string, std::string> fragments;
  std::string fragment, reference;
  std::vector<UpstreamCase> cases;
  std::vector<std::string> references;  // beside cases; empty: the code stands in the case
};

void start(void* user, const char* name, const char** attributes) {
  auto& reading = *static_cast<Reading*>(user);
  const std::string element = name;
  reading.text.clear();
  std::string id;
  for (; *attributes; attributes += 2) {
    if (std::string(*attributes) == "id") id = attributes[1];
  }
  if (element == "code-fragment") reading.fragment = id;
  if (element == "test-code") {
    reading.cases.emplace_back();
    reading.references.emplace_back();
  }
  if (element == "code-ref") reading.references.back() = id;
}

void end(void* user, const char* name) {
  auto& reading = *static_cast<Reading*>(user);
  const std::string element = name;
  const std::string text(trim(reading.text));
  if (element == "code-fragment") reading.fragments[reading.fragment] = text;
  if (reading.cases.empty()) return;
  auto& current = reading.cases.back();
  if (element == "description") current.sentence = text;
  if (element == "expected-problems") current.expected = std::atoi(text.c_str());
  if (element == "code") current.code = text;
  if (element != "expected-linenumbers") return;
  for (const auto& part : split(text, ',')) current.lines.push_back(std::atoi(std::string(trim(part)).c_str()));
}

void characters(void* user, const char* text, int length) {
  static_cast<Reading*>(user)->text.append(text, static_cast<std::size_t>(length));
}

}  // namespace

std::optional<std::string> upstream_folder() {
  if (const char* named = std::getenv("SAMPAN_P3C_CASES")) return named;
  for (const char* place : {"/../shared/data/p3c", "/../../shared/data/p3c"}) {
    if (const auto folder = std::string(SAMPAN_SOURCE_DIR) + place; exists(folder)) return folder;
  }
  return std::nullopt;
}

std::vector<UpstreamCase> read_upstream(const std::string& file) {
  const auto bytes = sampan::testing::must(read_file(file));
  Reading reading;
  reading.rule = std::filesystem::path(file).stem().string();
  reading.is_template = file.find("/vm/") != std::string::npos;
  XML_Parser parser = XML_ParserCreate(nullptr);
  XML_SetUserData(parser, &reading);
  XML_SetElementHandler(parser, start, end);
  XML_SetCharacterDataHandler(parser, characters);
  REQUIRE_MESSAGE(XML_Parse(parser, bytes.data(), static_cast<int>(bytes.size()), 1) == XML_STATUS_OK, file);
  XML_ParserFree(parser);
  for (std::size_t i = 0; i < reading.cases.size(); ++i) {
    auto& made = reading.cases[i];
    made.rule = reading.rule;
    made.is_template = reading.is_template;
    if (!reading.references[i].empty()) made.code = reading.fragments.at(reading.references[i]);
  }
  return reading.cases;
}

}  // namespace sampan::scan::p3c::testing
