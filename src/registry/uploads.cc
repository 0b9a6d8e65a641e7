#include "registry/uploads.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.h"
#include "base/log.h"

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
    TRY(write_all(out.get(), std::string_view(buffer.data(), static_cast<std::size_t>(got)), "write the upload"));
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

Result<void> start_file(const std::string& path, std::string_view bytes) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  if (!file) return fail_errno("start an upload");
  return write_all(file.get(), bytes, "write the upload");
}

Result<void> append_to(const std::string& path, std::string_view bytes) {
  const Fd file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!file) return fail_errno("append to the upload");
  return write_all(file.get(), bytes, "write the upload");
}

constexpr std::string_view kEmptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

}  // namespace

Uploads::Uploads(Db& db, Clock& clock, BlobStore& blobs) : db_(db), clock_(clock), blobs_(blobs) {}

std::string Uploads::file_of(std::string_view id) const { return fmt::format("{}/upload-{}", blobs_.incoming(), id); }

store::Upload Uploads::begin(std::int64_t repository, std::shared_ptr<const ImagePlace> place) {
  const auto entry = std::make_shared<Entry>();
  entry->place = std::move(place);
  entry->upload = {random_token("", 18), repository, 0, std::string(kEmptySha256)};
  entry->touched_at = clock_.now();
  uploads_.lock()->emplace(entry->upload.id, entry);
  return entry->upload;
}

std::shared_ptr<const ImagePlace> Uploads::place_of(std::string_view id) {
  auto uploads = uploads_.lock();
  const auto found = uploads->find(id);
  return found == uploads->end() ? nullptr : found->second->place;
}

Result<Uploads::Taken> Uploads::take(std::string_view id, std::int64_t repository) {
  std::shared_ptr<Entry> entry;
  {
    auto uploads = uploads_.lock();
    if (const auto found = uploads->find(id); found != uploads->end()) entry = found->second;
  }
  Taken taken{entry, {}};
  if (entry) taken.lock = std::unique_lock(entry->mutex);
  if (!entry || entry->over || entry->upload.repository != repository)
    return fail(Errc::not_found, "no upload '{}' here: it ended, was cancelled or timed out; start a new one", id);
  // A crash of the disk may fall between the blob's rename and its row.
  struct stat file {};
  if (entry->in_file && (::stat(file_of(id).c_str(), &file) != 0 || file.st_size < entry->upload.size))
    return fail(Errc::not_found, "the bytes of upload '{}' were lost; start a new one", id);
  return taken;
}

Result<store::Upload> Uploads::find(std::string_view id, std::int64_t repository) {
  return TRY(take(id, repository)).entry->upload;
}

Result<store::Upload> Uploads::append(std::string_view id, std::int64_t repository, std::int64_t start,
                                      SpooledFile& chunk) {
  const auto taken = TRY(take(id, repository));
  auto& upload = taken.entry->upload;
  if (start >= 0 && start != upload.size) {
    return fail(Errc::conflict, "the upload holds {} bytes; continue there, not at {}", upload.size, start);
  }
  auto added = add(*taken.entry, chunk);
  if (!added.has_value()) {  // a full disk, say: what was begun of its file is nobody's
    taken.entry->in_file = true;
    if (auto dropped = drop(*taken.entry); !dropped)
      log::warning("registry", "upload {}: {}", id, dropped.error().message);
    return added.error();
  }
  return upload;
}

Result<void> Uploads::add(Entry& entry, SpooledFile& chunk) {
  auto& upload = entry.upload;
  const bool first = upload.size == 0;
  const auto size = upload.size + static_cast<std::int64_t>(chunk.size);
  if (!entry.in_file && chunk.path.empty() && entry.held.size() + chunk.bytes.size() <= kSpooledInMemory) {
    entry.held += chunk.bytes;
  } else {
    const auto file = file_of(upload.id);
    if (first && !entry.in_file && !chunk.path.empty()) {
      if (::rename(chunk.path.c_str(), file.c_str()) != 0) return fail_errno("take the uploaded chunk");
    } else {
      if (!entry.in_file) TRY(start_file(file, entry.held));
      entry.in_file = true;
      TRY(cut_to_size(upload));
      TRY(chunk.path.empty() ? append_to(file, chunk.bytes) : copy_to_end(chunk.path, file));
    }
    entry.in_file = true;
    entry.held.clear();
  }
  if (chunk.size > 0) upload.sha256 = first ? chunk.sha256 : std::string();  // of several chunks: computed at the end
  upload.size = size;
  entry.touched_at = clock_.now();
  if (!entry.in_file) return {};
  return db_.write_lazily([&](Tx& tx) { return store::put_upload(tx, upload, entry.touched_at); });
}

