// What the advisories say of the packages in images: found by a thread of its own after the push, and again when
// advisories are imported and once a day, since they grow old. A layer is read once, whichever images it is in.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/db.h"
#include "base/files.h"
#include "registry/manifest.h"
#include "registry/scan_store.h"

namespace sampan::registry {

class ImageScans {
 public:
  ImageScans(Db& db, Clock& clock, BlobStore& blobs, std::string advisories)
      : db_(db), clock_(clock), blobs_(blobs), advisories_(std::move(advisories)) {}
  ~ImageScans() { stop(); }
  void start();
  void stop();  // idempotent; a layer that is being read is read again at the next start
  void ring();  // an image was pushed

  // Looks at all that is due now; returns how many images. The thread's work, public for tests without it.
  Result<int> pass(std::stop_token stop = {});

 private:
  void run(const std::stop_token& stop);
  std::string stamp() const;  // another when an image is due again
  Result<void> scan(const store::DueImage& image, const std::string& stamp, const std::stop_token& stop);
  // The layers of an image, or of all images of an index; those that are no image say nothing.
  Result<void> read(std::int64_t repository, const Manifest& manifest, const std::stop_token& stop,
                    scan::Inventory& inventory);
  Result<scan::Layer> layer(const Descriptor& blob, const std::stop_token& stop);

  Db& db_;
  Clock& clock_;
  BlobStore& blobs_;
  const std::string advisories_;
  std::mutex mutex_;
  std::condition_variable_any bell_;
  bool rung_ = false;
  std::jthread thread_;
};

}  // namespace sampan::registry
