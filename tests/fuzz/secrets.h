// Seeds with secrets that hold none: "@@KIND@@" in a text becomes a secret of that kind, made anew.
#pragma once

#include <string>
#include <vector>

#include "fuzz.h"
#include "scan/secrets/rule.h"
#include "scan/secrets/samples.h"

namespace sampan::fuzz {

struct Planted {
  std::string text;
  std::vector<std::string> secrets;
};
inline Planted with_secrets(std::string_view text) {
  Planted planted{std::string(text), {}};
  std::mt19937 random(20261128);
  for (const auto* rule : scan::secrets::all_rules()) {
    const auto mark = "@@" + std::string(rule->name) + "@@";
    const auto at = planted.text.find(mark);
    if (at == std::string::npos) continue;
    const auto sample = scan::secrets::make_sample(rule->shape, random);
    planted.text.replace(at, mark.size(), sample.text);
    planted.secrets.push_back(sample.secret);
  }
  return planted;
}

inline std::string utf16_of(std::string_view ascii) {
  std::string out = "\xff\xfe";
  for (const char c : ascii) out += {c, '\0'};
  return out;
}

}  // namespace sampan::fuzz
