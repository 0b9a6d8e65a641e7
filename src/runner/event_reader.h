// Server-sent events from a stream of bytes (WHATWG HTML, "Interpreting an event stream"): event and data fields;
// comments and ids are skipped.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace sampan::runner {

class EventReader {
 public:
  explicit EventReader(std::function<void(std::string_view event, std::string_view data)> on_event)
      : on_event_(std::move(on_event)) {}
  void feed(std::string_view bytes);
  bool heard() const { return heard_; }  // at least one whole event

 private:
  std::function<void(std::string_view, std::string_view)> on_event_;
  std::string buffer_, event_, data_;
  bool has_data_ = false, heard_ = false;
};

}  // namespace sampan::runner
