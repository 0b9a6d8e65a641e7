#include "scan/secrets/engine.h"

#include <doctest/doctest.h>

#include "base/crypto.h"
#include "base/files.h"
#include "base/testing.h"
#include "scan/scan.h"
#include "scan/secrets/allow.h"
#include "scan/secrets/samples.h"

namespace sampan::scan::secrets {

using sampan::testing::must;

namespace {

std::string made(std::string_view shape) {
  static std::mt19937 random(11);
  return make_sample(shape, random).text;
}

Scanned scanned(const std::string& path, std::string bytes, const Settings& settings = {}) {
  return Scanner(settings, {.p3c = false}).file(path, std::move(bytes));
}

std::string rules(const Scanned& result) {
  std::string names;
  for (const auto& finding : result.findings) names += (names.empty() ? "" : " ") + finding.rule;
  return names;
}

std::string utf16(std::string_view text) {
  std::string out = "\xFF\xFE";
  for (const char c : text) out += c, out += '\0';
  return out;
}

}  // namespace

TEST_CASE("secrets: a finding shows four characters and the length, its place and what to do") {
  const auto token = made("ghp_<sum>");
  const auto result = scanned("a/Shop.py", "x = 1\n密 = \"" + token + "\"\n");
  REQUIRE(result.findings.size() == 1);
  const auto& finding = result.findings[0];
  CHECK(finding.engine == "secrets");
  CHECK(finding.rule == "github-personal-token");
  CHECK(finding.severity == Severity::blocker);
  CHECK(finding.range == Range{2, 6, 2, 46});
  CHECK(finding.message.en == "GitHub personal access token: ghp_… (40 characters)");
  CHECK(finding.message.zh == "GitHub 个人访问令牌：ghp_…（40 个字符）");
  CHECK(finding.remedy.en.find("Revoke it") == 0);
  CHECK(finding.fingerprint.size() == 32);
  const auto shortest = scanned("application.yml", "  password: " + std::string("ab3") + "9xyz\n");
  REQUIRE(shortest.findings.size() == 1);
  CHECK(shortest.findings[0].message.en.find(": a… (7 characters)") != std::string::npos);
}

TEST_CASE("secrets: what is wrapped in base64 is opened, twice at most, and told where the wrapping stands") {
  const auto token = made("ghp_<sum>");
  const auto once = base64("token: " + token + "\n");
  const auto result = scanned("a.txt", "x = 1\n密 = " + once + "\n");
  REQUIRE(result.findings.size() == 1);
  CHECK(result.findings[0].rule == "github-personal-token");
  const auto digits = static_cast<int>(once.find_last_not_of('=')) + 1;
  CHECK(result.findings[0].range == Range{2, 5, 2, 5 + digits});
  CHECK(result.findings[0].message.en ==
        "GitHub personal access token: ghp_… (40 characters); it is wrapped in base64");
  CHECK(result.findings[0].message.zh.ends_with("；在一段 base64 里"));
  CHECK(rules(scanned("a.txt", "x " + base64(once))) == "github-personal-token");
  CHECK(rules(scanned("a.txt", "x " + base64(base64(once)))) == "");
  CHECK(scanned("a.txt", "# sampan:ignore github-personal-token an example\n" + once).suppressed == 1);
  std::string url = base64("~~~???" + token);
  for (auto& c : url) c = c == '+' ? '-' : c == '/' ? '_' : c;
  CHECK(rules(scanned("a.txt", "x=" + url)) == "github-personal-token");
}

TEST_CASE("secrets: base64 is opened over the lines it is folded to, and not where what stands there is told already") {
  const auto token = made("ghp_<sum>");
  const auto whole = base64("first line of a file\nsecond line of it\nthe token is " + token + " and no more\n");
  for (const char* line_end : {"\n", "\r\n", "\n    "}) {
    std::string folded;
    for (std::size_t i = 0; i < whole.size(); i += 76) folded += whole.substr(i, 76) + line_end;
    CHECK(rules(scanned("a.txt", "data: |\n  " + folded + "\nmore: words\n")) == "github-personal-token");
  }
  const auto basic = "Authorization: Basic " + base64("shop:" + token);
  CHECK(rules(scanned("a.txt", basic)) == "basic-auth-header");
  CHECK(rules(scanned("a.txt", base64("password = \"Sh0p2026xY9\"") + "\n")) == "");
  CHECK(rules(scanned("a.txt", token + " " + base64(token))) == "github-personal-token github-personal-token");
}

TEST_CASE("secrets: a wrong checksum and a file of tests weigh least, and are not hidden") {
  auto token = made("ghp_<sum>");
  CHECK(scanned("src/test/java/ShopTest.java", token).findings[0].severity == Severity::major);
  CHECK(scanned("fixtures/a.txt", token).findings[0].severity == Severity::major);
  token.back() = token.back() == 'a' ? 'b' : 'a';
  const auto invented = scanned("a.txt", token);
  REQUIRE(invented.findings.size() == 1);
  CHECK(invented.findings[0].severity == Severity::major);
  CHECK(invented.findings[0].message.en.find("most likely invented") != std::string::npos);
}

TEST_CASE("secrets: examples, places to fill, references and names of things are none") {
  for (const std::string text :
       {"password: changeme", "password: ${DB_PASSWORD}", "password: \"{{ password }}\"", "password: <password>",
        "password: ********", "db.password=ENC(Gs7dHk29sLq0)", "password: @db.password@", "password: vault:secret/a#b",
        "password: your_password", "password: xxxxxx", "api.secret: {cipher}9f8a7b6c5d4e3f2a1b", "password:",
        "jwt.secret: internal-gateway-signing-secret1", "token: process.env.TOKEN1", "password: # fill in 12345"})
    CHECK_MESSAGE(rules(scanned("application.yml", text)).empty(), text);
  for (const std::string text :
       {"String password = \"password\";", "String token = request.getHeader(\"accessToken1\");",
        "apiKey = \"your-api-key-goes-here-1\"",
        "key = \"AKIA"
        "IOSFODNN7EXAMPLE\"",
        "String secretName = \"com.shop.order.SecretNameResolver2\";"})
    CHECK_MESSAGE(rules(scanned("Shop.java", text)).empty(), text);
  CHECK(reads_like_words("accessTokenConverter2"));
  CHECK_FALSE(reads_like_words("kf93Jd8sLqPz0a7XbR"));
}

TEST_CASE(
    "secrets: weak but real passwords in configuration files are found, of Spring, Maven, npm, Gradle and Docker") {
  CHECK(rules(scanned("application-prod.yml", "spring:\n  datasource:\n    password: root\n")) == "spring-password");
  CHECK(rules(scanned("application.properties", "spring.redis.password=Sh0p!2026\r\n")) == "spring-password");
  CHECK(rules(scanned(".env", "export DB_PASSWORD='Sh0p2026'\n")) == "spring-password");
  CHECK(rules(scanned("a.properties", "#shop.token.secret.key=" + made("<62:40>") + "\n")) == "spring-secret");
  CHECK(rules(scanned("settings.xml", "<server>\n<password>Sh0p2026</password>\n</server>")) == "maven-password");
  CHECK(rules(scanned("settings.xml", "<password>${env.PASSWORD}</password>")).empty());
  CHECK(rules(scanned("pom.xml.txt", "<password>Sh0p2026</password>")).empty());
  CHECK(rules(scanned(".docker/config.json", "{\"auths\":{\"r\":{\"auth\":\"" + base64("shop:Sh0p2026") + "\"}}}")) ==
        "docker-registry-auth");
  CHECK(rules(scanned("gradle.properties", "nexusPassword=Sh0p2026")) == "gradle-password");
  CHECK(rules(scanned("a.md",
                      "mysql://shop:Sh0p2026"
                      "@db.test/shop")) == "mysql-url");
}

TEST_CASE("secrets: of rules that overlap the surest holds, and each secret of a line is found") {
  const auto a = made("ghp_<sum>"), b = made("glpat-<url:20>");
  CHECK(rules(scanned("Shop.java", "String apiToken = \"" + a + "\", secret = \"" + b + "\";")) ==
        "github-personal-token gitlab-personal-token");
  CHECK(rules(scanned("a.txt", a + "\n" + a + "\n")) == "github-personal-token github-personal-token");
}

TEST_CASE("secrets: sampan:ignore with a reason holds in a comment of any language, on the line or alone above it") {
  const auto token = made("ghp_<sum>");
  for (const std::string& text : {"a = \"" + token + "\"  # sampan:ignore github-personal-token revoked in 2024",
                                  "// sampan:ignore github-personal-token revoked in 2024\n" + token,
                                  "<!-- sampan:ignore github-personal-token revoked in 2024 -->\n<a>" + token + "</a>",
                                  "/* sampan:ignore github-personal-token revoked */\n" + token,
                                  "-- sampan:ignore github-personal-token revoked\n" + token}) {
    const auto result = scanned("a.txt", text);
    CHECK_MESSAGE(result.findings.empty(), text);
    CHECK(result.suppressed == 1);
    CHECK(result.gaps.empty());
  }
  const auto bare = scanned("a.txt", token + " # sampan:ignore github-personal-token");
  CHECK(bare.findings.size() == 1);
  REQUIRE(bare.gaps.size() == 1);
  CHECK(bare.gaps[0].reason.en.find("gives no reason") != std::string::npos);
  const auto slip = scanned("a.txt", token + " # sampan:ignore github-persnal-token revoked");
  REQUIRE(slip.gaps.size() == 1);
  CHECK(slip.gaps[0].reason.en.find("did you mean 'github-personal-token'?") != std::string::npos);
  CHECK(scanned("a.txt", token + " # sampan:ignore jwt another").findings.size() == 1);
  // Both engines read a Java file; a request that is not good is told once.
  const auto java =
      scan_file({}, "A.java", "class A {\n  String a = \"" + token + "\"; // sampan:ignore github-personal-token\n}\n");
  CHECK(java.gaps.size() == 1);
}

TEST_CASE("secrets: rules can be off, off for paths and weighed; the team's own patterns are asked too") {
  const auto settings = must(read_settings(R"yaml(
secrets:
  patterns:
    - {name: shop-token, pattern: "shop_([0-9a-f]{8})", what: 店铺令牌, severity: critical}
rules:
  github-personal-token: {except: ["old/**"]}
  gitlab-personal-token: {enabled: false}
  shop-token: {except: ["doc/**"]}
  npm-token: {severity: major}
)yaml",
                                           "scan.yaml"));
  const auto token = made("ghp_<sum>");
  CHECK(rules(scanned("old/a.txt", token, settings)).empty());
  CHECK(rules(scanned("new/a.txt", token, settings)) == "github-personal-token");
  CHECK(rules(scanned("a.txt", made("glpat-<url:20>"), settings)).empty());
  CHECK(scanned("a.txt", made("npm_<sum>"), settings).findings[0].severity == Severity::major);
  const auto own = scanned("a.txt",
                           "x shop_"
                           "12ab34cd y",
                           settings);
  REQUIRE(rules(own) == "shop-token");
  CHECK(own.findings[0].severity == Severity::critical);
  CHECK(own.findings[0].range == Range{1, 8, 1, 16});
  CHECK(own.findings[0].message.zh.find("店铺令牌") == 0);
  CHECK(rules(scanned("doc/a.txt",
                      "shop_"
                      "12ab34cd",
                      settings))
            .empty());
}

