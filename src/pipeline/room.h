// What the use cases of this room work with: one value made by Pipeline and handed to all. Private to the room.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "pipeline/advisories.h"
#include "pipeline/logs.h"
#include "pipeline/pipeline.h"

namespace sampan::pipeline {

struct CancelOrder {
  RunnerId runner;
  JobId job;
  std::int64_t fence = 0;
  std::string reason;
};

struct Room {
  Db& db;
  Clock& clock;
  EventLog& events;
  Hub& hub;
  git::Git& git;
  people::People& people;
  SecretBox& secrets;
  Config config;
  std::unique_ptr<Logs> logs;
  std::unique_ptr<BlobStore> blobs;
  std::unique_ptr<Advisories> advisories;
  // The notice to who pushed and the listener may come with the same push at once: the second waits and finds it done.
  std::unique_ptr<std::array<std::mutex, 16>> push_locks = std::make_unique<std::array<std::mutex, 16>>();
  // Rung after a commit that queued a job or freed a runner, and after one that cancelled a leased job.
  std::function<void()> ring = [] {};
  std::function<void(const CancelOrder&)> cancel = [](const CancelOrder&) {};
  // Called after a commit that took a job from a runner that was not heard from in time.
  std::function<void(RunnerId)> silent = [](RunnerId) {};

  std::function<Result<void>(const ToolReport&)> take_report = [](const ToolReport&) -> Result<void> {
    return fail(Errc::invalid, "this server takes no results of other tools");
  };

  void publish(Tx& tx, std::string topic) {
    tx.after_commit([this, topic = std::move(topic)] { hub.publish(topic); });
  }
};

}  // namespace sampan::pipeline
