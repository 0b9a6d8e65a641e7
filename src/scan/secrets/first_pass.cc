#include "scan/secrets/first_pass.h"

#include <hs/hs.h>

#include <algorithm>

#include "scan/secrets/built_database.h"

namespace sampan::scan::secrets {

namespace {

// Hyperscan tells each place where a match ends; it began at most so far before. RE2 reads a little on for `\b`, or up
// to the end of the longest private key where the first pass knows only the beginning.
constexpr std::size_t kBack = 1024, kAhead = 64, kFarAhead = 20 << 10;

Result<std::shared_ptr<const Database>> load_built_in() {
  hs_database_t* made = nullptr;
  const auto bytes = built_database();
  if (!bytes.empty() && ::hs_deserialize_database(bytes.data(), bytes.size(), &made) == HS_SUCCESS)
    return std::make_shared<const Database>(made);
  return Database::compile(all_rules());
}

}  // namespace

Database::~Database() { ::hs_free_database(made_); }

Result<std::shared_ptr<const Database>> Database::built_in() {
  static const auto database = load_built_in();
  return database;
}

Result<std::shared_ptr<const Database>> Database::compile(std::span<const Rule* const> rules) {
  std::vector<std::string> expressions;
  for (const auto* rule : rules) expressions.push_back(first_expression(*rule));
  std::vector<const char*> texts;
  std::vector<unsigned> flags, ids;
  for (const auto& expression : expressions) {
    texts.push_back(expression.c_str());
    flags.push_back(0);
    ids.push_back(static_cast<unsigned>(ids.size()));
  }
  hs_platform_info_t here{};
  if (::hs_populate_platform(&here) != HS_SUCCESS)
    return fail(Errc::unavailable, "this processor lacks SSSE3, which looking for secrets needs");
  here.cpu_features &= HS_CPU_FEATURES_AVX2;  // what it is made for runs on newer processors too
  here.tune = HS_TUNE_FAMILY_GENERIC;
  hs_database_t* made = nullptr;
  hs_compile_error_t* wrong = nullptr;
  const auto count = static_cast<unsigned>(texts.size());
  if (::hs_compile_multi(texts.data(), flags.data(), ids.data(), count, HS_MODE_BLOCK, &here, &made, &wrong) !=
      HS_SUCCESS) {
    const std::string rule(wrong->expression < 0 ? "" : rules[static_cast<std::size_t>(wrong->expression)]->name);
    const std::string sentence = wrong->message;
    ::hs_free_compile_error(wrong);
    return fail(Errc::internal, "the rule {} does not compile: {}", rule, sentence);
  }
  return std::make_shared<const Database>(made);
}

Result<std::string> Database::serialized() const {
  char* bytes = nullptr;
  std::size_t length = 0;
  if (::hs_serialize_database(made_, &bytes, &length) != HS_SUCCESS)
    return fail(Errc::internal, "Hyperscan gives its database of secrets not away");
  std::string copy(bytes, length);
  ::free(bytes);
  return copy;
}

void FirstPass::Free::operator()(hs_scratch* scratch) const { ::hs_free_scratch(scratch); }

Result<FirstPass> FirstPass::create(std::shared_ptr<const Database> database, std::span<const Rule* const> rules) {
  FirstPass pass;
  hs_scratch_t* scratch = nullptr;
  if (::hs_alloc_scratch(database->get(), &scratch) != HS_SUCCESS)
    return fail(Errc::unavailable, "no memory to look for secrets with");
  pass.scratch_.reset(scratch);
  pass.database_ = std::move(database);
  pass.regions_.resize(rules.size());
  for (const auto* rule : rules) pass.ahead_.push_back(rule->look.empty() ? kAhead : kFarAhead);
  return pass;
}

int FirstPass::on_match(unsigned id, unsigned long long, unsigned long long to, unsigned, void* context) {
  auto& self = *static_cast<FirstPass*>(context);
  auto& regions = self.regions_[id];
  const std::size_t start = to > kBack ? to - kBack : 0, end = std::min<std::size_t>(self.size_, to + self.ahead_[id]);
  if (regions.empty()) self.touched_.push_back(id);
  if (!regions.empty() && start <= regions.back().end)
    regions.back().end = end;
  else
    regions.push_back({start, end});
  return 0;
}

const std::vector<std::uint32_t>& FirstPass::look(std::string_view text) {
  for (const auto rule : touched_) regions_[rule].clear();
  touched_.clear();
  size_ = text.size();
  ::hs_scan(database_->get(), text.data(), static_cast<unsigned>(text.size()), 0, scratch_.get(), on_match, this);
  std::sort(touched_.begin(), touched_.end());
  return touched_;
}

}  // namespace sampan::scan::secrets
