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
  std::vector<std::size_t> places;  // of the files among the outcomes
  std::vector<std::optional<scan::Scanned>> outcomes;
  std::size_t first = 0, bytes = 0;
  const auto scan_these = [&]() -> Result<void> {
    auto scanned = TRY(state.crew.files(asked.order, files));
    for (std::size_t i = 0; i < places.size(); ++i) outcomes[places[i]] = std::move(scanned[i]);
    const auto count = outcomes.size();
    TRY(take(first, std::exchange(outcomes, {})));
    first += count;
    files.clear(), places.clear();
    bytes = 0;
    return {};
  };
  const auto give = [&](std::size_t i, std::optional<std::string> text) -> Result<void> {
    const auto& path = asked.keys[i].path;
    outcomes.push_back(text ? scan::seen_at_once(asked.order.engines(), path, *text) : std::nullopt);
    if (text && !outcomes.back()) {
      bytes += text->size();
      places.push_back(outcomes.size() - 1);
      files.push_back({path, std::move(*text)});
    }
    if (outcomes.size() < kMostTogether && bytes < kMostBytesTogether) return {};
    return scan_these();
  };
  TRY(state.git.read_blobs(asked.repo, blobs, kMostBytesRead, give, asked.push));
  return scan_these();
}

}  // namespace sampan::findings
