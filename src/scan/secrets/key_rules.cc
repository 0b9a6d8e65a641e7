// Private keys and signed tokens.
#include "scan/secrets/checks.h"
#include "scan/secrets/rules.h"

namespace sampan::scan::secrets {

namespace {

constexpr Rule kRules[] = {
    token(
        "private-key", {"PEM 私钥", "private key in PEM"},
        R"re(-----BEGIN (?:[A-Z0-9]{2,12} ){0,2}PRIVATE KEY-----(?:[0-9A-Za-z+/=\s\\"',.:#*>-]{40,}?-----END [A-Z0-9 ]{0,26}PRIVATE KEY-----|[0-9A-Za-z+/=\s\\"',#*+]{64,}))re",
        "-----BEGIN RSA <=PRIVATE> KEY-----\n<64:64>\n<64:64>\n<64:40>\n-----END RSA <=PRIVATE> KEY-----")
        .mended(kNewKey)
        .formed(is_key_block)
        .first("-----BEGIN [A-Z0-9 ]{0,26}PRIVATE KEY-----"),
    token(
        "pgp-private-key", {"PGP 私钥", "PGP private key"},
        R"re(-----BEGIN PGP PRIVATE KEY BLOCK-----(?:[0-9A-Za-z+/=\s\\"',.:()#*>-]{64,}?-----END PGP PRIVATE KEY BLOCK-----|[0-9A-Za-z+/=\s\\"',.:()#*]{64,}))re",
        "-----BEGIN PGP <=PRIVATE> KEY BLOCK-----\n\n<64:64>\n<64:64>\n-----END PGP <=PRIVATE> KEY BLOCK-----")
        .mended(kNewKey)
        .formed(is_key_block)
        .first("-----BEGIN PGP PRIVATE KEY BLOCK-----"),
    token("putty-private-key", {"PuTTY 私钥", "PuTTY private key"},
          R"re(PuTTY-User-Key-File-[23]: [0-9A-Za-z@.-]{3,40}\r?\nEncryption: none)re",
          "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none")
        .mended(kNewKey),
    token("pkcs8-key", {"没有 PEM 头的 PKCS#8 私钥", "PKCS #8 private key without its PEM lines"},
          R"re(\bMII[A-Za-z][0-9A-Za-z+/]{2}[AI]BAD(?:AN|AMA)Bgkqhk[0-9A-Za-z+/\\\s]{200,}[0-9A-Za-z+/]={0,2})re",
          "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC<64:220>")
        .mended(kNewKey)
        .first("MII[A-Za-z][0-9A-Za-z+/]{2}[AI]BAD(?:AN|AMA)Bgkqhk"),
    token("age-secret-key", {"age 私钥", "age secret key"}, R"re(\bAGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}\b)re",
          "AGE-SECRET-KEY-1<bech:58>")
        .mended(kNewKey),
    token("jwk-private-key", {"JWK 私钥", "private key as JWK"},
          R"re("d"\s{0,4}:\s{0,4}"([0-9A-Za-z_-]{43}|[0-9A-Za-z_-]{86}|[0-9A-Za-z_-]{171}|[0-9A-Za-z_-]{340,344})")re",
          R"("d": "[[<url:43>]]")")
        .mended(kNewKey)
        .at_least(4),
    token("jwt", {"JWT 令牌", "JSON web token"},
          R"re(\b(eyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{20,700}))re", "<jwt>")
        .weighs(Severity::critical)
        .formed(is_jwt)
        .first(R"re(\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10})re"),
};

}  // namespace

Group key_rules() { return kRules; }

}  // namespace sampan::scan::secrets
