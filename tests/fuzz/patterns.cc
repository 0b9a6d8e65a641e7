// Patterns of a stranger over names of a stranger: linear time, whatever they are.
#include "base/text.h"
#include "fuzz.h"

using namespace sampan;

FUZZ(input) {
  auto bytes = fuzz::provider(input);
  const std::string pattern = bytes.ConsumeRandomLengthString(), name = bytes.ConsumeRemainingBytesAsString();
  glob_match(pattern, name);
  if (name.find_first_of("*?") == std::string::npos) PROMISE(glob_match(name, name));
  PROMISE(glob_match("**", name));
  PROMISE(glob_match("*", name) == (name.find('/') == std::string::npos));
  regex_search(pattern, name);
  const std::vector<std::string> candidates{"default_branch", "timeoutMinutes", name.substr(0, 20)};
  if (const auto near = nearest(pattern.substr(0, 64), candidates)) {
    PROMISE(std::find(candidates.begin(), candidates.end(), *near) != candidates.end());
  }
}
