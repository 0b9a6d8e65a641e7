// From git to the engines: blobs are read some together, and scanned by all workers at once.
#include "findings/state.h"

namespace sampan::findings {

namespace {

constexpr std::size_t kMostTogether = 128;  // blobs in memory at once
constexpr std::size_t kMostBytesTogether = 32 << 20;

}  // namespace

Result<void> scan_blobs(Findings::State& state, const BlobsToScan& asked, const TakeScanned& take) {
  std::vector<Sha> blobs;
  for (const auto& key : asked.keys) blobs.push_back(key.blob);
  std::vector<scan::Crew::File> files;
  std::vector<std::size_t> places;  // of the files among the blobs read together
  std::size_t first = 0, count = 0, bytes = 0;
  const auto scan_these = [&]() -> Result<void> {
    auto scanned = TRY(state.crew.files(asked.order, files));
    std::vector<std::optional<scan::Scanned>> outcomes(count);
    for (std::size_t i = 0; i < places.size(); ++i) outcomes[places[i]] = std::move(scanned[i]);
    TRY(take(first, std::move(outcomes)));
    first += count;
    files.clear(), places.clear();
    count = bytes = 0;
    return {};
  };
  const auto give = [&](std::size_t i, std::optional<std::string> text) -> Result<void> {
    if (text) {
      bytes += text->size();
      places.push_back(count);
      files.push_back({asked.keys[i].path, std::move(*text)});
    }
    if (++count < kMostTogether && bytes < kMostBytesTogether) return {};
    return scan_these();
  };
  TRY(state.git.read_blobs(asked.repo, blobs, kMostBytesRead, give, asked.push));
  return scan_these();
}

}  // namespace sampan::findings
