#include "scan/secrets/rules.h"

#include <vector>

#include "base/text.h"

namespace sampan::scan::secrets {

const Sentence kRevoke = {"到发放它的地方吊销并换新，再从代码里去掉；运行时从变量组或环境变量传入",
                          "Revoke it where it was issued and make a new one, then take it out of the code; at run time "
                          "a variable group or the environment gives it"};
const Sentence kNewPassword = {"改掉这个密码，再从代码里去掉；配置里写 ${变量名}，值由变量组或环境变量给出",
                               "Change the password, then take it out of the code: write ${NAME} and let a variable "
                               "group or the environment give the value"};
const Sentence kNewKey = {"这对密钥要当作已经泄露：换一对新的，私钥放在密钥文件或变量组里，不进仓库",
                          "Take this pair of keys for known to others: make a new one and keep its private half in a "
                          "secret file or variable group, outside the repository"};

namespace {

// What may stand between the words and the value: the rest of a name, its closing quote or tag, an assignment in
// whichever language, an opening quote.
constexpr std::string_view kBetween =
    R"re([0-9A-Za-z_.\- ]{0,24}["'`\]]{0,2}[ \t]{0,8}(?:=>|:=|=|:|,|\(|>)[ \t]{0,8}(?:["'`(@]|&quot;|\\"){0,2})re";
constexpr std::string_view kBehind = R"re((?:[^0-9A-Za-z_+/=-]|$))re";

std::vector<const Rule*> joined() {
  std::vector<const Rule*> all;
  for (const auto group :
       {key_rules(), forge_rules(), package_rules(), cloud_rules(), chat_rules(), payment_rules(), model_rules(),
        service_rules(), china_rules(), near_rules(), database_rules(), config_rules()})
    for (const auto& rule : group) all.push_back(&rule);
  return all;
}

}  // namespace

std::span<const Rule* const> all_rules() {
  static const std::vector<const Rule*> all = joined();
  return all;
}

std::string expression(const Rule& rule) {
  if (rule.words.empty()) return std::string(rule.pattern);
  return fmt::format("(?i:{}){}({}){}", rule.words, kBetween, rule.pattern, kBehind);
}

std::string first_expression(const Rule& rule) { return rule.look.empty() ? expression(rule) : std::string(rule.look); }

}  // namespace sampan::scan::secrets
