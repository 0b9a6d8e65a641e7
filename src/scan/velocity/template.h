// References in a Velocity template (velocity.apache.org, user guide 1.7: references, directives, formal notation).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sampan::scan::velocity {

struct Reference {
  std::uint32_t start = 0, end = 0;  // byte offsets of `$!{name.of(x)}`
  std::string name;                  // "name.of", without braces and arguments
  bool quiet = false;                // $!
  bool in_macro = false;             // inside #macro ... #end
  bool between_text = false;         // plain text before and behind it in its own block
};

// Those in the text of the page, in order; references inside directives' and methods' arguments are no part of it.
std::vector<Reference> references(std::string_view text);

}  // namespace sampan::scan::velocity
