#include "edge/live_stream.h"

namespace sampan::edge {

namespace {

// A field of an event is one line: a line break in the value would start another field.
void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  for (const char c : value) {
    if (c != '\n' && c != '\r' && c != '\0') out += c;
  }
  out += '\n';
}

}  // namespace

std::string format_event(std::string_view event, std::string_view data, std::string_view id) {
  std::string out;
  out.reserve(data.size() + event.size() + id.size() + 32);
  if (!id.empty()) append_field(out, "id", id);
  if (!event.empty()) append_field(out, "event", event);
  for (std::size_t start = 0; start <= data.size();) {
    const auto end = std::min(data.find_first_of("\r\n", start), data.size());
    append_field(out, "data", data.substr(start, end - start));
    start = end + (data.substr(end, 2) == "\r\n" ? 2 : 1);
  }
  out += '\n';
  return out;
}

LiveStream::LiveStream(std::function<void()> ring) { state_.lock()->ring = std::move(ring); }

bool LiveStream::send(std::string_view event, std::string_view data, std::string_view id) {
  const std::string text = format_event(event, data, id);
  std::function<void()> action;
  {
    auto state = state_.lock();
    if (state->closed()) return false;
    if (state->backlog.size() + state->being_written + text.size() <= kMaxBacklog) {
      state->backlog += text;
      state->tell();
      return true;
    }
    state->cut = true;
    state->backlog = std::string();
    state->rung = false;  // the connection may be waiting for the slow reader instead of taking
    state->tell();
    action = action_of(*state);
  }
  if (action) action();
  return false;
}

void LiveStream::close() {
  std::function<void()> action;
  {
    auto state = state_.lock();
    if (state->closed()) return;
    state->closing = true;
    state->tell();
    action = action_of(*state);
  }
  if (action) action();
}

bool LiveStream::closed() const { return state_.lock()->closed(); }

void LiveStream::on_close(std::function<void()> action) {
  {
    auto state = state_.lock();
    if (!state->closed()) {
      state->action = std::move(action);
      return;
    }
  }
  action();
}

bool LiveStream::cut() const { return state_.lock()->cut; }

LiveStream::Taken LiveStream::take() {
  auto state = state_.lock();
  state->rung = false;
  Taken taken;
  taken.bytes.swap(state->backlog);
  taken.last = state->closing;
  state->being_written = taken.bytes.size();
  return taken;
}

void LiveStream::gone() {
  std::function<void()> action;
  {
    auto state = state_.lock();
    if (state->gone) return;
    const bool told = state->closed();
    state->gone = true;
    state->ring = nullptr;
    state->backlog = std::string();
    if (!told) action = action_of(*state);
  }
  if (action) action();
}

}  // namespace sampan::edge
