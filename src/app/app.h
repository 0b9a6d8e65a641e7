// Builds every room in the order of the flow, connects them, recovers, serves. The only place that knows them all.
#pragma once

#include <memory>

#include "app/config.h"
#include "app/paths.h"
#include "base/result.h"

namespace sampan::app {

class House {
 public:
  // Opens the data folder (made when absent), brings the database up to date, recovers what a stop interrupted. Errors
  // name what is missing or taken and how to mend it; nothing listens yet then.
  static Result<std::unique_ptr<House>> open(Config config);
  ~House();  // stops in the reverse order

  Result<void> serve();  // listens and starts the timers; returns at once
  void stop();           // idempotent
  int port() const;
  // Removes all containers, proxies and networks that were made for applications (`sampan destroy`).
  static Result<void> remove_applications(const Config& config);

 private:
  struct Rooms;
  explicit House(std::unique_ptr<Rooms> rooms);
  std::unique_ptr<Rooms> rooms_;
};

}  // namespace sampan::app