TEST_CASE("secrets: a pattern that is a bomb, matches nothing at all or is no expression is refused with its place") {
  const auto refusal = [](const std::string& pattern) {
    const auto read =
        read_settings("secrets:\n  patterns:\n    - {name: own, pattern: '" + pattern + "'}\n", "scan.yaml");
    return read.has_value() ? std::string() : read.error().message;
  };
  CHECK(refusal("own_[0-9]{8}").empty());
  CHECK(refusal("((a{100}){100}){100}").find("scan.yaml:3") == 0);
  CHECK(refusal("((([a-z]{0,90}){0,90}))x").find("scan.yaml:3") == 0);
  CHECK(refusal("[0-9a-z\\p{L}]{900}").find("steps a byte") != std::string::npos);
  CHECK(refusal("a*").find("matches the empty text") != std::string::npos);
  CHECK(refusal("(a").find("is not a regular expression") != std::string::npos);
  CHECK(refusal("(?<=a)b").find("is not a regular expression") != std::string::npos);
  CHECK(refusal(std::string(600, 'a')).find("at most 500") != std::string::npos);
  CHECK(read_settings("secrets:\n  patterns: [{name: jwt, pattern: abc}]\n", "f").error().message.find("already") !=
        std::string::npos);
  CHECK(read_settings("secrets:\n  patern: []\n", "f").error().message.find("'patterns'") != std::string::npos);
  // What is let through stays linear on text made against it.
  const auto settings = must(read_settings("secrets: {patterns: [{name: own, pattern: '(a|aa)+(a+)+b'}]}", "f"));
  CHECK(rules(scanned("a.txt", std::string(1 << 20, 'a'), settings)).empty());
}

