// Payment and trade.
#include "scan/secrets/checks.h"
#include "scan/secrets/rules.h"

namespace sampan::scan::secrets {

namespace {

constexpr Rule kRules[] = {
    token("stripe-secret-key", {"Stripe 密钥", "Stripe secret key"}, R"re(\bsk_(?:live|prod)_[0-9A-Za-z]{10,247}\b)re",
          "sk_<=live>_<62:24>"),
    token("stripe-restricted-key", {"Stripe 受限密钥", "Stripe restricted key"},
          R"re(\brk_(?:live|prod)_[0-9A-Za-z]{10,247}\b)re", "rk_<=live>_<62:24>"),
    token("stripe-test-key", {"Stripe 测试密钥", "Stripe test key"}, R"re(\b[sr]k_test_[0-9A-Za-z]{10,247}\b)re",
          "sk_<=test>_<62:24>")
        .weighs(Severity::critical),
    token("stripe-webhook-secret", {"Stripe 回调签名密钥", "Stripe web hook's signing secret"},
          R"re(\bwhsec_[0-9A-Za-z+/]{32,64}=?)re", "whsec_<62:32>"),
    token("square-access-token", {"Square 访问令牌", "Square access token"},
          R"re(\b(sq0atp-[0-9A-Za-z_-]{22})(?:[^0-9A-Za-z_-]|$))re", "sq0atp-<url:22>"),
    token("square-secret", {"Square 应用密钥", "Square application secret"},
          R"re(\b(sq0csp-[0-9A-Za-z_-]{43})(?:[^0-9A-Za-z_-]|$))re", "sq0csp-<url:43>"),
    token("square-token", {"Square 令牌", "Square token"}, R"re(\b(EAAA[0-9A-Za-z_+=-]{60})(?:[^0-9A-Za-z_-]|$))re",
          "EAAA<62:60>")
        .at_least(4.5),
    token("braintree-token", {"Braintree 访问令牌", "Braintree access token"},
          R"re(\baccess_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}\b)re",
          "access_token$production$<a9:16>$<hex:32>"),
    token("razorpay-key", {"Razorpay 密钥 ID", "Razorpay key id"}, R"re(\brzp_live_[0-9A-Za-z]{14}\b)re",
          "rzp_live_<62:14>")
        .weighs(Severity::critical),
    token("plaid-access-token", {"Plaid 访问令牌", "Plaid access token"},
          R"re(\baccess-(?:sandbox|development|production)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)re",
          "access-production-<uuid>"),
    token("flutterwave-secret-key", {"Flutterwave 密钥", "Flutterwave secret key"},
          R"re(\bFLWSECK(?:_TEST)?-[0-9a-h]{32}-X\b)re", "FLWSECK-<hex:32>-X"),
    token("easypost-key", {"EasyPost 密钥", "EasyPost API key"}, R"re(\bEZ[AT]K[0-9A-Za-z]{54}\b)re", "EZAK<62:54>"),
    token("duffel-token", {"Duffel 令牌", "Duffel token"},
          R"re(\b(duffel_(?:test|live)_[0-9A-Za-z_=-]{43})(?:[^0-9A-Za-z_-]|$))re", "duffel_live_<url:43>"),
    token("frameio-token", {"Frame.io 令牌", "Frame.io token"},
          R"re(\b(fio-u-[0-9A-Za-z_=-]{64})(?:[^0-9A-Za-z_-]|$))re", "fio-u-<url:64>"),
    token("shippo-token", {"Shippo 令牌", "Shippo token"}, R"re(\bshippo_(?:live|test)_[0-9a-f]{40}\b)re",
          "shippo_live_<hex:40>"),
    token("lob-key", {"Lob 密钥", "Lob API key"}, R"re(\b(?:live|test)_[0-9a-f]{35}\b)re", "live_<hex:35>").at_least(3),
    token("mollie-key", {"Mollie 密钥", "Mollie API key"}, R"re(\blive_[0-9A-Za-z]{30}\b)re", "live_<62:30>")
        .at_least(3.8)
        .formed(is_mixed),
    token("shopify-access-token", {"Shopify 访问令牌", "Shopify access token"}, R"re(\bshpat_[0-9A-Fa-f]{32}\b)re",
          "shpat_<hex:32>"),
    token("shopify-custom-token", {"Shopify 自建应用令牌", "Shopify custom app token"},
          R"re(\bshpca_[0-9A-Fa-f]{32}\b)re", "shpca_<hex:32>"),
    token("shopify-private-token", {"Shopify 私有应用令牌", "Shopify private app token"},
          R"re(\bshppa_[0-9A-Fa-f]{32}\b)re", "shppa_<hex:32>"),
    token("shopify-shared-secret", {"Shopify 共享密钥", "Shopify shared secret"}, R"re(\bshpss_[0-9A-Fa-f]{32}\b)re",
          "shpss_<hex:32>"),
};

}  // namespace

Group payment_rules() { return kRules; }

}  // namespace sampan::scan::secrets
