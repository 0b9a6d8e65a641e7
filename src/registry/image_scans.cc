#include "registry/image_scans.h"

#include <sys/resource.h>
#include <sys/stat.h>

#include <set>

#include "base/json_struct.h"
#include "base/log.h"
#include "registry/store.h"
#include "scan/scan.h"

namespace sampan::registry {

namespace {

constexpr std::int64_t kAtOnce = 20;
constexpr std::chrono::seconds kTick{60};                    // a new import is seen after this at the latest
constexpr std::size_t kFilesApart = 10;                      // of an ecosystem that cannot be looked up
constexpr int kNice = 10;                                    // pushes and pulls go first
constexpr std::size_t kMostLayers = 500, kMostImages = 100;  // of an image, and of an index
constexpr std::size_t kMostSaid = 256 << 20;                 // bytes of what all layers of an image say
constexpr std::size_t kMostPackages = 1'000'000;             // of an index

bool is_image(const Manifest& manifest) {
  return manifest.manifests.empty() &&
         (manifest.artifact_type.empty() || manifest.artifact_type == "application/vnd.oci.image.config.v1+json" ||
          manifest.artifact_type == "application/vnd.docker.container.image.v1+json");
}

// Attestations are manifests of images whose layers hold statements.
bool is_statement(const Descriptor& layer) { return layer.media_type.find("in-toto") != std::string::npos; }

scan::Layer unreadable(const Digest& digest, std::string_view why_zh, std::string_view why) {
  scan::Layer layer;
  layer.gaps.push_back({digest.text(),
                        0,
                        "",
                        {fmt::format("这一层没有读：{}", why_zh), fmt::format("this layer was not read: {}", why)}});
  return layer;
}

store::ScanState state_of(scan::Verdict verdict) {
  switch (verdict) {
    case scan::Verdict::clean: return store::ScanState::passed;
    case scan::Verdict::over_limit: return store::ScanState::failed;
    case scan::Verdict::incomplete: return store::ScanState::unknown;
  }
  return store::ScanState::unknown;
}

// An index holds much of the same for each platform.
void drop_twins(scan::Inventory& inventory) {
  std::set<std::tuple<std::string, std::string, std::string, std::string, std::string, std::string>> seen;
  std::erase_if(inventory.packages, [&](const scan::Package& one) {
    return !seen.insert({one.ecosystem, one.name, one.version, one.file, one.installed, to_json(one.guess)}).second;
  });
}

}  // namespace

void ImageScans::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void ImageScans::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void ImageScans::ring() {
  const std::lock_guard lock(mutex_);
  rung_ = true;
  bell_.notify_all();
}

void ImageScans::run(const std::stop_token& stop) {
  ::setpriority(PRIO_PROCESS, 0, kNice);  // of this thread alone, on Linux
  while (!stop.stop_requested()) {
    if (const auto done = pass(stop); !done.has_value() && !stop.stop_requested())
      log::warning("registry", "images could not be looked at: {}", done.error().message);
    std::unique_lock lock(mutex_);
    bell_.wait_for(lock, stop, kTick, [this] { return rung_; });
    rung_ = false;
  }
}

std::string ImageScans::stamp() const {
  struct stat file {};
  const auto day = clock_.now().time_since_epoch() / std::chrono::hours(24);
  if (::stat(advisories_.c_str(), &file) != 0) return fmt::format("{} {}", scan::kLayerFormat, day);
  return fmt::format("{} {} {}.{}.{}", scan::kLayerFormat, day, file.st_size, file.st_mtim.tv_sec,
                     file.st_mtim.tv_nsec);
}

Result<int> ImageScans::pass(std::stop_token stop) {
  int done = 0;
  while (true) {
    const auto now = stamp();
    const auto due = TRY(db_.read([&](Tx& tx) { return store::due_images(tx, now, kAtOnce); }));
    if (due.empty()) return done;
    for (const auto& image : due) {
      if (stop.stop_requested()) return done;
      TRY(scan(image, now, stop));
      ++done;
    }
  }
}

Result<void> ImageScans::scan(const store::DueImage& image, const std::string& stamp, const std::stop_token& stop) {
  const auto began = std::chrono::steady_clock::now();
  scan::Inventory inventory;
  const auto looked = [&]() -> Result<void> {
    return read(image.repository, TRY(parse_manifest(image.body, image.media_type)), stop, inventory);
  }();
  if (stop.stop_requested()) return {};
  // One that cannot be looked at is not in the way of the others.
  if (!looked.has_value())
    inventory.gaps.push_back({image.digest, 0, "", {looked.error().message, looked.error().message}});
  drop_twins(inventory);
  const scan::Settings settings;
  auto scanned = scan::check_packages(settings, inventory, {advisories_, clock_.now(), kFilesApart});
  std::stable_sort(scanned.findings.begin(), scanned.findings.end(),
                   [](const auto& a, const auto& b) { return a.severity < b.severity; });
  store::ScanCounts counts{state_of(scan::judge(scanned, settings.limits)),
                           static_cast<std::int64_t>(inventory.packages.size()),
                           scan::count(scanned, scan::Severity::blocker),
                           scan::count(scanned, scan::Severity::critical),
                           scan::count(scanned, scan::Severity::major),
                           static_cast<std::int64_t>(scanned.gaps.size()),
                           clock_.now()};
  const auto took = std::chrono::duration_cast<Microseconds>(std::chrono::steady_clock::now() - began);
  return db_.write([&](Tx& tx) {
    return store::put_scan(tx, image.manifest, stamp, counts, {std::move(scanned.findings), std::move(scanned.gaps)},
                           took);
  });
}

Result<void> ImageScans::read(std::int64_t repository, const Manifest& manifest, const std::stop_token& stop,
                              scan::Inventory& inventory) {
  std::set<std::string> seen;
  for (const auto& child : manifest.manifests) {
    if (!seen.insert(child.digest.text()).second) continue;
    if (seen.size() > kMostImages || inventory.packages.size() > kMostPackages) {
      inventory.gaps.push_back({child.digest.text(),
                                0,
                                "",
                                {"索引里的镜像或软件包太多，从这个镜像起没有读",
                                 "the index has too many images or packages: from this image on none was read"}});
      break;
    }
    const auto found = TRY(db_.read([&](Tx& tx) { return store::find_manifest(tx, repository, child.digest.text()); }));
    if (!found) continue;  // deleted since: nobody can pull it either
    const auto part = TRY(parse_manifest(found->body, found->media_type));
    if (part.manifests.empty()) TRY(read(repository, part, stop, inventory));
  }
  if (!is_image(manifest)) return {};
  std::vector<scan::Layer> layers;
  std::size_t said = 0;
  for (std::size_t i = 1; i < manifest.blobs.size(); ++i) {
    const auto& blob = manifest.blobs[i];
    if (is_statement(blob)) return {};
    if (i > kMostLayers || said > kMostSaid) {
      layers.push_back(
          unreadable(blob.digest, "镜像的层或内容太多，从这一层起都没有读",
                     "the image has too many layers, or too much in them, to read this one and those above"));
      break;
    }
    if (!blob.media_type.empty() && blob.media_type.find("tar") == std::string::npos) {
      layers.push_back(unreadable(blob.digest, "类型是 " + blob.media_type, "it is of the type " + blob.media_type));
    } else {
      layers.push_back(TRY(layer(blob, stop)));
      said += scan::size_of(layers.back());
    }
  }
  auto part = scan::read_image(layers);
  if (manifest.elsewhere > 0)
    part.gaps.push_back({"", 0, "", {"有的层不在这里保存，没有读", "layers that are kept elsewhere were not read"}});
  std::ranges::move(part.packages, std::back_inserter(inventory.packages));
  std::ranges::move(part.gaps, std::back_inserter(inventory.gaps));
  return {};
}

Result<scan::Layer> ImageScans::layer(const Descriptor& blob, const std::stop_token& stop) {
  const auto sha256 = blob.digest.hex();
  if (auto known = TRY(db_.read([&](Tx& tx) { return store::find_layer(tx, sha256); }))) return std::move(*known);
  const auto small = TRY(db_.read([&](Tx& tx) { return store::blob_bytes(tx, sha256); }));
  Result<Fd> file = small ? Result<Fd>(Fd()) : blobs_.open(sha256);
  if (!file.has_value()) return unreadable(blob.digest, file.error().message, file.error().message);
  auto made = TRY(small ? scan::read_layer_bytes(*small, blob.digest.text())
                        : scan::read_layer(fmt::format("/proc/self/fd/{}", file->get()), blob.digest.text(), stop));
  TRY(db_.write([&](Tx& tx) { return store::put_layer(tx, sha256, made); }));
  return made;
}

}  // namespace sampan::registry
