// Messages and mail.
#include "scan/secrets/checks.h"
#include "scan/secrets/rules.h"

namespace sampan::scan::secrets {

namespace {

constexpr Rule kRules[] = {
    token("slack-bot-token", {"Slack 机器人令牌", "Slack bot token"}, R"re(\b(xoxb-[0-9]{9,14}-[0-9A-Za-z-]{18,60}))re",
          "xoxb-<09:12>-<09:12>-<62:24>"),
    token("slack-user-token", {"Slack 用户令牌", "Slack user token"},
          R"re(\b(xox[pe](?:-[0-9]{9,14}){3}-[0-9A-Za-z-]{26,34}))re", "xoxp-<09:12>-<09:12>-<09:12>-<hex:32>"),
    token("slack-legacy-token", {"Slack 旧式令牌", "Slack legacy token"},
          R"re(\b(xox[aros]-(?:\d-)?[0-9A-Za-z-]{10,80}))re", "xoxs-<09:10>-<hex:32>")
        .at_least(2.5)
        .formed(has_digit),
    token("slack-configuration-token", {"Slack 配置令牌", "Slack configuration token"},
          R"re(\b(xoxe(?:\.xox[bp])?-\d-[0-9A-Z]{140,180})\b)re", "xoxe-1-<A9:146>"),
    token("slack-app-token", {"Slack 应用令牌", "Slack app-level token"},
          R"re(\bxapp-\d-[0-9A-Z]{8,14}-\d{10,14}-[0-9a-f]{64}\b)re", "xapp-1-<A9:11>-<09:13>-<hex:64>"),
    token("slack-webhook", {"Slack 机器人地址", "Slack web hook"},
          R"re(hooks\.slack\.com/(?:services|workflows|triggers)/([0-9A-Za-z+/]{43,56})\b)re",
          "https://hooks.slack.com/services/[[<A9:9>/<A9:10>/<62:24>]]"),
    token("discord-bot-token", {"Discord 机器人令牌", "Discord bot token"},
          R"re(\b([MNO][0-9A-Za-z_-]{23,25}\.[0-9A-Za-z_-]{6}\.[0-9A-Za-z_-]{27,38})(?:[^0-9A-Za-z_-]|$))re",
          "M<62:23>.<62:6>.<url:27>")
        .at_least(4),
    token("discord-webhook", {"Discord 机器人地址", "Discord web hook"},
          R"re(discord(?:app)?\.com/api/webhooks/([0-9]{17,20}/[0-9A-Za-z_-]{60,80}))re",
          "https://discord.com/api/webhooks/[[<09:18>/<url:68>]]"),
    token("telegram-bot-token", {"Telegram 机器人令牌", "Telegram bot token"},
          R"re(\b([0-9]{8,10}:AA[0-9A-Za-z_-]{33})(?:[^0-9A-Za-z_-]|$))re", "<09:10>:AA<url:33>"),
    token(
        "teams-webhook", {"Teams 机器人地址", "Teams web hook"},
        R"re(\.webhook\.office\.com/webhookb2/([0-9a-f-]{36}@[0-9a-f-]{36}/IncomingWebhook/[0-9a-f]{32}/[0-9a-f-]{36}))re",
        "https://a.webhook.office.com/webhookb2/[[<uuid>@<uuid>/IncomingWebhook/<hex:32>/<uuid>]]"),
    token(
        "google-chat-webhook", {"Google Chat 机器人地址", "Google Chat web hook"},
        R"re(chat\.googleapis\.com/v1/spaces/[0-9A-Za-z_-]{5,20}/messages\?key=([0-9A-Za-z_-]{39}&token=[0-9A-Za-z_%-]{40,60}))re",
        "https://chat.googleapis.com/v1/spaces/<62:11>/messages?key=[[<62:39>&token=<62:43>]]"),
    token("twilio-api-key", {"Twilio 密钥", "Twilio API key"}, R"re(\bSK[0-9a-f]{32}\b)re", "SK<hex:32>").at_least(3),
    token("sendgrid-key", {"SendGrid 密钥", "SendGrid API key"},
          R"re(\b(SG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43})(?:[^0-9A-Za-z_-]|$))re", "SG.<url:22>.<url:43>"),
    token("mailgun-key", {"Mailgun 密钥", "Mailgun API key"}, R"re(\bkey-[0-9a-f]{32}\b)re", "key-<hex:32>")
        .at_least(3),
    token("mailgun-signing-key", {"Mailgun 签名密钥", "Mailgun signing key"},
          R"re(\b[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}\b)re", "<hex:32>-<hex:8>-<hex:8>")
        .at_least(3)
        .weighs(Severity::critical),
    token("mailchimp-key", {"Mailchimp 密钥", "Mailchimp API key"}, R"re(\b[0-9a-f]{32}-us[0-9]{1,2}\b)re",
          "<hex:32>-us12")
        .at_least(3),
    token("brevo-key", {"Brevo 密钥", "Brevo API key"}, R"re(\bxkeysib-[0-9a-f]{64}-[0-9A-Za-z]{16}\b)re",
          "xkeysib-<hex:64>-<62:16>"),
    token("brevo-smtp-key", {"Brevo SMTP 密钥", "Brevo SMTP key"}, R"re(\bxsmtpsib-[0-9a-f]{64}-[0-9A-Za-z]{16}\b)re",
          "xsmtpsib-<hex:64>-<62:16>"),
    token("resend-key", {"Resend 密钥", "Resend API key"}, R"re(\bre_[0-9A-Za-z]{8}_[0-9A-Za-z]{24}\b)re",
          "re_<62:8>_<62:24>")
        .at_least(4),
    token("serverchan-key", {"Server 酱密钥", "ServerChan key"}, R"re(\bSCT[0-9]{3,8}T[0-9A-Za-z]{20,40}\b)re",
          "SCT<09:6>T<62:28>"),
    token("dingtalk-robot", {"钉钉机器人地址", "DingTalk robot's address"},
          R"re(oapi\.dingtalk\.com/robot/send\?access_token=([0-9a-f]{64})\b)re",
          "https://oapi.dingtalk.com/robot/send?access_token=[[<hex:64>]]"),
    token("dingtalk-robot-secret", {"钉钉机器人加签密钥", "DingTalk robot's signing secret"},
          R"re(\bSEC[0-9a-f]{64}\b)re", "SEC<hex:64>"),
    token(
        "feishu-robot", {"飞书机器人地址", "Feishu robot's address"},
        R"re(open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/(?:v2/)?hook/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b)re",
        "https://open.feishu.cn/open-apis/bot/v2/hook/[[<uuid>]]"),
    token(
        "wecom-robot", {"企业微信机器人地址", "WeCom robot's address"},
        R"re(qyapi\.weixin\.qq\.com/cgi-bin/webhook/(?:send|upload_media)\?key=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b)re",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=[[<uuid>]]"),
};

}  // namespace

Group chat_rules() { return kRules; }

}  // namespace sampan::scan::secrets
