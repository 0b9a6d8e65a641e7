#include "deliver/app_spec.h"

#include "base/text.h"
#include "deliver/deliver.h"

namespace sampan::deliver {

namespace {

constexpr std::size_t kMostErrors = 20, kMostSettings = 200;

void read_probe(Section& parent, std::string_view key, Probe& probe) {
  if (!parent.has(key)) return;
  auto section = parent.section(key);
  std::string http;
  bool tcp = false;
  std::vector<std::string> exec;
  const bool has_http = section.has("http"), has_tcp = section.has("tcp"), has_exec = section.has("exec");
  section.read("http", http);
  section.read("tcp", tcp);
  section.read("exec", exec);
  if (has_http + has_tcp + has_exec > 1)
    section.complain(section.node(), "a probe has one of 'http', 'tcp' and 'exec'");
  if (has_http) probe.kind = Probe::Kind::http, probe.path = http;
  if (has_tcp) probe.kind = Probe::Kind::tcp;
  if (has_exec) probe.kind = Probe::Kind::exec, probe.command = exec;
  if (has_http && !http.starts_with("/"))
    section.complain(section.node(), fmt::format("'http' is '{}': expected a path that begins with /", http));
  section.read("port", probe.port, 1, 65535);
  section.read("period", probe.period);
  section.read("timeout", probe.timeout);
  section.read("good", probe.good, 1, 10);
  section.read("bad", probe.bad, 1, 100);
  section.finish();
}

void read_scale(Section& parent, Scale& scale) {
  if (!parent.has("scale")) return;
  auto section = parent.section("scale");
  section.read("instances", scale.instances, 0, 100);
  if (!section.has("min")) scale.least = std::min(scale.least, scale.instances);
  section.read("min", scale.least, 0, 100);
  section.read("max", scale.most, 1, 100);
  scale.most = std::max(scale.most, scale.instances);
  section.read("spare", scale.spare, 0, 10);
  section.read("requestsPerSecond", scale.requests_per_second, 0, 1e6);
  section.read("cpu", scale.cpu_percent, 0, 10'000);
  section.read("memory", scale.memory_percent, 0, 100);
  section.read("downAfter", scale.down_after);
  if (scale.least > scale.most)
    section.complain(section.node(),
                     fmt::format("'min' is {} and 'max' {}: expected min <= max", scale.least, scale.most));
  if (scale.instances < scale.least || scale.instances > scale.most) {
    section.complain(section.node(), fmt::format("'instances' is {}: expected a number from min {} to max {}",
                                                 scale.instances, scale.least, scale.most));
  }
  section.finish();
}

void read_config(Section& parent, AppSpec& spec) {
  auto section = parent.section("config");
  const auto* node = section.node();
  if (!node || node->kind == YamlNode::Kind::null) return;
  if (node->kind != YamlNode::Kind::mapping) return section.complain(node, "'config': expected KEY: value pairs");
  for (const auto& [key, value] : node->pairs) {
    const bool name = !key.text.empty() &&
                      key.text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
                          std::string::npos &&
                      !std::isdigit(static_cast<unsigned char>(key.text[0]));
    if (!name)
      section.complain(&key,
                       fmt::format("'{}' cannot be a configuration item: expected letters, digits and _", key.text));
    if (value.kind != YamlNode::Kind::scalar) {
      section.complain(&value, fmt::format("the value of '{}': expected a text", key.text));
      continue;
    }
    std::erase_if(spec.config, [&key = key](const auto& pair) { return pair.first == key.text; });
    spec.config.emplace_back(key.text, value.text);
  }
  if (spec.config.size() > kMostSettings)
    section.complain(node, fmt::format("at most {} configuration items", kMostSettings));
}

// The keys that an environment may change too.
void read_common(Section& section, AppSpec& spec) {
  section.read("command", spec.command);
  if (section.has("probes")) {
    auto probes = section.section("probes");
    const bool had_startup = probes.has("startup");
    read_probe(probes, "readiness", spec.readiness);
    if (!had_startup) spec.startup = spec.readiness, spec.startup.good = 1;
    read_probe(probes, "startup", spec.startup);
    if (probes.has("liveness")) {
      if (!spec.liveness) spec.liveness = Probe{};
      read_probe(probes, "liveness", *spec.liveness);
    }
    probes.finish();
  }
  if (section.has("resources")) {
    auto resources = section.section("resources");
    resources.read_size("memory", spec.memory_bytes);
    resources.read("cpus", spec.cpus, 0.01, 256);
    resources.finish();
  }
  read_scale(section, spec.scale);
  if (section.has("strategy")) {
    auto strategy = section.section("strategy");
    strategy.read("batches", spec.strategy.batches, 1, 100);
    strategy.read("wait", spec.strategy.wait);
    strategy.finish();
  }
  read_config(section, spec);
  if (section.has("secrets")) {
    std::vector<std::string> names;
    section.read("secrets", names);
    for (auto& name : names)
      if (std::find(spec.secrets.begin(), spec.secrets.end(), name) == spec.secrets.end())
        spec.secrets.push_back(std::move(name));
  }
  section.read("keepWarm", spec.keep_warm);
  section.read("drain", spec.drain);
  section.read("stopGrace", spec.stop_grace);
  if (section.has("deadlines")) {
    auto deadlines = section.section("deadlines");
    deadlines.read("start", spec.start_deadline);
    deadlines.finish();
  }
  if (section.has("onFailure")) {
    std::string policy;
    section.read("onFailure", policy);
    spec.on_failure = parse_failure_policy(policy);
    if (!spec.on_failure)
      section.complain(section.node()->find("onFailure"),
                       fmt::format("'onFailure' is '{}': expected rollback, freeze or hold", policy));
  }
}

}  // namespace

std::string_view to_text(FailurePolicy policy) {
  switch (policy) {
    case FailurePolicy::rollback: return "rollback";
    case FailurePolicy::freeze: return "freeze";
    case FailurePolicy::hold: return "hold";
  }
  return "rollback";
}

std::optional<FailurePolicy> parse_failure_policy(std::string_view text) {
  if (text == "rollback") return FailurePolicy::rollback;
  if (text == "freeze") return FailurePolicy::freeze;
  if (text == "hold") return FailurePolicy::hold;
  return std::nullopt;
}

SpecReading read_app_spec(std::string_view text, const std::string& file, std::string_view environment) {
  SpecReading reading;
  const auto root = parse_yaml(text, file);
  if (!root.has_value()) {
    reading.errors.push_back({"", 0, 0, root.error().message});
    return reading;
  }
  if (root->kind != YamlNode::Kind::mapping) {
    reading.errors.push_back({file, 1, 1, "expected a mapping with at least 'application'"});
    return reading;
  }
  AppSpec spec;
  Section top(&*root, file, "", reading.errors);
  top.read("application", spec.application);
  if (!is_valid_name(spec.application)) {
    top.complain(
        root->find("application") ? root->find("application") : &*root,
        fmt::format("'application' is '{}': expected 1 to 64 of a-z, 0-9, . _ -, beginning with a letter or digit",
                    spec.application));
  }
  std::string image;
  top.read("image", image);  // the pipeline's image is delivered; this one documents
  top.read("port", spec.port, 1, 65535);
  read_common(top, spec);
  if (top.has("environments")) {
    auto environments = top.section("environments");
    const auto* node = environments.node();
    for (std::size_t i = 0; node && i < node->pairs.size(); ++i) {
      const auto& name = node->pairs[i].key.text;
      auto section = environments.section(name);
      AppSpec other = spec;
      auto& changed =
          name == environment ? spec : other;  // the others are read too: a mistake there is told now, not at night
      read_common(section, changed);
      section.finish();
    }
  }
  top.finish();
  if (spec.drain < std::chrono::milliseconds(0) || spec.stop_grace < std::chrono::seconds(1))
    top.complain(&*root, "'stopGrace': expected at least 1s");
  if (reading.errors.size() > kMostErrors) reading.errors.resize(kMostErrors);
  if (reading.errors.empty()) reading.spec = std::move(spec);
  return reading;
}

std::string app_reference() {
  return R"(# app.yaml

`.sampan/app.yaml` declares what runs, the same for every environment. Unknown keys are errors that name the line and the nearest known key.
Durations are `500ms`, `90s`, `15m`; sizes `512MiB`, `2GiB`.

| key | default | meaning |
|---|---|---|
| `application` | (needed) | its name; one application of that name in each environment |
| `port` | 8080 | where it listens in its container |
| `command` | the image's | what it runs |
| `probes.readiness` | `http: /` | good answers before requests are sent to an instance; the proxy's own path |
| `probes.startup` | as readiness | asked while it starts; once good, readiness takes over |
| `probes.liveness` | none | bad answers in a row replace the instance |
| `probes.*.http` / `tcp` / `exec` | | a path (2xx and 3xx are good), `true`, or a command |
| `probes.*.port`, `period`, `timeout`, `good`, `bad` | port, 1s, 1s, 1, 3 | |
| `resources.memory`, `resources.cpus` | no limit | limits of an instance |
| `scale.instances`, `min`, `max` | 1, 1, 1 | how many run; between `min` and `max` the load decides |
| `scale.requestsPerSecond`, `cpu`, `memory` | 0 | target per instance (percent for the last two); 0 is not looked at |
| `scale.downAfter` | 60s | so long below before an instance goes |
| `scale.spare` | 0 | frozen instances that stand by, started and probed |
| `strategy.batches` | 1 | a new release takes over in so many batches (1: all at once): each is started beside the old, probed and let in, then as large a part of the old ones gets no more requests. They stay until the last batch serves, so that going back is a moment; the machine holds both. A rollback, a release that is still warm and the first one go at once |
| `strategy.wait` | 0s | so long each batch serves before it is probed once more and the next begins; an abort or a rollback meanwhile ends it, and the old ones serve again |
| `config` | | `KEY: value`, given as environment variables |
| `secrets` | | names that a variable group of the environment must hold; given as environment variables |
| `keepWarm` | 15m | how long the release before stays frozen, to go back in a moment |
| `drain` | 30s | open requests of the old instances get so long to end |
| `stopGrace` | 30s | between TERM and KILL |
| `deadlines.start` | 120s | a new instance must be ready by then |
| `onFailure` | the environment's | `rollback` (nothing was switched, or it is switched back), `freeze` (new instances are frozen for a look), `hold` (left running, without requests) |
| `environments.NAME` | | the keys from `command` on, changed for that environment; `config` and `secrets` add up |
)";
}

}  // namespace sampan::deliver
