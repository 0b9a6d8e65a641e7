// Trees and commits from their raw bytes.
#include "base/text.h"
#include "fuzz.h"
#include "git/objects.h"

using namespace sampan;

FUZZ(input) {
  if (const auto tree = git::parse_tree(input); tree.has_value()) {
    std::size_t bytes = 0;
    for (const auto& entry : *tree) bytes += entry.mode.size() + 1 + entry.name.size() + 1 + 20;
    PROMISE(bytes <= input.size() + tree->size());  // "040000" is one longer than git writes it
  } else {
    PROMISE(tree.error().code == Errc::internal);
  }
  if (const auto commit = git::parse_commit(Sha::zero(), input); commit.has_value()) {
    PROMISE(commit->parents.size() * 40 <= input.size());
    PROMISE(commit->title.find('\n') == std::string::npos);
    for (const auto* text : {&commit->title, &commit->message, &commit->author_name, &commit->author_email}) {
      PROMISE(is_valid_utf8(*text));
    }
    format_rfc3339(commit->authored_at);
  }
  git::looks_binary(input);
}
