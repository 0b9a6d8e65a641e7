#include "runner/event_reader.h"

#include <doctest/doctest.h>

#include <vector>

TEST_CASE("event reader: events are told apart wherever the bytes are cut") {
  const std::string text = ": hi\n\nevent: job\ndata: {\"a\":1}\n\ndata: x\ndata: y\r\n\r\nid: 3\n\n";
  for (std::size_t chunk = 1; chunk < text.size(); ++chunk) {
    std::vector<std::string> heard;
    sampan::runner::EventReader reader([&](std::string_view event, std::string_view data) {
      heard.push_back(std::string(event) + "|" + std::string(data));
    });
    for (std::size_t i = 0; i < text.size(); i += chunk) reader.feed(std::string_view(text).substr(i, chunk));
    CHECK(heard == std::vector<std::string>{"job|{\"a\":1}", "|x\ny"});
  }
}
