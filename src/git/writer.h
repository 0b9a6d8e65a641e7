// Commits made by the server itself: a repository from a template, an edit on the page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "git/browser.h"
#include "git/pushes.h"

namespace sampan::git {

inline constexpr std::size_t kMostNewFiles = 1'000;
inline constexpr std::size_t kMostNewBytes = 16 << 20;

class Writer {
 public:
  Writer(people::People& people, Clock& clock, const Plumbing& plumbing, ObjectReaders& readers, Pushes& pushes)
      : people_(people), clock_(clock), plumbing_(plumbing), readers_(readers), pushes_(pushes) {}
  // Objects first (nobody sees them), then the ref through Pushes. `expected` zero: the branch must not exist yet.
  Result<Sha> commit_files(const Actor& actor, const Repo& repo, std::string_view branch, const Sha& expected,
                           std::string_view message, const std::vector<NewFile>& files);

 private:
  Result<void> refuse_symlinks(const Repo& repo, const Sha& commit, const std::vector<NewFile>& files);
  Result<std::string> write_tree(const Repo& repo, const Sha& expected, const std::vector<NewFile>& files);
  Result<Environment> identity(const Actor& actor);
  people::People& people_;
  Clock& clock_;
  const Plumbing& plumbing_;
  ObjectReaders& readers_;
  Pushes& pushes_;
};

}  // namespace sampan::git
