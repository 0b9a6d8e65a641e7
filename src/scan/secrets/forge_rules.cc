// Where code lives and is built.
#include "scan/secrets/checks.h"
#include "scan/secrets/rules.h"

namespace sampan::scan::secrets {

namespace {

constexpr Rule kRules[] = {
    token("github-personal-token", {"GitHub 个人访问令牌", "GitHub personal access token"},
          R"re(\bghp_[0-9A-Za-z]{36}\b)re", "ghp_<sum>")
        .summed(has_github_checksum),
    token("github-oauth-token", {"GitHub OAuth 令牌", "GitHub OAuth token"}, R"re(\bgho_[0-9A-Za-z]{36}\b)re",
          "gho_<sum>")
        .summed(has_github_checksum),
    token("github-user-token", {"GitHub 应用的用户令牌", "GitHub app's user token"}, R"re(\bghu_[0-9A-Za-z]{36}\b)re",
          "ghu_<sum>")
        .summed(has_github_checksum),
    token("github-server-token", {"GitHub 应用的安装令牌", "GitHub app's installation token"},
          R"re(\bghs_[0-9A-Za-z]{36}\b)re", "ghs_<sum>")
        .summed(has_github_checksum),
    token("github-refresh-token", {"GitHub 刷新令牌", "GitHub refresh token"}, R"re(\bghr_[0-9A-Za-z]{36}\b)re",
          "ghr_<sum>")
        .summed(has_github_checksum),
    token("github-fine-grained-token", {"GitHub 细粒度令牌", "GitHub fine-grained token"},
          R"re(\bgithub_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}\b)re", "github_pat_<62:22>_<62:59>"),
    token("gitlab-personal-token", {"GitLab 个人访问令牌", "GitLab personal access token"},
          R"re(\b(glpat-[0-9A-Za-z_-]{20})(?:[^0-9A-Za-z_.-]|$))re", "glpat-<url:20>"),
    token("gitlab-routable-token", {"GitLab 可路由令牌", "GitLab routable token"},
          R"re(\bgl(?:pat|rt|dt|cbt)-[0-9A-Za-z_-]{27,300}\.[0-9a-z]{2}\.?[0-9a-z]{7,9}\b)re",
          "glpat-<url:27>.01.<a9:9>"),
    token("gitlab-deploy-token", {"GitLab 部署令牌", "GitLab deploy token"},
          R"re(\b(gldt-[0-9A-Za-z_-]{20})(?:[^0-9A-Za-z_-]|$))re", "gldt-<url:20>"),
    token("gitlab-runner-token", {"GitLab Runner 令牌", "GitLab runner token"},
          R"re(\b(glrt-(?:t\d_)?[0-9A-Za-z_-]{20})(?:[^0-9A-Za-z_.-]|$))re", "glrt-<url:20>"),
    token("gitlab-runner-registration-token", {"GitLab Runner 注册令牌", "GitLab runner registration token"},
          R"re(\b(GR1348941[0-9A-Za-z_-]{20})(?:[^0-9A-Za-z_-]|$))re", "GR1348941<url:20>"),
    token("gitlab-trigger-token", {"GitLab 流水线触发令牌", "GitLab pipeline trigger token"},
          R"re(\bglptt-[0-9a-f]{40}\b)re", "glptt-<hex:40>"),
    token("gitlab-job-token", {"GitLab 作业令牌", "GitLab job token"},
          R"re(\b(glcbt-[0-9A-Za-z]{1,5}_[0-9A-Za-z_-]{20})(?:[^0-9A-Za-z_-]|$))re", "glcbt-64_<url:20>"),
    token("gitlab-scim-token", {"GitLab SCIM 令牌", "GitLab SCIM token"},
          R"re(\b(glsoat-[0-9A-Za-z_-]{20})(?:[^0-9A-Za-z_-]|$))re", "glsoat-<url:20>"),
    token("gitlab-feed-token", {"GitLab 订阅令牌", "GitLab feed token"},
          R"re(\b(glft-[0-9A-Za-z_-]{20})(?:[^0-9A-Za-z_-]|$))re", "glft-<url:20>"),
    token("gitlab-mail-token", {"GitLab 收件令牌", "GitLab incoming mail token"},
          R"re(\b(glimt-[0-9A-Za-z_-]{25})(?:[^0-9A-Za-z_-]|$))re", "glimt-<url:25>"),
    token("gitlab-agent-token", {"GitLab Kubernetes 代理令牌", "GitLab agent token"},
          R"re(\b(glagent-[0-9A-Za-z_-]{50})(?:[^0-9A-Za-z_-]|$))re", "glagent-<url:50>"),
    token("gitlab-oauth-secret", {"GitLab OAuth 应用密钥", "GitLab OAuth application secret"},
          R"re(\bgloas-[0-9a-f]{64}\b)re", "gloas-<hex:64>"),
    token("gitlab-feature-flag-token", {"GitLab 功能开关客户端令牌", "GitLab feature flag client token"},
          R"re(\b(glffct-[0-9A-Za-z_-]{20})(?:[^0-9A-Za-z_-]|$))re", "glffct-<url:20>"),
    token("gitlab-session", {"GitLab 会话", "GitLab session cookie"}, R"re(_gitlab_session=([0-9a-f]{32})\b)re",
          "_gitlab_session=[[<hex:32>]]"),
    token("bitbucket-app-password", {"Bitbucket 应用密码", "Bitbucket app password"},
          R"re(\bATBB[0-9A-Za-z]{24}[0-9A-F]{8}\b)re", "ATBB<62:24><HEX:8>"),
    token("atlassian-api-token", {"Atlassian API 令牌", "Atlassian API token"},
          R"re(\b(ATATT3[0-9A-Za-z_=-]{186})(?:[^0-9A-Za-z_=-]|$))re", "ATATT3<url:186>"),
    token("bitbucket-access-token", {"Bitbucket 访问令牌", "Bitbucket access token"},
          R"re(\b(ATCTT3[0-9A-Za-z_=-]{180,200})(?:[^0-9A-Za-z_=-]|$))re", "ATCTT3<url:180>"),
    token("yunxiao-personal-token", {"云效个人访问令牌", "Yunxiao personal access token"},
          R"re(\bpt-[0-9A-Za-z]{20,40}_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)re", "pt-<62:24>_<uuid>"),
    token("sourcegraph-token", {"Sourcegraph 令牌", "Sourcegraph token"},
          R"re(\bsgp_(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40}\b)re", "sgp_<hex:16>_<hex:40>"),
    token("circleci-personal-token", {"CircleCI 个人令牌", "CircleCI personal token"},
          R"re(\bCCIPAT_[0-9A-Za-z]{22}_[0-9a-f]{40}\b)re", "CCIPAT_<62:22>_<hex:40>"),
    token("circleci-project-token", {"CircleCI 项目令牌", "CircleCI project token"},
          R"re(\bCCIPRJ_[0-9A-Za-z]{22}_[0-9a-f]{40}\b)re", "CCIPRJ_<62:22>_<hex:40>"),
    token("buildkite-token", {"Buildkite 令牌", "Buildkite user token"}, R"re(\bbkua_[0-9a-f]{40}\b)re",
          "bkua_<hex:40>"),
    token("harness-token", {"Harness 令牌", "Harness token"},
          R"re(\b[ps]at\.[0-9A-Za-z_-]{22}\.[0-9a-f]{24}\.[0-9A-Za-z]{20}\b)re", "pat.<62:22>.<hex:24>.<62:20>"),
    token("octopus-api-key", {"Octopus Deploy 密钥", "Octopus Deploy API key"}, R"re(\bAPI-[0-9A-Z]{26}\b)re",
          "API-<A9:26>")
        .at_least(3)
        .formed(is_mixed),
    token("sonarqube-token", {"SonarQube 令牌", "SonarQube token"}, R"re(\bsq[uap]_[0-9a-f]{40}\b)re", "squ_<hex:40>"),
    token("postman-api-key", {"Postman 密钥", "Postman API key"}, R"re(\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}\b)re",
          "PMAK-<hex:24>-<hex:34>"),
    token("sampan-token", {"Sampan 令牌", "Sampan token"}, R"re(\b(sp_[0-9A-Za-z_-]{43})(?:[^0-9A-Za-z_-]|$))re",
          "sp_<url:43>")
        .at_least(4)
        .formed(is_mixed),
};

}  // namespace

Group forge_rules() { return kRules; }

}  // namespace sampan::scan::secrets
