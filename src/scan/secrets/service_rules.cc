// Other services.
#include "scan/secrets/checks.h"
#include "scan/secrets/rules.h"

namespace sampan::scan::secrets {

namespace {

constexpr Rule kRules[] = {
    token("grafana-service-token", {"Grafana 服务账号令牌", "Grafana service account token"},
          R"re(\bglsa_[0-9A-Za-z]{32}_[0-9A-Fa-f]{8}\b)re", "glsa_<62:32>_<hex:8>"),
    token("grafana-cloud-token", {"Grafana Cloud 令牌", "Grafana Cloud token"},
          R"re(\bglc_eyJ[0-9A-Za-z+/]{30,400}={0,3})re", "glc_eyJ<64:40>"),
    token("grafana-api-key", {"Grafana 旧式密钥", "Grafana API key"}, R"re(\beyJrIjoi[0-9A-Za-z]{70,400}={0,3})re",
          "eyJrIjoi<62:70>"),
    token("sentry-organization-token", {"Sentry 组织令牌", "Sentry organisation token"},
          R"re(\bsntrys_eyJ[0-9A-Za-z+/=]{80,300}_[0-9A-Za-z+/]{43})re", "sntrys_eyJ<62:80>_<62:43>"),
    token("sentry-user-token", {"Sentry 用户令牌", "Sentry user token"}, R"re(\bsntryu_[0-9a-f]{64}\b)re",
          "sntryu_<hex:64>"),
    token("new-relic-user-key", {"New Relic 用户密钥", "New Relic user key"}, R"re(\bNRAK-[0-9A-Z]{27}\b)re",
          "NRAK-<A9:27>"),
    token("new-relic-insert-key", {"New Relic 写入密钥", "New Relic insert key"},
          R"re(\b(NRII-[0-9A-Za-z_-]{32})(?:[^0-9A-Za-z_-]|$))re", "NRII-<url:32>"),
    token("new-relic-browser-key", {"New Relic 浏览器密钥", "New Relic browser key"}, R"re(\bNRJS-[0-9a-f]{19}\b)re",
          "NRJS-<hex:19>")
        .weighs(Severity::critical),
    token("dynatrace-token", {"Dynatrace 令牌", "Dynatrace token"},
          R"re(\bdt0[a-z][0-9]{2}\.[0-9A-Z]{24}\.[0-9A-Z]{64}\b)re", "dt0c01.<A9:24>.<A9:64>"),
    token("honeycomb-key", {"Honeycomb 密钥", "Honeycomb key"}, R"re(\bhc[abx][il][kc]_[0-9a-z]{26,60}\b)re",
          "hcaik_<a9:58>")
        .at_least(3.5),
    token("linear-key", {"Linear 密钥", "Linear API key"}, R"re(\blin_api_[0-9A-Za-z]{40}\b)re", "lin_api_<62:40>"),
    token("notion-token", {"Notion 令牌", "Notion token"}, R"re(\bntn_[0-9]{11}[0-9A-Za-z]{35}\b)re",
          "ntn_<09:11><62:35>"),
    token("notion-legacy-token", {"Notion 旧式令牌", "Notion integration token"}, R"re(\bsecret_[0-9A-Za-z]{43}\b)re",
          "secret_<62:43>")
        .at_least(4),
    token("airtable-token", {"Airtable 令牌", "Airtable personal token"}, R"re(\bpat[0-9A-Za-z]{14}\.[0-9a-f]{64}\b)re",
          "pat<62:14>.<hex:64>"),
    token("figma-token", {"Figma 令牌", "Figma token"},
          R"re(\b(fig[dru]_?[dr]?_[0-9A-Za-z_-]{40,52})(?:[^0-9A-Za-z_-]|$))re", "figd_<url:40>"),
    token("dropbox-token", {"Dropbox 令牌", "Dropbox token"},
          R"re(\b(sl\.(?:u\.)?[0-9A-Za-z_=-]{130,})(?:[^0-9A-Za-z_=-]|$))re", "sl.<url:130>"),
    token("clickup-token", {"ClickUp 令牌", "ClickUp token"}, R"re(\bpk_[0-9]{5,10}_[0-9A-Z]{32}\b)re",
          "pk_<09:8>_<A9:32>"),
    token("typeform-token", {"Typeform 令牌", "Typeform token"},
          R"re(\b(tfp_[0-9A-Za-z_.=-]{59})(?:[^0-9A-Za-z_-]|$))re", "tfp_<url:59>"),
    token("hubspot-token", {"HubSpot 令牌", "HubSpot private app token"},
          R"re(\bpat-(?:na|eu)[0-9]-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)re", "pat-na1-<uuid>"),
    token("contentful-token", {"Contentful 令牌", "Contentful token"},
          R"re(\b(CFPAT-[0-9A-Za-z_-]{43})(?:[^0-9A-Za-z_-]|$))re", "CFPAT-<url:43>"),
    token("mapbox-secret-token", {"Mapbox 密钥", "Mapbox secret token"},
          R"re(\b(sk\.eyJ[0-9A-Za-z_-]{50,120}\.[0-9A-Za-z_-]{22})(?:[^0-9A-Za-z_-]|$))re", "sk.eyJ<62:60>.<url:22>"),
    token("facebook-token", {"Facebook 访问令牌", "Facebook access token"}, R"re(\bEAA[MC][0-9A-Za-z]{100,300}\b)re",
          "EAAC<62:100>"),
    token("instagram-token", {"Instagram 访问令牌", "Instagram access token"},
          R"re(\b(IG(?:QV|AA)[0-9A-Za-z_-]{100,300}))re", "IGQV<62:100>"),
    token("twitter-bearer-token", {"Twitter 持有者令牌", "Twitter bearer token"},
          R"re(\bA{22}[0-9A-Za-z%]{80,100}\b)re", "AAAAAAAAAAAAAAAAAAAAAA<62:80>"),
    token("adafruit-key", {"Adafruit 密钥", "Adafruit IO key"}, R"re(\baio_[0-9A-Za-z]{28}\b)re", "aio_<62:28>"),
    token("prefect-key", {"Prefect 密钥", "Prefect API key"}, R"re(\bpn[ub]_[0-9A-Za-z]{36}\b)re", "pnu_<62:36>")
        .at_least(3.5),
    token("scalingo-token", {"Scalingo 令牌", "Scalingo token"},
          R"re(\b(tk-us-[0-9A-Za-z_-]{48})(?:[^0-9A-Za-z_-]|$))re", "tk-us-<url:48>"),
    token("settlemint-token", {"SettleMint 令牌", "SettleMint token"}, R"re(\bsm_(?:aat|pat|sat)_[0-9A-Za-z]{16}\b)re",
          "sm_aat_<62:16>"),
    token("launchdarkly-key", {"LaunchDarkly 密钥", "LaunchDarkly key"},
          R"re(\b(?:sdk|api|rel)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)re", "sdk-<uuid>"),
    token("defined-networking-key", {"Defined Networking 密钥", "Defined Networking key"},
          R"re(\b(dnkey-[0-9A-Z=_-]{26}-[0-9A-Z=_-]{52})(?:[^0-9A-Z_-]|$))re", "dnkey-<A9:26>-<A9:52>"),
    token("cloudinary-url", {"Cloudinary 地址里的密钥", "Cloudinary address with its secret"},
          R"re(cloudinary://[0-9]{12,18}:([0-9A-Za-z_-]{20,40})@)re", "cloudinary://<09:15>:[[<url:27>]]@shop"),
    token("sumologic-url", {"Sumo Logic 收集地址", "Sumo Logic collector's address"},
          R"re(sumologic\.com/receiver/v1/http/([0-9A-Za-z_=-]{40,120}))re",
          "https://endpoint.collection.sumologic.com/receiver/v1/http/[[<url:60>]]"),
    token("zapier-webhook", {"Zapier 回调地址", "Zapier web hook"},
          R"re(hooks\.zapier\.com/hooks/catch/([0-9]{5,10}/[0-9a-z]{5,12}))re",
          "https://hooks.zapier.com/hooks/catch/[[<09:7>/<a9:7>]]")
        .weighs(Severity::critical),
    token("curl-basic-auth", {"curl 命令里的用户名和密码", "user and password given to curl"},
          R"re(\bcurl\b[^\n]{0,200}?[ \t](?:-u|--user)[ \t=]{1,3}["']?([0-9A-Za-z_.@-]{1,60}:[^\s"'$<>{}]{4,100}))re",
          "curl -s -u [[admin:<62:14>]] https://shop.test/")
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical)
        .at_least(2.5),
    token(
        "basic-auth-header", {"请求头里的用户名和密码", "user and password in a request's header"},
        R"re((?i:authorization)["']?[ \t]{0,3}[:=,][ \t]{0,3}["'`]?(?i:basic)[ \t]{1,3}([0-9A-Za-z+/]{10,200}={0,2}))re",
        "Authorization: Basic [[<basic>]]")
        .formed(is_basic_auth)
        .mended(kNewPassword)
        .weighs(Severity::critical),
    token(
        "bearer-header", {"请求头里的令牌", "token in a request's header"},
        R"re((?i:authorization)["']?[ \t]{0,3}[:=,][ \t]{0,3}["'`]?(?i:bearer)[ \t]{1,3}([0-9A-Za-z_.~+/-]{20,500}={0,2}))re",
        "Authorization: Bearer [[<62:32>]]")
        .weak()
        .at_least(3.5)
        .formed(has_digit)
        .weighs(Severity::critical),
    token("sshpass-password", {"sshpass 命令里的密码", "password given to sshpass"},
          R"re(\bsshpass[ \t]{1,4}-p[ \t]{0,4}["']?([^\s"'$<>{}]{4,100}))re", "sshpass -p [[<62:12>]] ssh shop")
        .weak()
        .mended(kNewPassword)
        .weighs(Severity::critical),
};

}  // namespace

Group service_rules() { return kRules; }

}  // namespace sampan::scan::secrets
