// The seam for step kinds. A kind is data and one function: its names, its fields (which drive strict reading *and* the
// printed reference), and `compile`, which turns checked fields into actions. A new kind is one more entry in a file of
// this folder and one line in steps/kinds.cc.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/action.h"
#include "pipeline/reader.h"

namespace sampan::pipeline {

enum class FieldType {
  text,      // a scalar
  version,   // digits and dots: "17", "3.9.3"
  flag,      // true or false
  words,     // a text or a list of texts
  pairs,     // a list of {key, value}
  redlines,  // a list of {metric, comparator, limit}
  ignored,   // of Flow; read and answered with a warning that says why it is not needed here
};

struct Field {
  std::string name;
  FieldType type = FieldType::text;
  bool required = false;
  std::string standard{};              // what is taken when the field is absent; "" for none
  std::string meaning{};               // one line of the reference; of an ignored field: why
  std::vector<std::string> choices{};  // text: only these
  std::vector<std::string> aliases{};  // further names, of Flow's variants of the step
};

// The values of one step's `with`, already checked against its kind's fields: asking for a field the kind lacks is a
// bug.
class StepFields {
 public:
  std::string text(std::string_view name) const;  // the standard value when absent
  bool has(std::string_view name) const;          // was it written
  bool flag(std::string_view name) const;
  std::vector<std::string> words(std::string_view name) const;  // without empty ones
  std::vector<KeyValue> pairs(std::string_view name) const;
  std::vector<RedLine> redlines(std::string_view name) const;

 private:
  friend class FieldReader;
  std::map<std::string, std::string, std::less<>> texts_;
  std::map<std::string, std::vector<std::string>, std::less<>> words_;
  std::map<std::string, std::vector<KeyValue>, std::less<>> pairs_;
  std::map<std::string, std::vector<RedLine>, std::less<>> redlines_;
};

// What a Deploy step asks of the server itself (a platform step: no runner takes part).
// `app_yaml` is the text of `file` at the commit, put in when the run is made; empty: there is none.
struct DeployPlan {
  std::string application, environment, image, promote_from, file, app_yaml;
};
BOOST_DESCRIBE_STRUCT(DeployPlan, (), (application, environment, image, promote_from, file, app_yaml))

// Where compile() writes. One for each job: what a set-up step leaves in `prelude` stands before the scripts of the
// steps after it.
struct Compilation {
  std::string registry_host;        // of the built-in registry, "127.0.0.1:8080"
  std::string repo_path;            // "company/shop"
  std::string prelude;              // shell text
  std::vector<std::string> caches;  // folders, "~/.m2"
  // Of the step being compiled:
  std::vector<Action> actions;
  std::optional<DeployPlan> deploy;

  void script(std::string text, std::vector<KeyValue> environment = {});  // prelude + text
  void junit_report(const StepFields& fields);  // of its fields `name` and `reports`; nothing without reports
  void cache(std::string_view folder);
};

struct StepKind {
  std::string name;
  std::vector<std::string> aliases{};
  std::string summary{};  // of the reference
  std::vector<Field> fields{};
  void (*compile)(const StepFields& fields, Compilation& out) = nullptr;
  bool platform = false;  // runs on the server; only such steps may share its job
};

// All kinds, in the order of the reference.
std::span<const StepKind* const> step_kinds();
const StepKind* find_step_kind(std::string_view name);  // by name or alias; nullptr
std::vector<std::string> step_names();                  // with aliases, for "did you mean"

// Reads `with` (nullptr: absent) strictly by the kind's fields.
StepFields read_step_fields(const StepKind& kind, const YamlNode* with, const YamlNode& step, std::string_view what,
                            Diagnoses& diagnoses);

}  // namespace sampan::pipeline
