// One job's cancellation, shared between its thread and whoever asks for it. Thread-safe; asked once, never taken back.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "base/files.h"

namespace sampan::runner {

class Cancel {
 public:
  enum class Why {
    asked,  // by a person or the server: the job ends canceled
    lost,   // the job is not ours any more: nobody wants to hear of it
    fault,  // we cannot go on with it: the job ends failed
  };
  Cancel() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  // The first reason counts.
  void ask(Why why, std::string reason) {
    if (claimed_.exchange(true)) return;
    why_ = why;
    reason_ = std::move(reason);
    asked_ = true;
    ::eventfd_write(event_.get(), 1);
  }
  bool asked() const { return asked_; }
  bool is(Why why) const { return asked_ && why_ == why; }
  std::string reason() const { return asked_ ? reason_ : std::string(); }
  int fd() const { return event_.get(); }  // readable once asked

 private:
  Fd event_;
  Why why_ = Why::asked;
  std::string reason_;  // these two are written before asked_, constant afterwards
  std::atomic<bool> claimed_{false}, asked_{false};
};

}  // namespace sampan::runner
