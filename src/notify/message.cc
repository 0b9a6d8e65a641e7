#include "notify/message.h"

namespace sampan::notify {

namespace {

std::string short_sha(const std::string& sha) { return sha.substr(0, 8); }

// Text of people in markdown: what could format or break out of a line is taken literally.
std::string plain(std::string_view text) {
  constexpr std::size_t kMostBytes = 300;
  std::size_t size = std::min(text.size(), kMostBytes);
  while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
    --size;  // never within a character
  std::string out;
  for (const char c : text.substr(0, size)) {
    if (c == '\n' || c == '\r') {
      out += ' ';
      continue;
    }
    if (std::string_view("\\`*_[]<>#").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::optional<Message> message_for(const events::RunChanged& event) {
  const bool failed = event.state == "failed", succeeded = event.state == "succeeded";
  if (!failed && !succeeded) return std::nullopt;
  const bool failed_before = event.last_finished_state == "failed";
  if (failed && failed_before) return std::nullopt;
  Message message;
  message.event = failed ? "run_failed" : (failed_before ? "run_recovered" : "run_succeeded");
  const std::string_view verb = failed ? "failed" : (failed_before ? "is green again" : "succeeded");
  message.title = fmt::format("{} {} #{} {}", event.repo_path, event.pipeline, event.number, verb);
  message.body = fmt::format("{} `{}` {}\n\nby {}", plain(event.ref), short_sha(event.commit), plain(event.title),
                             plain(event.actor_name));
  if (failed && !event.reason.empty()) message.body += fmt::format("\n\n> {}", plain(event.reason));
  message.link = fmt::format("/runs/{}", event.run.value);
  message.link_title = failed ? "See why, retry" : "Open the run";
  message.repo = event.repo_path;
  return message;
}

std::optional<Message> message_for(const events::GateOpened& event) {
  Message message{"gate_opened",
                  fmt::format("{} {} #{} waits for approval", event.repo_path, event.pipeline, event.number),
                  {},
                  {},
                  "Approve or refuse",
                  event.repo_path,
                  {}};
  message.body = fmt::format("Gate **{}**", plain(event.job_name));
  if (!event.message.empty()) message.body += fmt::format(": {}", plain(event.message));
  if (!event.validators.empty())
    message.body += fmt::format("\n\nMay pass it: {}", plain(fmt::format("{}", fmt::join(event.validators, ", "))));
  message.link = fmt::format("/runs/{}", event.run.value);
  return message;
}

std::optional<Message> message_for(const events::DeploymentChanged& event) {
  if (!event.finished) return std::nullopt;
  Message message{"deployment_finished",
                  {},
                  {},
                  fmt::format("/deployments/{}", event.deployment.value),
                  event.ok ? "Open" : "See why, roll back",
                  event.repo_path,
                  event.environment};
  const std::string_view what = event.kind == "rollback" ? "was rolled back to" : "runs";
  message.title = event.ok ? fmt::format("{} {} r{} in {}", event.application, what, event.release, event.environment)
                           : fmt::format("{} r{} did not reach {}: {}", event.application, event.release,
                                         event.environment, event.state);
  message.body = fmt::format("**{} requests, {} failed** during the change", event.requests, event.failed);
  if (event.previous_release > 0) message.body += fmt::format("\n\nbefore: r{}", event.previous_release);
  if (!event.reason.empty()) message.body += fmt::format("\n\n> {}", plain(event.reason));
  message.body += fmt::format("\n\nby {}", plain(event.actor_name));
  return message;
}

std::optional<Message> message_for(const events::AppChanged& event) {
  Message message{"app_changed",
                  {},
                  {},
                  fmt::format("/applications/{}/{}", event.environment, event.application),
                  "Open the application",
                  {},
                  event.environment};
  std::string what = event.what;
  std::replace(what.begin(), what.end(), '_', ' ');
  message.title = fmt::format("{} in {}: {}", event.application, event.environment, what);
  message.body = fmt::format("{} of {} instances", event.instances, event.wanted);
  if (!event.reason.empty()) message.body += fmt::format("\n\n> {}", plain(event.reason));
  return message;
}

}  // namespace sampan::notify
