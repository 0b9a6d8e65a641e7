// Secrets leave a step's output as ***, in every usual encoding, also when a chunk border cuts them. One Aho-Corasick
// automaton (Aho, Corasick 1975) over the stream; memory is bounded by the patterns, never by the output.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sampan::runner {

// All texts that would give `secret` away: itself, each line and each value of a dotenv or JSON text, base64 in its
// three phases and in the lines `base64` prints, URL-, JSON- and shell-escaped, hexadecimal. Those shorter than
// kLeastMasked are left out.
std::vector<std::string> revealing_forms(std::string_view secret);
constexpr std::size_t kLeastMasked = 6;

class Masker {
 public:
  explicit Masker(const std::vector<std::string>& secrets);
  // What of the output so far is certain; the rest (at most the longest pattern) comes with later calls. Where the
  // chunks are cut makes no difference to the whole.
  std::string feed(std::string_view chunk);
  std::string finish();  // the rest; the masker is as new

  static bool skips_any(const std::vector<std::string>& secrets);  // one too short to be masked is among them

 private:
  struct Node {
    std::int32_t first_child = 0, sibling = 0, fail = 0;
    std::int32_t depth = 0, match = 0;  // match: length of the longest pattern that ends here
    unsigned char byte = 0;
  };
  using Table = std::array<std::int32_t, 256>;
  void add(std::string_view pattern);
  void link();
  std::int32_t child(std::int32_t node, unsigned char byte) const;
  std::int32_t step(std::int32_t node, unsigned char byte) const;
  void hide(std::size_t from, std::size_t to);
  void release(std::string& out, std::string_view chunk, std::size_t count);

  std::vector<Node> nodes_;
  // Of the root and its children, by their numbers: nearly all bytes are decided there. Of more nodes they would take
  // longer to fill, once for each job, than they save.
  std::vector<Table> tables_;
  std::vector<std::int32_t> matches_;  // of the nodes, close together for the one question asked of every byte
  std::int32_t state_ = 0;
  std::string pending_;  // read, not yet certain: as long as the state is deep
  std::vector<std::pair<std::size_t, std::size_t>>
      hidden_;                // ranges of pending_ + chunk that a match covers, in order, apart
  bool last_hidden_ = false;  // the last byte let out was part of a ***
};

}  // namespace sampan::runner
