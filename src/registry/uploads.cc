#include "registry/uploads.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"

namespace sampan::registry {

namespace {

constexpr std::size_t kCopyBytes = 1 << 20;

Result<void> copy_to_end(const std::string& from, const std::string& to) {
  const Fd in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  const Fd out(::open(to.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!in || !out) return fail_errno("append to the upload");
  std::string buffer(kCopyBytes, '\0');
  while (true) {
    const auto got = ::read(in.get(), buffer.data(), buffer.size());
    if (got < 0) return fail_errno("read the uploaded chunk");
    if (got == 0) return {};
    for (ssize_t written = 0; written < got;) {
      const auto n = ::write(out.get(), buffer.data() + written, static_cast<std::size_t>(got - written));
      if (n < 0) return fail_errno("write the upload");
      written += n;
    }
  }
}

Result<std::string> digest_of_file(const std::string& path) {
  const Fd in(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in) return fail_errno("read the upload");
  Sha256 digest;
  std::string buffer(kCopyBytes, '\0');
  while (true) {
    const auto got = ::read(in.get(), buffer.data(), buffer.size());
    if (got < 0) return fail_errno("read the upload");
    if (got == 0) return digest.hex();
    digest.update(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
  }
}

constexpr std::string_view kEmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

}  // namespace

Uploads::Uploads(Db& db, Clock& clock, BlobStore& blobs) : db_(db), clock_(clock), blobs_(blobs) {}

std::string Uploads::file_of(std::string_view id) const { return fmt::format("{}/upload-{}", blobs_.incoming(), id); }

Result<store::Upload> Uploads::begin(std::int64_t repository) {
  const store::Upload upload{random_token("", 18), repository, 0, std::string(kEmptySha256)};
  const Fd file(::open(file_of(upload.id).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  if (!file) return fail_errno("start an upload");
  const auto noted = db_.write([&](Tx& tx) { return store::put_upload(tx, upload, clock_.now()); });
  if (!noted.has_value()) {
    ::unlink(file_of(upload.id).c_str());
    return noted.error();
  }
  return upload;
}

Result<store::Upload> Uploads::find(std::string_view id, std::int64_t repository) {
  const auto found = TRY(db_.read([&](Tx& tx) { return store::find_upload(tx, id); }));
  if (!found || found->repository != repository)
    return fail(Errc::not_found, "no upload '{}' here: it ended, was cancelled or timed out; start a new one", id);
  // The file may be gone though the row is there: a restart sweeps unfinished files, and a crash may fall between the
  // blob's rename and its row.
  struct stat file {};
  if (::stat(file_of(id).c_str(), &file) != 0 || file.st_size < found->size) {
    return fail(Errc::not_found, "the bytes of upload '{}' were lost; start a new one", id);
  }
  return *found;
}

Result<store::Upload> Uploads::append(std::string_view id, std::int64_t repository, std::int64_t start,
                                      SpooledFile& chunk) {
  const std::lock_guard lock(uploads_);
  auto upload = TRY(find(id, repository));
  if (start >= 0 && start != upload.size) {
    return fail(Errc::conflict, "the upload holds {} bytes; continue there, not at {}", upload.size, start);
  }
  if (upload.size == 0) {
    if (::rename(chunk.path.c_str(), file_of(id).c_str()) != 0) return fail_errno("take the uploaded chunk");
    upload.sha256 = chunk.sha256;
  } else if (chunk.size > 0) {
    TRY(cut_to_row(upload));
    TRY(copy_to_end(chunk.path, file_of(id)));
    upload.sha256.clear();  // of several chunks: computed at the end
  }
  upload.size += static_cast<std::int64_t>(chunk.size);
  TRY(db_.write([&](Tx& tx) { return store::put_upload(tx, upload, clock_.now()); }));
  return upload;
}

Result<std::uint64_t> Uploads::finish(std::string_view id, std::int64_t repository, const Digest& digest) {
  const std::lock_guard lock(uploads_);
  auto upload = TRY(find(id, repository));
  TRY(cut_to_row(upload));
  if (upload.sha256.empty()) {
    upload.sha256 = TRY(digest_of_file(file_of(id)));
    TRY(db_.write(
        [&](Tx& tx) { return store::put_upload(tx, upload, clock_.now()); }));  // by it recover() finds the blob
  }
  const auto& sha256 = upload.sha256;
  if (sha256 != digest.hex()) {
    TRY(drop(id));
    return fail(Errc::invalid, "the uploaded bytes have the digest sha256:{}, not {}; the upload was dropped", sha256,
                digest.text());
  }
  const std::lock_guard presence(presence_);
  TRY(blobs_.adopt(file_of(id), sha256));
  const auto linked = db_.write([&](Tx& tx) -> Result<void> {
    TRY(store::link_blob(tx, repository, sha256, static_cast<std::uint64_t>(upload.size), clock_.now()));
    return store::delete_upload(tx, id);
  });
  if (!linked.has_value()) {  // a full disk, say; without its row nobody would ever collect the blob
    const auto known = db_.read([&](Tx& tx) { return store::blob_size(tx, sha256); });
    if (known.has_value() && !known->has_value()) TRY(blobs_.remove(sha256));
    return linked.error();
  }
  return static_cast<std::uint64_t>(upload.size);
}

Result<void> Uploads::cut_to_row(const store::Upload& upload) {
  if (::truncate(file_of(upload.id).c_str(), upload.size) != 0) return fail_errno("continue the upload");
  return {};
}

Result<void> Uploads::drop(std::string_view id) {
  TRY(db_.write([&](Tx& tx) { return store::delete_upload(tx, id); }));
  ::unlink(file_of(id).c_str());
  return {};
}

Result<void> Uploads::cancel(std::string_view id, std::int64_t repository) {
  const std::lock_guard lock(uploads_);
  TRY(find(id, repository));
  return drop(id);
}

Result<bool> Uploads::mount(const Digest& digest, std::int64_t from, std::int64_t to) {
  const std::lock_guard presence(presence_);
  return db_.write([&](Tx& tx) -> Result<bool> {
    const auto size = TRY(store::linked_blob_size(tx, from, digest.hex()));
    if (!size) return false;
    TRY(store::link_blob(tx, to, digest.hex(), static_cast<std::uint64_t>(*size), clock_.now()));
    return true;
  });
}

Result<void> Uploads::recover() {
  for (const auto& upload : TRY(db_.read([](Tx& tx) { return store::all_uploads(tx); }))) {
    const bool known =
        TRY(db_.read([&](Tx& tx) { return store::blob_size(tx, upload.sha256); })).has_value() || upload.sha256.empty();
    if (!known) TRY(blobs_.remove(upload.sha256));
    TRY(drop(upload.id));
  }
  return {};
}

Result<void> Uploads::collect(Time before) {
  {
    const std::lock_guard lock(uploads_);  // from looking to dropping: one that is continued meanwhile is not stale
    for (const auto& id : TRY(db_.read([&](Tx& tx) { return store::stale_uploads(tx, before); }))) TRY(drop(id));
  }
  const std::lock_guard presence(presence_);
  const auto unused = TRY(db_.write([&](Tx& tx) { return store::unlink_unused_blobs(tx, before); }));
  for (const auto& sha256 : unused) TRY(blobs_.remove(sha256));
  return db_.write([&](Tx& tx) { return store::forget_blobs(tx, unused); });
}

}  // namespace sampan::registry