Result<std::uint64_t> Uploads::finish(std::string_view id, std::int64_t repository, const Digest& digest) {
  const auto taken = TRY(take(id, repository));
  auto& entry = *taken.entry;
  auto& upload = entry.upload;
  if (entry.in_file) TRY(cut_to_size(upload));
  if (upload.sha256.empty()) upload.sha256 = entry.in_file ? TRY(digest_of_file(file_of(id))) : sha256_hex(entry.held);
  if (upload.sha256 != digest.hex()) {
    TRY(drop(entry));
    return fail(Errc::invalid, "the uploaded bytes have the digest sha256:{}, not {}; the upload was dropped",
                upload.sha256, digest.text());
  }
  std::shared_lock presence(presence_);
  auto kept = entry.in_file ? keep_in_file(entry, digest) : keep_in_row(entry, digest);
  presence.unlock();
  if (!kept.has_value()) {  // a full disk, say
    if (!entry.in_file) return kept.error();
    // Its file may have its blob's name already: without a row nobody would ever collect it.
    if (auto dropped = drop(entry); !dropped) log::warning("registry", "upload {}: {}", id, dropped.error().message);
    return kept.error();
  }
  entry.over = true;
  uploads_.lock()->erase(upload.id);
  return static_cast<std::uint64_t>(upload.size);
}

Result<void> Uploads::keep_in_row(const Entry& entry, const Digest& digest) {
  return db_.write([&](Tx& tx) {
    return store::link_small_blob(tx, entry.upload.repository, digest.hex(), entry.held, clock_.now());
  });
}

Result<void> Uploads::keep_in_file(Entry& entry, const Digest& digest) {
  const auto& upload = entry.upload;
  // Before the name: by it recover() finds a blob that a stop, or a power cut, left without its row.
  TRY(db_.write([&](Tx& tx) { return store::put_upload(tx, upload, clock_.now()); }));
  TRY(blobs_.adopt(file_of(upload.id), digest.hex()));
  return db_.write([&](Tx& tx) -> Result<void> {
    TRY(store::link_blob(tx, upload.repository, digest.hex(), static_cast<std::uint64_t>(upload.size), clock_.now()));
    return store::delete_upload(tx, upload.id);
  });
}

Result<void> Uploads::cut_to_size(const store::Upload& upload) {
  if (::truncate(file_of(upload.id).c_str(), upload.size) != 0) return fail_errno("continue the upload");
  return {};
}

Result<void> Uploads::drop(Entry& entry) {
  if (entry.in_file) TRY(undo(entry.upload));
  entry.over = true;
  uploads_.lock()->erase(entry.upload.id);
  return {};
}

Result<void> Uploads::undo(const store::Upload& upload) {
  const std::lock_guard presence(presence_);
  const bool known = upload.sha256.empty() || TRY(db_.read([&](Tx& tx) { return store::has_blob(tx, upload.sha256); }));
  if (!known) TRY(blobs_.remove(upload.sha256));
  ::unlink(file_of(upload.id).c_str());
  return db_.write([&](Tx& tx) { return store::delete_upload(tx, upload.id); });
}

Result<void> Uploads::cancel(std::string_view id, std::int64_t repository) {
  const auto taken = TRY(take(id, repository));
  return drop(*taken.entry);
}

Result<bool> Uploads::mount(const Digest& digest, std::int64_t from, std::int64_t to) {
  const std::shared_lock presence(presence_);
  return db_.write([&](Tx& tx) -> Result<bool> {
    const auto blob = TRY(store::linked_blob(tx, from, digest.hex()));
    if (!blob) return false;
    TRY(store::link_blob(tx, to, digest.hex(), static_cast<std::uint64_t>(blob->size), clock_.now()));
    return true;
  });
}

Result<void> Uploads::recover() {
  uploads_.lock()->clear();
  for (const auto& upload : TRY(db_.read([](Tx& tx) { return store::all_uploads(tx); }))) TRY(undo(upload));
  return {};
}

Result<void> Uploads::collect(Time before) {
  auto all = *uploads_.lock();
  for (const auto& [id, entry] : all) {
    const std::lock_guard lock(entry->mutex);  // from looking to dropping: one that is continued meanwhile is not stale
    if (!entry->over && entry->touched_at < before) TRY(drop(*entry));
  }
  const std::lock_guard presence(presence_);
  const auto unused = TRY(db_.write([&](Tx& tx) { return store::unlink_unused_blobs(tx, before); }));
  for (const auto& sha256 : unused) TRY(blobs_.remove(sha256));
  return db_.write([&](Tx& tx) { return store::forget_blobs(tx, unused); });
}

}  // namespace sampan::registry
