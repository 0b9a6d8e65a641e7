// What is said for which event: pure. Nothing is said when nothing changed (a failure after a failure).
#pragma once

#include <optional>
#include <string>

#include "model/events.h"

namespace sampan::notify {

struct Message {
  std::string event;  // what robots subscribe to: run_failed, run_recovered, run_succeeded, gate_opened,
                      // deployment_finished, app_changed
  std::string title;  // one line
  std::string body;   // markdown, without the title
  std::string link;   // path below the public URL: "/runs/12"
  std::string link_title;
  std::string repo;         // empty: of no repository
  std::string environment;  // empty: of no environment
};

std::optional<Message> message_for(const events::RunChanged& event);
std::optional<Message> message_for(const events::GateOpened& event);
std::optional<Message> message_for(const events::DeploymentChanged& event);
std::optional<Message> message_for(const events::AppChanged& event);

}  // namespace sampan::notify
