// Uploads in progress: resumable, verified when they end. A digest that is linked is complete and durable. What is
// small is held in memory and becomes a row of the database; the rest is a file, from its first large piece to its end.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/db.h"
#include "base/files.h"
#include "base/http.h"
#include "base/sync.h"
#include "git/git.h"
#include "model/ids.h"
#include "registry/store.h"

namespace sampan::registry {

// Where an image's blobs go, and whose rights hold there.
struct ImagePlace {
  store::Repository repository;
  git::AskRole role;
};

class Uploads {
 public:
  Uploads(Db& db, Clock& clock, BlobStore& blobs);

  store::Upload begin(std::int64_t repository, std::shared_ptr<const ImagePlace> place = nullptr);
  // What begin() was given: what follows of an upload need not look it up again. nullptr: there is no such upload.
  std::shared_ptr<const ImagePlace> place_of(std::string_view id);
  // not_found unless it belongs to that repository and its bytes are still there.
  Result<store::Upload> find(std::string_view id, std::int64_t repository);
  // Adds the bytes at the end. `start`: where the client believes the end is (-1: it did not say); conflict when it is
  // not.
  Result<store::Upload> append(std::string_view id, std::int64_t repository, std::int64_t start, SpooledFile& chunk);
  // Verifies, makes durable, links to the repository. invalid: the digest is another one (the upload is dropped).
  Result<std::uint64_t> finish(std::string_view id, std::int64_t repository, const Digest& digest);
  Result<void> cancel(std::string_view id, std::int64_t repository);
  // Links a blob that another repository holds; false: there is no such blob.
  Result<bool> mount(const Digest& digest, std::int64_t from, std::int64_t to);

  // At the start: no upload outlives a stop, for its bytes are swept. One that was stopped between naming its blob and
  // the row of it is undone: nobody was told of it.
  Result<void> recover();
  // Drops uploads nobody continued since `before`, and blobs no manifest names and nobody touched since then. Safe at
  // any time.
  Result<void> collect(Time before);

 private:
  struct Entry {
    std::mutex mutex;  // of one act on it at a time; what follows is under it
    store::Upload upload;
    std::shared_ptr<const ImagePlace> place;  // does not change: read without the mutex
    std::string held;                         // its bytes, until it has a file
    bool in_file = false;                     // it has a row too, so that recover() knows of it
    bool over = false;                        // ended, cancelled or dropped while somebody waited for the mutex
    Time touched_at{};
  };
  struct Taken {  // an entry with its mutex
    std::shared_ptr<Entry> entry;
    std::unique_lock<std::mutex> lock;
  };

  std::string file_of(std::string_view id) const;
  Result<Taken> take(std::string_view id, std::int64_t repository);
  Result<void> add(Entry& entry, SpooledFile& chunk);
  Result<void> keep_in_row(const Entry& entry, const Digest& digest);
  Result<void> keep_in_file(Entry& entry, const Digest& digest);
  Result<void> drop(Entry& entry);
  Result<void> undo(const store::Upload& upload);  // of one that has a file: file, row, and a blob that got no row
  // An append that failed half-way (a full disk) leaves more bytes than were written down.
  Result<void> cut_to_size(const store::Upload& upload);

  Db& db_;
  Clock& clock_;
  BlobStore& blobs_;
  // A blob's bytes and its row change together: those that arrive share it, collecting has it alone.
  std::shared_mutex presence_;
  Sync<std::map<std::string, std::shared_ptr<Entry>, std::less<>>> uploads_;
};

}  // namespace sampan::registry
