// Reads objects through `git cat-file --batch-command` processes that stay open while a repository is busy: 50 us an
// object instead of 3 ms.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/sync.h"
#include "git/git.h"
#include "git/objects.h"
#include "git/plumbing.h"

namespace sampan::git {

struct ObjectInfo {
  Sha sha;
  std::string type;
  std::uint64_t size = 0;
};

// One such process; not thread-safe. `name` is what git-rev-parse(1) takes; it must hold no newline and come from us or
// have passed names.h.
class ObjectReader {
 public:
  // `environment`: a quarantine's, to see the objects of a push that is not yet let in.
  static Result<ObjectReader> open(const Plumbing& plumbing, RepoId repo, const Environment& environment = {});
  Result<std::optional<ObjectInfo>> info(std::string_view name);  // nullopt: no such object, or an ambiguous short sha
  // too_large over `limit`; not_found when there is no such object.
  Result<std::string> contents(std::string_view name, std::size_t limit);
  // The contents of all, in order; nullopt: over `limit`. not_found: one is not there; what `take` refuses ends it.
  Result<void> each(std::span<const Sha> objects, std::size_t limit, const TakeBlob& take);
  bool healthy() const { return healthy_; }  // false after any failure: the conversation is out of step
  bool ended();                              // somebody killed it while nobody was using it
  int pid() const { return child_.pid(); }

 private:
  ObjectReader(Child child, Fd in, Fd out) : child_(std::move(child)), in_(std::move(in)), out_(std::move(out)) {}
  Result<void> send(std::string_view message);
  Result<std::optional<ObjectInfo>> read_info();
  Result<std::string> read_contents(const ObjectInfo& asked);
  Result<void> some(std::size_t first, std::span<const Sha> objects, std::size_t limit, const TakeBlob& take);
  Result<std::string> line();
  Result<std::size_t> read_some(std::span<char> into);
  Child child_;
  Fd in_, out_;
  std::string buffer_;
  bool healthy_ = true;
};

// Thread-safe. Keeps at most kIdle processes nobody is using, the longest unused goes first.
class ObjectReaders {
 public:
  explicit ObjectReaders(const Plumbing& plumbing) : plumbing_(plumbing) {}

  class Lease {  // gives the process back when it goes
   public:
    Lease(ObjectReaders& home, RepoId repo, std::unique_ptr<ObjectReader> reader)
        : home_(&home), repo_(repo), reader_(std::move(reader)) {}
    Lease(Lease&&) noexcept = default;
    ~Lease();
    ObjectReader* operator->() { return reader_.get(); }

   private:
    ObjectReaders* home_;
    RepoId repo_;
    std::unique_ptr<ObjectReader> reader_;
  };
  Result<Lease> borrow(RepoId repo);
  void close(RepoId repo);  // before the repository's folder goes

  // Shortcuts that borrow for one question.
  Result<std::optional<ObjectInfo>> info(RepoId repo, std::string_view name);
  Result<std::string> contents(RepoId repo, std::string_view name, std::size_t limit);
  // The entry at `path` below the commit, walking tree by tree, so that symlinks are never followed; nullopt when it is
  // not there. The root is a tree entry with an empty name.
  Result<std::optional<TreeEntry>> entry_at(RepoId repo, const Sha& commit, std::string_view path);

 private:
  static constexpr std::size_t kIdle = 12;
  struct Idle {
    RepoId repo;
    std::unique_ptr<ObjectReader> reader;
  };
  const Plumbing& plumbing_;
  Sync<std::list<Idle>> idle_;  // most recently used first
};

}  // namespace sampan::git
