// Clouds outside China, and what keeps their secrets.
#include "scan/secrets/checks.h"
#include "scan/secrets/rules.h"

namespace sampan::scan::secrets {

namespace {

constexpr Rule kRules[] = {
    token("aws-access-key-id", {"AWS 访问密钥 ID", "AWS access key id"},
          R"re(\b(?:AKIA|ASIA|ABIA|ACCA)[2-7A-Z]{16}\b)re", "AKIA<32:16>")
        .at_least(3),
    token("aws-session-token", {"AWS 会话令牌", "AWS session token"},
          R"re(\b((?:IQoJb3JpZ2lu|FwoGZXIvYXdz)[0-9A-Za-z+/=]{100,}))re", "FwoGZXIvYXdz<64:100>"),
    token("aws-bedrock-key", {"AWS Bedrock 密钥", "AWS Bedrock API key"}, R"re(\bABSK[0-9A-Za-z+/]{109,269}={0,2})re",
          "ABSK<64:109>")
        .at_least(4),
    token("aws-mws-token", {"Amazon MWS 令牌", "Amazon MWS token"},
          R"re(\bamzn\.mws\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)re", "amzn.mws.<uuid>"),
    token("gcp-api-key", {"Google API 密钥", "Google API key"}, R"re(\b(AIza[0-9A-Za-z_-]{35})(?:[^0-9A-Za-z_-]|$))re",
          "AIza<url:35>")
        .at_least(4),
    token("gcp-oauth-client-secret", {"Google OAuth 客户端密钥", "Google OAuth client secret"},
          R"re(\b(GOCSPX-[0-9A-Za-z_-]{28})(?:[^0-9A-Za-z_-]|$))re", "GOCSPX-<url:28>"),
    token("gcp-access-token", {"Google 访问令牌", "Google access token"}, R"re(\b(ya29\.[0-9A-Za-z_-]{30,500}))re",
          "ya29.<url:30>"),
    token("gcp-refresh-token", {"Google 刷新令牌", "Google refresh token"}, R"re(\b(1//0[0-9A-Za-z_-]{40,100}))re",
          "1//0<url:40>"),
    token("firebase-messaging-key", {"Firebase 推送密钥", "Firebase messaging key"},
          R"re(\b(AAAA[0-9A-Za-z_-]{7}:[0-9A-Za-z_-]{140})(?:[^0-9A-Za-z_-]|$))re", "AAAA<url:7>:<url:140>"),
    token("azure-storage-key", {"Azure 存储密钥", "Azure storage key"}, R"re(AccountKey=([0-9A-Za-z+/]{86}==))re",
          "AccountKey=[[<64:86>==]]"),
    token("azure-client-secret", {"Azure AD 应用密钥", "Azure AD client secret"},
          R"re((?:^|[^0-9A-Za-z_~.-])([0-9A-Za-z_~.-]{3}[0-9]Q~[0-9A-Za-z_~.-]{31,34})(?:[^0-9A-Za-z_~.-]|$))re",
          "<62:3>8Q~<62:34>"),
    token("azure-sas", {"Azure 共享访问签名", "Azure shared access signature"},
          R"re([?&;]sig=([0-9A-Za-z%+/]{43,70}(?:%3[Dd]|=)))re", "?sv=2022&sig=[[<62:43>%3D]]"),
    token("azure-shared-access-key", {"Azure 共享访问密钥", "Azure shared access key"},
          R"re(SharedAccessKey=([0-9A-Za-z+/]{43}=))re", "SharedAccessKey=[[<64:43>=]]"),
    token("azure-devops-token", {"Azure DevOps 令牌", "Azure DevOps token"},
          R"re(\b[0-9A-Za-z]{76}AZDO[0-9A-Za-z]{4}\b)re", "<62:76>AZDO<62:4>"),
    token("azure-function-key", {"Azure Functions 密钥", "Azure Functions key"},
          R"re(\b[0-9A-Za-z_-]{44}AzFu[0-9A-Za-z_-]{5}[AQgw]==)re", "<62:44>AzFu<62:5>A=="),
    token("azure-service-key", {"Azure 服务密钥", "Azure service key"},
          R"re(\b[0-9A-Za-z+/]{76}(?:APIM|ACDb|\+ABa|\+AMC|\+ASt)[0-9A-Za-z+/]{5}[AQgw]==)re", "<62:76>ACDb<62:5>A=="),
    token("azure-container-registry-key", {"Azure 镜像仓库密码", "Azure container registry password"},
          R"re(\b[0-9A-Za-z+/]{42}\+ACR[A-D][0-9A-Za-z+/]{5}\b)re", "<62:42>+ACRA<62:5>"),
    token("digitalocean-token", {"DigitalOcean 令牌", "DigitalOcean token"}, R"re(\bdop_v1_[0-9a-f]{64}\b)re",
          "dop_v1_<hex:64>"),
    token("digitalocean-oauth-token", {"DigitalOcean OAuth 令牌", "DigitalOcean OAuth token"},
          R"re(\bdoo_v1_[0-9a-f]{64}\b)re", "doo_v1_<hex:64>"),
    token("digitalocean-refresh-token", {"DigitalOcean 刷新令牌", "DigitalOcean refresh token"},
          R"re(\bdor_v1_[0-9a-f]{64}\b)re", "dor_v1_<hex:64>"),
    token("heroku-key", {"Heroku 密钥", "Heroku API key"}, R"re(\b(HRKU-AA[0-9A-Za-z_-]{58})(?:[^0-9A-Za-z_-]|$))re",
          "HRKU-AA<url:58>"),
    token("cloudflare-origin-key", {"Cloudflare 源站证书密钥", "Cloudflare origin CA key"},
          R"re(\bv1\.0-[0-9a-f]{24}-[0-9a-f]{146}\b)re", "v1.0-<hex:24>-<hex:146>"),
    token("netlify-token", {"Netlify 令牌", "Netlify token"}, R"re(\bnfp_[0-9A-Za-z]{36}\b)re", "nfp_<62:36>"),
    token("vercel-blob-token", {"Vercel Blob 令牌", "Vercel blob token"},
          R"re(\bvercel_blob_rw_[0-9A-Za-z]{16}_[0-9A-Za-z]{30}\b)re", "vercel_blob_rw_<62:16>_<62:30>"),
    token("fly-token", {"Fly.io 令牌", "Fly.io token"}, R"re(\b(fo1_[0-9A-Za-z_-]{43})(?:[^0-9A-Za-z_-]|$))re",
          "fo1_<url:43>"),
    token("fly-macaroon", {"Fly.io 令牌", "Fly.io macaroon"}, R"re(\b(fm[12][ar]?_[0-9A-Za-z+/]{100,600}={0,3}))re",
          "fm2_<64:100>"),
    token("render-key", {"Render 密钥", "Render API key"}, R"re(\brnd_[0-9A-Za-z]{32}\b)re", "rnd_<62:32>"),
    token("supabase-token", {"Supabase 令牌", "Supabase token"}, R"re(\bsbp_[0-9a-f]{40}\b)re", "sbp_<hex:40>"),
    token("supabase-secret-key", {"Supabase 密钥", "Supabase secret key"},
          R"re(\b(sb_secret_[0-9A-Za-z_-]{31})(?:[^0-9A-Za-z_-]|$))re", "sb_secret_<url:31>"),
    token("planetscale-token", {"PlanetScale 令牌", "PlanetScale token"},
          R"re(\b(pscale_(?:tkn|oauth)_[0-9A-Za-z_.=-]{32,64})(?:[^0-9A-Za-z_.=-]|$))re", "pscale_tkn_<url:32>"),
    token("planetscale-password", {"PlanetScale 密码", "PlanetScale password"},
          R"re(\b(pscale_pw_[0-9A-Za-z_.=-]{32,64})(?:[^0-9A-Za-z_.=-]|$))re", "pscale_pw_<url:32>"),
    token("neon-key", {"Neon 密钥", "Neon API key"}, R"re(\bnapi_[0-9a-z]{64}\b)re", "napi_<a9:64>"),
    token("databricks-token", {"Databricks 令牌", "Databricks token"}, R"re(\bdapi[0-9a-f]{32}(?:-\d)?\b)re",
          "dapi<hex:32>"),
    token("clickhouse-cloud-key", {"ClickHouse Cloud 密钥", "ClickHouse Cloud key"}, R"re(\b4b1d[0-9A-Za-z]{38}\b)re",
          "4b1d<62:38>")
        .at_least(4),
    token("terraform-cloud-token", {"Terraform Cloud 令牌", "Terraform Cloud token"},
          R"re(\b([0-9A-Za-z]{14}\.atlasv1\.[0-9A-Za-z_=-]{60,70})(?:[^0-9A-Za-z_=-]|$))re",
          "<62:14>.atlasv1.<url:60>"),
    token("vault-service-token", {"Vault 服务令牌", "Vault service token"}, R"re(\b(hvs\.[0-9A-Za-z_-]{90,200}))re",
          "hvs.<url:90>"),
    token("vault-batch-token", {"Vault 批量令牌", "Vault batch token"}, R"re(\b(hvb\.[0-9A-Za-z_-]{138,300}))re",
          "hvb.<url:138>"),
    token("pulumi-token", {"Pulumi 令牌", "Pulumi token"}, R"re(\bpul-[0-9a-f]{40}\b)re", "pul-<hex:40>"),
    token("doppler-token", {"Doppler 令牌", "Doppler token"},
          R"re(\bdp\.(?:pt|ct|sa|scim|audit|st(?:\.[0-9A-Za-z_-]{2,35})?)\.[0-9A-Za-z]{40,44}\b)re", "dp.pt.<62:40>"),
    token("1password-service-token", {"1Password 服务账号令牌", "1Password service account token"},
          R"re(\bops_eyJ[0-9A-Za-z+/]{250,}={0,3})re", "ops_eyJ<64:250>"),
    token("1password-secret-key", {"1Password 密钥", "1Password secret key"},
          R"re(\bA3-[0-9A-Z]{6}-(?:[0-9A-Z]{11}|[0-9A-Z]{6}-[0-9A-Z]{5})(?:-[0-9A-Z]{5}){3}\b)re",
          "A3-<A9:6>-<A9:11>-<A9:5>-<A9:5>-<A9:5>"),
    token("infisical-token", {"Infisical 令牌", "Infisical token"},
          R"re(\bst\.[0-9a-f]{24}\.[0-9a-f]{32}\.[0-9a-f]{32}\b)re", "st.<hex:24>.<hex:32>.<hex:32>"),
    token("openshift-token", {"OpenShift 令牌", "OpenShift token"},
          R"re(\b(sha256~[0-9A-Za-z_-]{43})(?:[^0-9A-Za-z_-]|$))re", "sha256~<url:43>"),
    token("tailscale-key", {"Tailscale 密钥", "Tailscale key"},
          R"re(\btskey-(?:auth|api|client|scim|webhook)-[0-9A-Za-z]{6,20}-[0-9A-Za-z]{20,40}\b)re",
          "tskey-auth-<62:12>-<62:20>"),
    token("scaleway-key", {"Scaleway 密钥 ID", "Scaleway access key"}, R"re(\bSCW[0-9A-Z]{17}\b)re", "SCW<A9:17>")
        .at_least(3)
        .formed(is_mixed)
        .weighs(Severity::critical),
    token("yandex-api-key", {"Yandex Cloud 密钥", "Yandex Cloud API key"},
          R"re(\b(AQVN[0-9A-Za-z_-]{35,38})(?:[^0-9A-Za-z_-]|$))re", "AQVN<url:35>"),
    token("yandex-oauth-token", {"Yandex OAuth 令牌", "Yandex OAuth token"},
          R"re(\b(y0_[0-9A-Za-z_-]{55,60})(?:[^0-9A-Za-z_-]|$))re", "y0_<url:55>"),
};

}  // namespace

Group cloud_rules() { return kRules; }

}  // namespace sampan::scan::secrets
