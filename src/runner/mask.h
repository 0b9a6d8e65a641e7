// Secrets leave a step's output as ***, in every usual encoding, also when a chunk border cuts them. One Aho-Corasick automaton
// (Aho, Corasick 1975) over the stream; memory is bounded by the patterns, never by the output.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sampan::runner {

// All texts that would give `secret` away: itself, each line and each value of a dotenv or JSON text, base64 in its three phases,
// URL-, JSON- and shell-escaped, hexadecimal. Those shorter than kLeastMasked are left out.
std::vector<std::string> revealing_forms(std::string_view secret);
constexpr std::size_t kLeastMasked = 6;

class Masker {
 public:
  explicit Masker(const std::vector<std::string>& secrets);
  // What of the output so far is certain; the rest comes with later calls.
  std::string feed(std::string_view chunk);
  std::string finish();  // the rest; the masker is as new

  bool skipped_short() const { return skipped_short_; }  // a secret too short to be masked was among them

 private:
  struct Node {
    std::int32_t next[256];
    std::int32_t fail = 0, depth = 0, match = 0;  // match: longest pattern that ends here
  };
  void add(std::string_view pattern);
  void link();
  void emit(std::string& out, std::size_t count);

  std::vector<Node> nodes_;
  bool skipped_short_ = false;
  std::int32_t state_ = 0;
  std::string pending_;       // read, not yet certain
  std::string hidden_;        // beside it: 1 where a match covers the byte
  bool last_hidden_ = false;  // the last byte let out was part of a ***
};

}  // namespace sampan::runner
