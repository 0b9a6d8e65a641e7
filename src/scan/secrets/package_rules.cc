// Registries of packages and images.
#include "scan/secrets/checks.h"
#include "scan/secrets/rules.h"

namespace sampan::scan::secrets {

namespace {

constexpr Rule kRules[] = {
    token("npm-token", {"npm 令牌", "npm access token"}, R"re(\bnpm_[0-9A-Za-z]{36}\b)re", "npm_<sum>")
        .summed(has_github_checksum),
    token("npmrc-token", {".npmrc 里的仓库令牌", "token of a registry in .npmrc"},
          R"re(_authToken[ \t]{0,4}=[ \t]{0,4}"?([0-9A-Za-z_.+/=-]{20,}))re", "//npm.test/:_authToken=[[<uuid>]]")
        .in(Where::npm)
        .weak(),
    token("npmrc-password", {".npmrc 里的仓库密码", "password of a registry in .npmrc"},
          R"re((?:_auth|_password)[ \t]{0,4}=[ \t]{0,4}"?([0-9A-Za-z+/]{8,}={0,2}))re", "_auth=[[<basic>]]")
        .in(Where::npm)
        .weak()
        .mended(kNewPassword),
    token("yarnrc-token", {".yarnrc.yml 里的仓库令牌", "token of a registry in .yarnrc.yml"},
          R"re(npmAuth(?:Token|Ident):[ \t]{1,4}["']?([0-9A-Za-z_.+/=:-]{16,}))re", "npmAuthToken: [[<62:30>]]")
        .in(Where::npm)
        .weak(),
    token("pypi-token", {"PyPI 令牌", "PyPI upload token"}, R"re(\bpypi-AgEIcHlwaS5vcmc[0-9A-Za-z_-]{50,})re",
          "pypi-AgEIcHlwaS5vcmc<url:50>"),
    token("testpypi-token", {"TestPyPI 令牌", "TestPyPI upload token"},
          R"re(\bpypi-AgENdGVzdC5weXBpLm9yZ[0-9A-Za-z_-]{50,})re", "pypi-AgENdGVzdC5weXBpLm9yZ<url:50>"),
    token("rubygems-key", {"RubyGems 密钥", "RubyGems API key"}, R"re(\brubygems_[0-9a-f]{48}\b)re",
          "rubygems_<hex:48>"),
    token("nuget-key", {"NuGet 密钥", "NuGet API key"}, R"re(\boy2[0-9a-z]{43}\b)re", "oy2<a9:43>")
        .at_least(3.5)
        .formed(has_digit),
    token("crates-token", {"crates.io 令牌", "crates.io token"}, R"re(\bcio[0-9A-Za-z]{32}\b)re", "cio<62:32>")
        .at_least(3.5)
        .formed(has_digit),
    token("clojars-token", {"Clojars 令牌", "Clojars token"}, R"re(\bCLOJARS_[0-9a-z]{60}\b)re", "CLOJARS_<a9:60>"),
    token("packagist-token", {"Packagist 令牌", "Packagist token"}, R"re(\bpackagist_[ou][ru]t_[0-9a-f]{68}\b)re",
          "packagist_ort_<hex:68>"),
    token("artifactory-key", {"Artifactory 密钥", "Artifactory API key"}, R"re(\bAKCp[0-9A-Za-z]{69}\b)re",
          "AKCp<62:69>")
        .at_least(4),
    token("artifactory-reference-token", {"Artifactory 引用令牌", "Artifactory reference token"},
          R"re(\bcmVmdGtu[0-9A-Za-z]{56}\b)re", "cmVmdGtu<62:56>"),
    token("docker-hub-token", {"Docker Hub 个人令牌", "Docker Hub personal token"},
          R"re(\b(dckr_pat_[0-9A-Za-z_-]{27})(?:[^0-9A-Za-z_-]|$))re", "dckr_pat_<url:27>"),
    token("docker-hub-organization-token", {"Docker Hub 组织令牌", "Docker Hub organisation token"},
          R"re(\b(dckr_oat_[0-9A-Za-z_-]{32})(?:[^0-9A-Za-z_-]|$))re", "dckr_oat_<url:32>"),
    token("docker-registry-auth", {"镜像仓库的用户名和密码", "user and password of an image registry"},
          R"re("auth"\s{0,4}:\s{0,4}"([0-9A-Za-z+/]{8,}={0,2})")re", R"("auth": "[[<basic>]]")")
        .in(Where::docker)
        .formed(is_basic_auth)
        .mended(kNewPassword),
    token("maven-password", {"Maven settings.xml 里的密码", "password in Maven's settings.xml"},
          R"re(<(?:password|passphrase)>([^<>\s{}$]{3,200})</)re", "<server><password>[[<62:12>]]</password></server>")
        .in(Where::maven)
        .weak()
        .mended(kNewPassword),
    token(
        "gradle-password", {"Gradle 里的密码或令牌", "password or token in Gradle's files"},
        R"re((?im)^[ \t]{0,20}(?:def[ \t]{1,4})?[0-9a-z_.]{0,60}(?:password|passwd|secret|token|apikey|api_key)[ \t]{0,4}[=:]?[ \t]{0,4}["']?([^\s"'(){}$<>]{4,200}))re",
        "ossrhPassword=[[<62:14>]]")
        .in(Where::gradle)
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical),
    token("readme-token", {"ReadMe 令牌", "ReadMe API token"}, R"re(\brdme_[0-9a-z]{70}\b)re", "rdme_<a9:70>"),
};

}  // namespace

Group package_rules() { return kRules; }

}  // namespace sampan::scan::secrets
