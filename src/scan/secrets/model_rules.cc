// Language models.
#include "scan/secrets/checks.h"
#include "scan/secrets/rules.h"

namespace sampan::scan::secrets {

namespace {

constexpr Rule kRules[] = {
    token(
        "openai-key", {"OpenAI 密钥", "OpenAI API key"},
        R"re(\b(sk-(?:(?:proj|svcacct|admin)-)?[0-9A-Za-z_-]{20,74}T3BlbkFJ[0-9A-Za-z_-]{20,74})(?:[^0-9A-Za-z_-]|$))re",
        "sk-<62:20>T3BlbkFJ<62:20>"),
    token("anthropic-key", {"Anthropic 密钥", "Anthropic API key"},
          R"re(\b(sk-ant-api03-[0-9A-Za-z_-]{93}AA)(?:[^0-9A-Za-z_-]|$))re", "sk-ant-api03-<62:93>AA"),
    token("anthropic-admin-key", {"Anthropic 管理密钥", "Anthropic admin key"},
          R"re(\b(sk-ant-admin01-[0-9A-Za-z_-]{93}AA)(?:[^0-9A-Za-z_-]|$))re", "sk-ant-admin01-<62:93>AA"),
    token("openrouter-key", {"OpenRouter 密钥", "OpenRouter key"}, R"re(\bsk-or-v1-[0-9a-f]{64}\b)re",
          "sk-or-v1-<hex:64>"),
    token("dashscope-key", {"百炼（DashScope）或 DeepSeek 密钥", "DashScope or DeepSeek key"},
          R"re(\bsk-[0-9a-f]{32}\b)re", "sk-<hex:32>")
        .at_least(3),
    token("moonshot-key", {"月之暗面密钥", "Moonshot key"}, R"re(\bsk-[0-9A-Za-z]{48}\b)re", "sk-<62:48>").at_least(4),
    token("zhipu-key", {"智谱密钥", "Zhipu key"}, R"re(\b[0-9a-f]{32}\.[0-9A-Za-z]{16}\b)re", "<hex:32>.<62:16>")
        .at_least(3.5)
        .formed(is_mixed),
    token("huggingface-token", {"Hugging Face 令牌", "Hugging Face token"}, R"re(\bhf_[A-Za-z]{34}\b)re", "hf_<let:34>")
        .at_least(3.5),
    token("huggingface-organization-token", {"Hugging Face 组织令牌", "Hugging Face organisation token"},
          R"re(\bapi_org_[A-Za-z]{34}\b)re", "api_org_<let:34>")
        .at_least(3.5),
    token("replicate-token", {"Replicate 令牌", "Replicate token"}, R"re(\br8_[0-9A-Za-z]{37}\b)re", "r8_<62:37>"),
    token("groq-key", {"Groq 密钥", "Groq API key"}, R"re(\bgsk_[0-9A-Za-z]{52}\b)re", "gsk_<62:52>"),
    token("perplexity-key", {"Perplexity 密钥", "Perplexity API key"}, R"re(\bpplx-[0-9A-Za-z]{48}\b)re",
          "pplx-<62:48>"),
    token("xai-key", {"xAI 密钥", "xAI API key"}, R"re(\bxai-[0-9A-Za-z]{80}\b)re", "xai-<62:80>"),
    token("fireworks-key", {"Fireworks 密钥", "Fireworks API key"}, R"re(\bfw_[0-9A-Za-z]{24}\b)re", "fw_<62:24>")
        .at_least(3.5)
        .formed(is_mixed),
    token("langsmith-key", {"LangSmith 密钥", "LangSmith API key"},
          R"re(\blsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}\b)re", "lsv2_pt_<hex:32>_<hex:10>"),
    token("pinecone-key", {"Pinecone 密钥", "Pinecone API key"}, R"re(\bpcsk_[0-9A-Za-z]{5,6}_[0-9A-Za-z]{63}\b)re",
          "pcsk_<62:5>_<62:63>"),
    token("elevenlabs-key", {"ElevenLabs 密钥", "ElevenLabs API key"}, R"re(\bsk_[0-9a-f]{48}\b)re", "sk_<hex:48>"),
    token("tavily-key", {"Tavily 密钥", "Tavily API key"}, R"re(\btvly-(?:dev-|prod-)?[0-9A-Za-z]{32}\b)re",
          "tvly-<62:32>"),
    token("cerebras-key", {"Cerebras 密钥", "Cerebras API key"}, R"re(\bcsk-[0-9a-z]{48}\b)re", "csk-<a9:48>"),
    token("nvidia-key", {"NVIDIA 密钥", "NVIDIA API key"}, R"re(\b(nvapi-[0-9A-Za-z_-]{64})(?:[^0-9A-Za-z_-]|$))re",
          "nvapi-<url:64>"),
    token("voyage-key", {"Voyage 密钥", "Voyage API key"}, R"re(\b(pa-[0-9A-Za-z_-]{43})(?:[^0-9A-Za-z_-]|$))re",
          "pa-<url:43>")
        .at_least(4.2)
        .formed(is_mixed),
};

}  // namespace

Group model_rules() { return kRules; }

}  // namespace sampan::scan::secrets
