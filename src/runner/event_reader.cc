#include "runner/event_reader.h"

namespace sampan::runner {

void EventReader::feed(std::string_view bytes) {
  buffer_ += bytes;
  std::size_t start = 0;
  for (std::size_t end; (end = buffer_.find('\n', start)) != std::string::npos; start = end + 1) {
    auto line = std::string_view(buffer_).substr(start, end - start);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) {
      heard_ = heard_ || has_data_;
      if (has_data_) on_event_(event_, data_);
      event_.clear();
      data_.clear();
      has_data_ = false;
      continue;
    }
    const auto colon = line.find(':');
    const auto field = line.substr(0, colon);
    auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "event") event_ = value;
    if (field == "data") {
      if (has_data_) data_ += '\n';
      data_ += value;
      has_data_ = true;
    }
  }
  buffer_.erase(0, start);
}

}  // namespace sampan::runner