TEST_CASE("secrets: a rule that throws is named, and the others still speak") {
  static constexpr Rule throwing =
      token("throwing", {"抛", "throwing"}, "ab[0-9]{4}", "ab<09:4>").formed([](std::string_view) -> bool {
        throw std::runtime_error("no luck");
      });
  static constexpr Rule well = token("well", {"好", "well"}, "cd[0-9]{4}", "cd<09:4>");
  const Rule* own[] = {&throwing, &well};
  const Settings settings;
  auto engine = must(Engine::create(settings, own));
  const auto outcome = engine.check("a.txt", "ab8263 cd9175");
  REQUIRE(outcome.findings.size() == 1);
  CHECK(outcome.findings[0].rule == "well");
  REQUIRE(outcome.gaps.size() == 1);
  CHECK(outcome.gaps[0].reason.en == "the rule throwing failed: no luck");
}

TEST_CASE(
    "secrets: UTF-8, UTF-16 and GBK are read; binary is left out and counted, or told where the name promises text") {
  const auto token = made("ghp_<sum>");
  CHECK(rules(scanned("a.txt", utf16("a\n" + token))) == "github-personal-token");
  CHECK(rules(scanned("a.txt", "\xEF\xBB\xBF" + token)) == "github-personal-token");
  const auto gbk = scanned("a.properties", "# \xD6\xD0\xCE\xC4\ntoken=" + token + " # \xD6\xD0\n");
  REQUIRE(rules(gbk) == "github-personal-token");
  CHECK(gbk.findings[0].range.line == 2);
  CHECK(rules(scanned("application.yml", "\xC3\xDC\xC2\xEB: Sh0p2026\n")) == "spring-password");
  CHECK(rules(scanned("a.txt", "\xFF\xFA " + token)) == "github-personal-token");
  const std::string zeros("a\0b\0\0", 5);
  const auto binary = scanned("core", zeros + token);
  CHECK(binary.findings.empty());
  CHECK(binary.gaps.empty());
  CHECK(binary.binary == 1);
  CHECK(scanned("a.png", token).binary == 1);
  CHECK(scanned("a.yml", zeros).gaps.size() == 1);
}

}  // namespace sampan::scan::secrets
