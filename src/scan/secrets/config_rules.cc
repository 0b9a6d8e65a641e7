// Configuration files, and the rule for whatever is left.
#include "scan/secrets/checks.h"
#include "scan/secrets/rules.h"

namespace sampan::scan::secrets {

namespace {

constexpr Rule kRules[] = {
    token("netrc-password", {".netrc 里的密码", "password in .netrc"},
          R"re(\bpassword[ \t]{1,8}([^\s"'${}<>]{3,200}))re", "machine git.test login shop password [[<62:12>]]")
        .in(Where::password)
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical),
    token("pgpass-password", {".pgpass 里的密码", "password in .pgpass"},
          R"re((?m)^[^\s:#]{1,100}:(?:\d{1,5}|\*):[^\s:]{1,60}:[^\s:]{1,60}:([^\s:${}<>]{3,100})[ \t]{0,8}$)re",
          "db.test:5432:shop:shop:[[<62:12>]]")
        .in(Where::password)
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical),
    token(
        "spring-password", {"配置文件里的密码", "password in a configuration file"},
        R"re((?im)^[ \t]{0,60}(?:-[ \t]{1,8})?(?:export[ \t]{1,4}|set[ \t]{1,4})?["']?[0-9a-z_.\-\[\]]{0,100}(?:password|passwd|passphrase|pwd|密码)["']?[ \t]{0,20}[:=][ \t]{0,20}["']?([^\s"'${}<>#,;()]{3,200})["']?[ \t]{0,20}(?:,|;|#[^\n]{0,300})?\r?$)re",
        "spring.datasource.password=[[<62:12>]]")
        .in(Where::config)
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical),
    token(
        "spring-secret", {"配置文件里的密钥", "secret in a configuration file"},
        R"re((?im)^[ \t]{0,60}(?:[#;/!]{1,4}[ \t]{0,8})?(?:-[ \t]{1,8})?(?:export[ \t]{1,4}|set[ \t]{1,4})?["']?[0-9a-z_.\-\[\]]{0,100}(?:secret|secret[_.-]?key|access[_.-]?key|private[_.-]?key|sign[_.-]?key|encrypt(?:ion)?[_.-]?key|aes[_.-]?key|des[_.-]?key|token|api[_.-]?key|app[_.-]?key|credential|密钥)["']?[ \t]{0,20}[:=][ \t]{0,20}["']?([0-9A-Za-z_+/=.!@^&*~-]{8,400})["']?[ \t]{0,20}(?:,|;|#[^\n]{0,300})?\r?$)re",
        "jwt.secret: [[<62:24>]]")
        .in(Where::config)
        .weak()
        .at_least(3)
        .formed(is_mixed)
        .weighs(Severity::critical),
    token(
        "generic-password", {"代码里的密码", "password in the code"},
        R"re((?i:password|passwd|passphrase|pwd)["'`\]]{0,2}[ \t]{0,8}(?::=|==?=?|:|,|=>)[ \t]{0,8}["'`]([^\s"'`<>{}$()]{6,100})["'`])re",
        "String password = \"[[<62:12>]]\";")
        .weak()
        .at_least(2.5)
        .formed(has_digit)
        .mended(kNewPassword)
        .weighs(Severity::critical),
    token(
        "generic-secret", {"代码里的密钥或令牌", "secret or token in the code"},
        R"re((?i:secret|token|api[_.-]?key|apikey|access[_.-]?key|private[_.-]?key|auth[_.-]?key|sign(?:ing)?[_.-]?key|encrypt(?:ion)?[_.-]?key|credential|client[_.-]?key)[0-9A-Za-z_.-]{0,20}["'`\]]{0,2}[ \t]{0,8}(?::=|==?=?|:|,|=>|\()[ \t]{0,8}["'`]([0-9A-Za-z_+/=.~-]{12,200})["'`])re",
        "String apiKey = \"[[<62:24>]]\";")
        .weak()
        .at_least(3.5)
        .formed(is_mixed)
        .weighs(Severity::critical),
};

}  // namespace

Group config_rules() { return kRules; }

}  // namespace sampan::scan::secrets
