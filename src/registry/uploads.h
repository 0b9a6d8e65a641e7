// Uploads in progress: a row and a file each, resumable, verified when they end. A digest that is linked is complete
// and durable.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/db.h"
#include "base/files.h"
#include "base/http.h"
#include "model/ids.h"
#include "registry/store.h"

namespace sampan::registry {

class Uploads {
 public:
  Uploads(Db& db, Clock& clock, BlobStore& blobs);

  Result<store::Upload> begin(std::int64_t repository);
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
  std::string file_of(std::string_view id) const;
  Result<void> drop(std::string_view id);
  // An append that failed half-way (a full disk, a crash) leaves more bytes than the row knows.
  Result<void> cut_to_row(const store::Upload& upload);

  Db& db_;
  Clock& clock_;
  BlobStore& blobs_;
  std::mutex presence_;  // held while a blob's file and its row change together: arriving against being collected
  std::mutex uploads_;   // one act on uploads' files at a time; acts are renames and copies within the page cache
};

}  // namespace sampan::registry
