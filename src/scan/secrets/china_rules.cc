// Clouds and services of China.
#include "scan/secrets/checks.h"
#include "scan/secrets/rules.h"

namespace sampan::scan::secrets {

namespace {

constexpr Rule kRules[] = {
    token("aliyun-access-key-id", {"阿里云 AccessKey ID", "Alibaba Cloud access key id"},
          R"re(\bLTAI[0-9A-Za-z]{12,26}\b)re", "LTAI<62:20>")
        .at_least(3),
    token("aliyun-sts-token", {"阿里云 STS 访问密钥 ID", "Alibaba Cloud STS key id"},
          R"re(\bSTS\.[0-9A-Za-z]{20,32}\b)re", "STS.<62:24>")
        .at_least(3.5)
        .formed(is_mixed),
    near(
        "aliyun-access-key-secret", {"阿里云 AccessKey Secret", "Alibaba Cloud access key secret"},
        R"(ali(?:yun|baba|cloud)|alibaba[_.-]?cloud|access[_.-]?key[_.-]?secret|oss[_.-]?(?:access|secret|key)|sms[_.-]?(?:access|secret))",
        "[0-9A-Za-z]{30}", "aliyun.accessKeySecret = \"[[<62:30>]]\"")
        .at_least(3.8)
        .formed(is_mixed)
        .weighs(Severity::blocker),
    near("aliyun-app-code", {"阿里云市场 AppCode", "Alibaba Cloud market AppCode"}, "app_?code", "[0-9a-f]{32}",
         "appcode: [[<hex:32>]]"),
    token("tencent-secret-id", {"腾讯云 SecretId", "Tencent Cloud secret id"}, R"re(\bAKID[0-9A-Za-z]{32}\b)re",
          "AKID<62:32>")
        .at_least(3.5),
    near("tencent-secret-key", {"腾讯云 SecretKey", "Tencent Cloud secret key"},
         R"(tencent|qcloud|cos[_.-]?secret|secret[_.-]?key)", "[0-9A-Za-z]{32}",
         "tencent.cos.secretKey = \"[[<62:32>]]\"")
        .at_least(4)
        .formed(is_mixed)
        .weighs(Severity::blocker),
    near("huawei-access-key", {"华为云访问密钥 AK", "Huawei Cloud access key"}, R"(huawei|hwcloud|hw[_.-]|obs[_.-])",
         "[0-9A-Z]{20}", "huawei.obs.ak: [[<A9:20>]]")
        .formed(is_mixed),
    near("huawei-secret-key", {"华为云访问密钥 SK", "Huawei Cloud secret key"}, R"(huawei|hwcloud|hw[_.-]|obs[_.-])",
         "[0-9A-Za-z]{40}", "huawei.obs.sk: [[<62:40>]]")
        .at_least(4)
        .formed(is_mixed)
        .weighs(Severity::blocker),
    token("baidu-access-key", {"百度智能云 Access Key", "Baidu Cloud access key"}, R"re(\bALTAK[0-9A-Za-z]{21}\b)re",
          "ALTAK<62:21>")
        .at_least(3.5),
    near("baidu-secret-key", {"百度智能云 Secret Key", "Baidu Cloud secret key"}, R"(baidu|bce[_.-]|bos[_.-])",
         "[0-9a-f]{32}", "baidu.bos.secret_key = '[[<hex:32>]]'")
        .weighs(Severity::blocker),
    near("baidu-ai-key", {"百度 AI 应用密钥", "Baidu AI application key"}, R"(baidu|ernie|wenxin|qianfan)",
         "[0-9A-Za-z]{24}|[0-9A-Za-z]{32}", "baidu_ocr_api_key = \"[[<62:24>]]\"")
        .at_least(3.8)
        .formed(is_mixed),
    token("jdcloud-access-key", {"京东云 Access Key", "JD Cloud access key"}, R"re(\bJDC_[0-9A-Z]{28}\b)re",
          "JDC_<A9:28>"),
    token("volcengine-access-key", {"火山引擎 Access Key", "Volcengine access key"},
          R"re(\b(AKLT[0-9A-Za-z_-]{43,47}={0,2})(?:[^0-9A-Za-z_-]|$))re", "AKLT<url:43>"),
    token("ksyun-access-key", {"金山云 Access Key", "Kingsoft Cloud access key"},
          R"re(\b(AKLT[0-9A-Za-z_-]{20})(?:[^0-9A-Za-z_-]|$))re", "AKLT<url:20>"),
    near("volcengine-secret-key", {"火山引擎 Secret Key", "Volcengine secret key"}, "volc|bytedance|ark[_.-]",
         "[0-9A-Za-z+/]{40,60}={0,2}", "volcengine.secret: [[<62:58>]]")
        .at_least(4),
    near("qiniu-key", {"七牛云密钥", "Qiniu key"}, "qiniu", "[0-9A-Za-z_-]{40}", "qiniu.secretKey = [[<62:40>]]")
        .at_least(4)
        .weighs(Severity::blocker),
    near("upyun-password", {"又拍云操作员密码", "UpYun operator's password"}, "upyun", "[0-9A-Za-z]{32}",
         "upyun.password = [[<62:32>]]")
        .at_least(3.5),
    near("ucloud-key", {"UCloud 密钥", "UCloud key"}, "ucloud", "[0-9A-Za-z+/=_-]{40,80}",
         "ucloud.privateKey = [[<62:44>]]")
        .at_least(4),
    near("ctyun-key", {"天翼云密钥", "CTyun key"}, "ctyun|天翼云", "[0-9A-Za-z]{20,40}",
         "ctyun.secretKey = [[<62:40>]]")
        .at_least(3.8)
        .formed(is_mixed),
    near("qingcloud-key", {"青云密钥", "QingCloud key"}, "qingcloud|qing[_.-]", "[0-9A-Za-z]{40}",
         "qingcloud.secret = [[<62:40>]]")
        .at_least(4),
    near("dingtalk-app-secret", {"钉钉应用密钥", "DingTalk application secret"},
         R"(ding(?:talk)?[0-9A-Za-z_.-]{0,12}secret)", "[0-9A-Za-z_-]{64}", "dingtalk.appSecret: [[<62:64>]]")
        .at_least(4)
        .weighs(Severity::blocker),
    near("feishu-app-secret", {"飞书应用密钥", "Feishu application secret"}, "feishu|lark", "[0-9A-Za-z]{32}",
         "feishu.app_secret: [[<62:32>]]")
        .at_least(3.5)
        .formed(is_mixed)
        .weighs(Severity::blocker),
    near("wecom-secret", {"企业微信应用密钥", "WeCom application secret"},
         "corp[_.-]?secret|wecom|wxwork|qywx|work[_.-]?wechat|agent[_.-]?secret", "[0-9A-Za-z_-]{43}",
         "wecom.corpsecret: [[<62:43>]]")
        .at_least(4)
        .weighs(Severity::blocker),
    near("wechat-app-secret", {"微信 AppSecret", "WeChat AppSecret"},
         R"((?:wechat|weixin|wx|\bmp|_mp|mini(?:app|program)?)[0-9A-Za-z_.-]{0,20}secret)", "[0-9a-f]{32}",
         "wx.mp.secret: [[<hex:32>]]")
        .weighs(Severity::blocker),
    near("wechat-pay-key", {"微信支付密钥", "WeChat Pay key"},
         R"((?:wx|wechat|weixin)?[_.-]?(?:mch|pay|partner|api[_.-]?v[23])[_.-]?(?:api)?(?:v[23])?[_.-]?key)",
         "[0-9A-Za-z]{32}", "wx.pay.mchKey: [[<62:32>]]")
        .at_least(3.2)
        .formed(is_mixed)
        .weighs(Severity::blocker),
    near("alipay-private-key", {"支付宝应用私钥", "Alipay application's private key"},
         R"((?:alipay|merchant|app|rsa)[0-9A-Za-z_.-]{0,12}private[_.-]?key)", "MII[0-9A-Za-z+/]{300,}={0,2}",
         "alipay.merchantPrivateKey: [[MIIx<62:320>]]")
        .at_least(4)
        .weighs(Severity::blocker)
        .mended(kNewKey),
    near("gitee-token", {"Gitee 令牌", "Gitee token"}, "gitee", "[0-9a-f]{32}", "gitee_token: [[<hex:32>]]")
        .weighs(Severity::blocker),
    near("coding-token", {"CODING 令牌", "CODING token"}, "coding[_.-]?(?:net|token|pat|password)", "[0-9a-f]{40}",
         "coding_token: [[<hex:40>]]")
        .weighs(Severity::blocker),
    near("jpush-secret", {"极光推送密钥", "JPush master secret"}, "jpush|jiguang|master[_.-]?secret", "[0-9a-f]{24}",
         "jpush.masterSecret = [[<hex:24>]]"),
    near("getui-secret", {"个推密钥", "Getui secret"}, "getui|unipush", "[0-9A-Za-z]{22}",
         "getui.mastersecret = [[<62:22>]]")
        .formed(is_mixed),
    near("umeng-secret", {"友盟密钥", "Umeng secret"}, "umeng", "[0-9a-z]{32}", "umeng.masterSecret = [[<a9:32>]]"),
    near("amap-key", {"高德地图密钥", "Amap key"}, "amap|gaode", "[0-9a-f]{32}", "amap.key = [[<hex:32>]]"),
    near("tencent-map-key", {"腾讯地图密钥", "Tencent map key"}, R"((?:qq|tencent)[_.-]?map|lbs)",
         "[0-9A-Z]{5}(?:-[0-9A-Z]{5}){5}", "qqmap.key = [[<A9:5>-<A9:5>-<A9:5>-<A9:5>-<A9:5>-<A9:5>]]"),
    near("xfyun-secret", {"讯飞密钥", "iFLYTEK secret"}, "xfyun|iflytek|xunfei", "[0-9A-Za-z]{32}",
         "xfyun.apiSecret = [[<62:32>]]")
        .formed(is_mixed),
    near("easemob-secret", {"环信密钥", "Easemob client secret"}, "easemob|huanxin", R"([0-9A-Za-z_-]{27,40})",
         "easemob.clientSecret = [[YXA6<62:27>]]")
        .at_least(3.5)
        .formed(has_digit),
    near("rongcloud-secret", {"融云密钥", "RongCloud secret"}, "rong[_.-]?cloud", "[0-9A-Za-z]{12,16}",
         "rongcloud.appSecret = [[<62:14>]]")
        .formed(is_mixed),
    near("taobao-app-secret", {"淘宝开放平台密钥", "Taobao open platform secret"}, "taobao|tmall|alimama",
         "[0-9a-f]{32}", "taobao.appSecret = [[<hex:32>]]"),
    near("jd-app-secret", {"京东开放平台密钥", "JD open platform secret"},
         R"((?:jd|jingdong|jos)[_.-][0-9A-Za-z_.-]{0,12}secret)", "[0-9a-f]{32}", "jd.app.secret = [[<hex:32>]]"),
    near("pinduoduo-secret", {"拼多多开放平台密钥", "Pinduoduo open platform secret"}, "pdd|pinduoduo", "[0-9a-f]{40}",
         "pdd.client_secret = [[<hex:40>]]"),
};

}  // namespace

Group china_rules() { return kRules; }

}  // namespace sampan::scan::secrets
