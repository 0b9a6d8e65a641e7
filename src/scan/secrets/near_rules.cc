// Values of a common form, told by the name of their service.
#include "scan/secrets/checks.h"
#include "scan/secrets/rules.h"

namespace sampan::scan::secrets {

namespace {

constexpr Rule kRules[] = {
    near("aws-secret-access-key", {"AWS 访问密钥", "AWS secret access key"}, R"(aws|amazon|secret_?access_?key)",
         R"([0-9A-Za-z/+]{40})", "aws_secret_access_key = [[<64:40>]]")
        .at_least(4.2),
    near("cloudflare-api-token", {"Cloudflare 令牌", "Cloudflare API token"}, R"(cloudflare|cf[_.-]?api)",
         R"([0-9A-Za-z_-]{40})", "cloudflare_api_token = [[<62:40>]]")
        .at_least(4)
        .formed(is_mixed),
    near("cloudflare-global-key", {"Cloudflare 全局密钥", "Cloudflare global key"}, R"(cloudflare)", R"([0-9a-f]{37})",
         "cloudflare_key = [[<hex:37>]]")
        .at_least(3),
    near("datadog-key", {"Datadog 密钥", "Datadog key"}, R"(datadog|dd[_.-](?:api|app))",
         R"([0-9a-f]{40}|[0-9a-f]{32})", "datadog_app_key: [[<hex:40>]]")
        .at_least(3),
    near("fastly-token", {"Fastly 令牌", "Fastly token"}, R"(fastly)", R"([0-9A-Za-z_=-]{32})",
         "fastly_token = [[<62:32>]]")
        .at_least(3.8)
        .formed(is_mixed),
    near("linode-token", {"Linode 令牌", "Linode token"}, R"(linode)", R"([0-9a-f]{64})", "linode_token = [[<hex:64>]]")
        .at_least(3),
    near("vultr-key", {"Vultr 密钥", "Vultr API key"}, R"(vultr)", R"([0-9A-Z]{36})", "vultr_api_key = [[<A9:36>]]")
        .at_least(3.5)
        .formed(is_mixed),
    near("hetzner-token", {"Hetzner 令牌", "Hetzner token"}, R"(hetzner|hcloud)", R"([0-9A-Za-z]{64})",
         "hcloud_token = [[<62:64>]]")
        .at_least(4)
        .formed(is_mixed),
    near("heroku-api-key", {"Heroku 旧式密钥", "Heroku API key"}, R"(heroku)",
         R"([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})", "heroku_api_key = [[<uuid>]]")
        .at_least(3),
    near("ibm-cloud-key", {"IBM Cloud 密钥", "IBM Cloud key"}, R"(ibm[_.-]?cloud|bluemix)", R"([0-9A-Za-z_-]{44})",
         "ibmcloud_api_key = [[<62:44>]]")
        .at_least(4)
        .formed(is_mixed),
    near("ovh-key", {"OVH 密钥", "OVH key"}, R"(ovh)", R"([0-9A-Za-z]{32})", "ovh_consumer_key = [[<62:32>]]")
        .at_least(3.8)
        .formed(is_mixed),
    near("confluent-secret", {"Confluent 密钥", "Confluent secret"}, R"(confluent)", R"([0-9A-Za-z+/]{64})",
         "confluent_secret = [[<62:64>]]")
        .at_least(4)
        .formed(is_mixed),
    near("vercel-token", {"Vercel 令牌", "Vercel token"}, R"(vercel)", R"([0-9A-Za-z]{24})",
         "vercel_token = [[<62:24>]]")
        .at_least(3.8)
        .formed(is_mixed),
    near("travis-token", {"Travis CI 令牌", "Travis CI token"}, R"(travis)", R"([0-9A-Za-z_-]{22})",
         "travis_token = [[<62:22>]]")
        .at_least(3.8)
        .formed(is_mixed),
    near("drone-token", {"Drone CI 令牌", "Drone CI token"}, R"(drone[_.-]?ci|drone_(?:token|secret))",
         R"([0-9A-Za-z]{32})", "drone_token = [[<62:32>]]")
        .at_least(3.8)
        .formed(is_mixed),
    near("codecov-token", {"Codecov 令牌", "Codecov token"}, R"(codecov)",
         R"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", "codecov_token = [[<uuid>]]")
        .at_least(3),
    near("jenkins-token", {"Jenkins 令牌", "Jenkins token"}, R"(jenkins)", R"(11[0-9a-f]{32})",
         "jenkins_token = [[11<hex:32>]]")
        .at_least(3),
    near("snyk-token", {"Snyk 令牌", "Snyk token"}, R"(snyk)", R"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",
         "snyk_token = [[<uuid>]]")
        .at_least(3),
    near("bitbucket-client-secret", {"Bitbucket 客户端密钥", "Bitbucket client secret"}, R"(bitbucket)",
         R"([0-9A-Za-z_-]{64})", "bitbucket_secret = [[<62:64>]]")
        .at_least(4)
        .formed(is_mixed),
    near("pagerduty-key", {"PagerDuty 密钥", "PagerDuty key"}, R"(pagerduty|pager_duty)", R"([0-9A-Za-z_+-]{20})",
         "pagerduty_token = [[<62:20>]]")
        .at_least(3.5)
        .formed(is_mixed),
    near("opsgenie-key", {"Opsgenie 密钥", "Opsgenie key"}, R"(opsgenie)",
         R"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", "opsgenie_key = [[<uuid>]]")
        .at_least(3),
    near("splunk-token", {"Splunk 令牌", "Splunk token"}, R"(splunk|hec[_.-]token)",
         R"([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})", "splunk_token = [[<uuid>]]")
        .at_least(3),
    near("elastic-api-key", {"Elastic 密钥", "Elastic API key"}, R"(elastic)", R"([0-9A-Za-z_-]{56,64}={0,2})",
         "elastic_api_key = [[<62:60>]]")
        .at_least(4)
        .formed(is_mixed),
    near("rollbar-token", {"Rollbar 令牌", "Rollbar token"}, R"(rollbar)", R"([0-9a-f]{32})",
         "rollbar_token = [[<hex:32>]]")
        .at_least(3),
    near("bugsnag-key", {"Bugsnag 密钥", "Bugsnag key"}, R"(bugsnag)", R"([0-9a-f]{32})", "bugsnag_key = [[<hex:32>]]")
        .at_least(3),
    near("logzio-token", {"Logz.io 令牌", "Logz.io token"}, R"(logz)", R"([A-Za-z]{32})", "logzio_token = [[<let:32>]]")
        .at_least(3.5),
    near("amplitude-secret", {"Amplitude 密钥", "Amplitude secret"}, R"(amplitude)", R"([0-9a-f]{32})",
         "amplitude_secret = [[<hex:32>]]")
        .at_least(3),
    near("mixpanel-secret", {"Mixpanel 密钥", "Mixpanel secret"}, R"(mixpanel)", R"([0-9a-f]{32})",
         "mixpanel_secret = [[<hex:32>]]")
        .at_least(3),
    near("segment-key", {"Segment 密钥", "Segment write key"}, R"(segment[_.-]?(?:write|api|key|token))",
         R"([0-9A-Za-z]{32})", "segment_write_key = [[<62:32>]]")
        .at_least(3.8)
        .formed(is_mixed),
    near("algolia-key", {"Algolia 密钥", "Algolia key"}, R"(algolia)", R"([0-9a-f]{32})",
         "algolia_admin_key = [[<hex:32>]]")
        .at_least(3),
    near("okta-token", {"Okta 令牌", "Okta token"}, R"(okta)", R"(00[0-9A-Za-z_-]{40})", "okta_token = [[00<62:40>]]")
        .at_least(4)
        .formed(is_mixed),
    near("auth0-secret", {"Auth0 密钥", "Auth0 client secret"}, R"(auth0)", R"([0-9A-Za-z_-]{64})",
         "auth0_client_secret = [[<62:64>]]")
        .at_least(4)
        .formed(is_mixed),
    near("twilio-auth-token", {"Twilio 令牌", "Twilio auth token"}, R"(twilio)", R"([0-9a-f]{32})",
         "twilio_auth_token = [[<hex:32>]]")
        .at_least(3),
    near("postmark-token", {"Postmark 令牌", "Postmark token"}, R"(postmark)",
         R"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", "postmark_token = [[<uuid>]]")
        .at_least(3),
    near("sparkpost-key", {"SparkPost 密钥", "SparkPost key"}, R"(sparkpost)", R"([0-9a-f]{40})",
         "sparkpost_key = [[<hex:40>]]")
        .at_least(3),
    near("vonage-secret", {"Vonage 密钥", "Vonage secret"}, R"(vonage|nexmo)", R"([0-9A-Za-z]{16})",
         "nexmo_secret = [[<62:16>]]")
        .at_least(3.2)
        .formed(is_mixed),
    near("messagebird-key", {"MessageBird 密钥", "MessageBird key"}, R"(message[_.-]?bird)", R"([0-9A-Za-z]{25})",
         "messagebird_key = [[<62:25>]]")
        .at_least(3.5)
        .formed(is_mixed),
    near("line-token", {"LINE 令牌", "LINE channel token"}, R"(line[_.-](?:channel|bot|api))",
         R"([0-9A-Za-z+/]{160,180}={0,2})", "line_channel_token = [[<62:170>]]")
        .at_least(4)
        .formed(is_mixed),
    near("zoom-secret", {"Zoom 密钥", "Zoom secret"}, R"(zoom[_.-]?(?:api|client|jwt|secret|key))",
         R"([0-9A-Za-z]{32,36})", "zoom_api_secret = [[<62:36>]]")
        .at_least(3.8)
        .formed(is_mixed),
    near("intercom-token", {"Intercom 令牌", "Intercom token"}, R"(intercom)", R"([0-9A-Za-z=_]{60})",
         "intercom_token = [[<62:60>]]")
        .at_least(4)
        .formed(is_mixed),
    near("zendesk-token", {"Zendesk 令牌", "Zendesk token"}, R"(zendesk)", R"([0-9A-Za-z]{40})",
         "zendesk_token = [[<62:40>]]")
        .at_least(4)
        .formed(is_mixed),
    near("freshdesk-key", {"Freshdesk 密钥", "Freshdesk key"}, R"(freshdesk)", R"([0-9A-Za-z]{20})",
         "freshdesk_key = [[<62:20>]]")
        .at_least(3.5)
        .formed(is_mixed),
    near("asana-token", {"Asana 令牌", "Asana token"}, R"(asana)", R"([0-9]/[0-9]{16}:[0-9a-f]{32}|[0-9a-f]{32})",
         "asana_token = [[<hex:32>]]")
        .at_least(3),
    near("jira-token", {"Jira 令牌", "Jira token"}, R"(jira|confluence|atlassian)", R"([0-9A-Za-z]{24})",
         "jira_token = [[<62:24>]]")
        .at_least(3.8)
        .formed(is_mixed),
    near("trello-key", {"Trello 密钥", "Trello key"}, R"(trello)", R"([0-9a-f]{64}|[0-9a-f]{32})",
         "trello_token = [[<hex:64>]]")
        .at_least(3),
    near("monday-token", {"monday.com 令牌", "monday.com token"}, R"(monday[_.-](?:api|token|com))",
         R"([0-9A-Za-z_.-]{100,400})", "monday_token = [[<62:110>]]")
        .at_least(4.2)
        .formed(is_mixed),
    near("coinbase-secret", {"Coinbase 密钥", "Coinbase secret"}, R"(coinbase)", R"([0-9A-Za-z_+/-]{64,88}={0,2})",
         "coinbase_secret = [[<62:64>]]")
        .at_least(4)
        .formed(is_mixed),
    near("binance-key", {"币安密钥", "Binance key"}, R"(binance)", R"([0-9A-Za-z]{64})",
         "binance_secret_key = [[<62:64>]]")
        .at_least(4)
        .formed(is_mixed),
    near("kraken-key", {"Kraken 密钥", "Kraken key"}, R"(kraken)", R"([0-9A-Za-z+/]{86}==)",
         "kraken_secret = [[<64:86>==]]")
        .at_least(4),
    near("paypal-secret", {"PayPal 密钥", "PayPal client secret"}, R"(paypal)", R"([0-9A-Za-z_-]{80})",
         "paypal_client_secret = [[<62:80>]]")
        .at_least(4)
        .formed(is_mixed),
    near("adyen-key", {"Adyen 密钥", "Adyen API key"}, R"(adyen)", R"(AQE[0-9A-Za-z_+/=.%^-]{100,400})",
         "adyen_api_key = [[AQE<62:110>]]")
        .at_least(4)
        .formed(is_mixed),
    near("mistral-key", {"Mistral 密钥", "Mistral key"}, R"(mistral)", R"([0-9A-Za-z]{32})",
         "mistral_api_key = [[<62:32>]]")
        .at_least(3.8)
        .formed(is_mixed),
    near("cohere-key", {"Cohere 密钥", "Cohere key"}, R"(cohere)", R"([0-9A-Za-z]{40})", "cohere_api_key = [[<62:40>]]")
        .at_least(4)
        .formed(is_mixed),
    near("azure-openai-key", {"Azure OpenAI 密钥", "Azure OpenAI key"}, R"(azure[_.-]?open_?ai)", R"([0-9a-f]{32})",
         "azure_openai_key = [[<hex:32>]]")
        .at_least(3),
    near("wandb-key", {"Weights & Biases 密钥", "Weights & Biases key"}, R"(wandb)", R"([0-9a-f]{40})",
         "wandb_api_key = [[<hex:40>]]")
        .at_least(3),
    near("deepgram-key", {"Deepgram 密钥", "Deepgram key"}, R"(deepgram)", R"([0-9a-f]{40})",
         "deepgram_key = [[<hex:40>]]")
        .at_least(3),
    near("twitter-secret", {"Twitter 密钥", "Twitter secret"}, R"(twitter)", R"([0-9A-Za-z]{50}|[0-9A-Za-z]{45})",
         "twitter_secret = [[<62:50>]]")
        .at_least(4)
        .formed(is_mixed),
    near("linkedin-secret", {"LinkedIn 密钥", "LinkedIn secret"}, R"(linkedin)", R"([0-9A-Za-z]{16})",
         "linkedin_client_secret = [[<62:16>]]")
        .at_least(3.3)
        .formed(is_mixed),
    near("facebook-secret", {"Facebook 应用密钥", "Facebook app secret"}, R"(facebook|fb[_.-]?app)", R"([0-9a-f]{32})",
         "facebook_app_secret = [[<hex:32>]]")
        .at_least(3),
    near("spotify-secret", {"Spotify 密钥", "Spotify secret"}, R"(spotify)", R"([0-9a-f]{32})",
         "spotify_client_secret = [[<hex:32>]]")
        .at_least(3),
    near("twitch-secret", {"Twitch 密钥", "Twitch secret"}, R"(twitch)", R"([0-9a-z]{30})",
         "twitch_secret = [[<a9:30>]]")
        .at_least(3.5)
        .formed(is_mixed),
    near("google-maps-secret", {"Google 签名密钥", "Google signing secret"},
         R"(google[_.-]?(?:client|maps|signing)[_.-]?secret)", R"([0-9A-Za-z_-]{24,28}=?)",
         "google_client_secret = [[<62:24>]]")
        .at_least(3.8)
        .formed(is_mixed),
    near("ngrok-token", {"ngrok 令牌", "ngrok token"}, R"(ngrok)", R"([0-9A-Za-z]{27}_[0-9A-Za-z]{21})",
         "ngrok_token = [[<62:27>_<62:21>]]")
        .at_least(4)
        .formed(is_mixed),
    near("consul-token", {"Consul 令牌", "Consul token"}, R"(consul|nomad)",
         R"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", "consul_token = [[<uuid>]]")
        .at_least(3),
    near("mattermost-token", {"Mattermost 令牌", "Mattermost token"}, R"(mattermost)", R"([0-9a-z]{26})",
         "mattermost_token = [[<a9:26>]]")
        .at_least(3.5)
        .formed(is_mixed),
};

}  // namespace

Group near_rules() { return kRules; }

}  // namespace sampan::scan::secrets
