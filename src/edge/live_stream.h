// An event stream between whoever sends and the connection that writes (HTML standard, section 9.2: server-sent
// events).
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <string_view>

#include "base/http.h"
#include "base/sync.h"

namespace sampan::edge {

std::string format_event(std::string_view event, std::string_view data, std::string_view id);

class LiveStream final : public EventStream {
 public:
  // `ring` tells the connection that there is something to take. Called under a lock: must only post. Never after
  // gone().
  explicit LiveStream(std::function<void()> ring);

  bool send(std::string_view event, std::string_view data, std::string_view id) override;
  void close() override;
  bool closed() const override;
  void on_close(std::function<void()> action) override;

  // The connection's side.
  struct Taken {
    std::string bytes;
    bool last = false;  // nothing comes after these
  };
  Taken take();      // what was taken before is written out now
  bool cut() const;  // the reader was too slow: end without ceremony
  void gone();       // the connection has ended

 private:
  struct State {
    std::function<void()> ring;
    std::function<void()> action;
    std::string backlog;
    std::size_t being_written = 0;
    bool rung = false, closing = false, cut = false, gone = false;
    bool closed() const { return closing || cut || gone; }
    void tell() {
      if (!rung && ring) ring();
      rung = true;
    }
  };
  static std::function<void()> action_of(State& state) { return std::exchange(state.action, nullptr); }
  mutable Sync<State> state_;
};

}  // namespace sampan::edge
