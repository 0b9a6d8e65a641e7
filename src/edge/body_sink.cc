#include "edge/body_sink.h"

#include <fcntl.h>
#include <unistd.h>

namespace sampan::edge {

std::string size_text(std::uint64_t bytes) {
  static constexpr std::pair<std::uint64_t, const char*> kUnits[] = {
      {1ull << 30, "GiB"}, {1ull << 20, "MiB"}, {1ull << 10, "KiB"}};
  for (const auto& [unit, name] : kUnits) {
    if (bytes >= unit && bytes % unit == 0) return fmt::format("{} bytes ({} {})", bytes, bytes / unit, name);
  }
  return fmt::format("{} bytes", bytes);
}

Error over_limit(std::uint64_t limit) {
  return Error{Errc::too_large, fmt::format("the request body is larger than the {} allowed here", size_text(limit))};
}

BodySink::BodySink(BodyKind kind, std::uint64_t limit, const std::string& spool_folder)
    : limit_(limit), folder_(spool_folder.empty() ? "/tmp" : spool_folder) {
  if (kind == BodyKind::spool) digest_ = std::make_unique<Sha256>();
}

Result<void> BodySink::open_file() {
  const std::string path = folder_ + "/" + random_token(kSpoolPrefix, 12);
  file_ = Fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file_) return fail_errno("create the temporary file of an upload in " + folder_);
  spooled_ = std::shared_ptr<SpooledFile>(new SpooledFile{path, 0, "", ""}, [path](SpooledFile* file) {
    ::unlink(path.c_str());  // gone already when the handler renamed it away
    delete file;
  });
  return {};
}

Result<void> BodySink::write(std::string_view bytes) {
  size_ += bytes.size();
  if (size_ > limit_) return over_limit(limit_);
  if (digest_) digest_->update(bytes);
  if (!digest_ || size_ <= kSpooledInMemory) {
    text_ += bytes;
    return {};
  }
  constexpr std::string_view kWhat = "the temporary file of an upload";
  if (!file_) {
    TRY(open_file());
    TRY(write_all(file_.get(), std::exchange(text_, {}), kWhat));
  }
  return write_all(file_.get(), bytes, kWhat);
}

void BodySink::finish(Request& into) {
  if (!digest_) {
    into.body = std::move(text_);
    return;
  }
  if (!spooled_) spooled_ = std::make_shared<SpooledFile>();
  spooled_->bytes = std::move(text_);
  spooled_->size = size_;
  spooled_->sha256 = digest_->hex();
  file_ = Fd();
  into.spooled = std::move(spooled_);
}

}  // namespace sampan::edge
