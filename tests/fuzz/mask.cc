// No secret leaves a step's output, however the output is cut.
#include "runner/mask.h"

#include "base/crypto.h"
#include "fuzz.h"

using namespace sampan;

FUZZ(input) {
  auto bytes = fuzz::provider(input);
  const auto seed = bytes.ConsumeIntegral<std::uint8_t>();
  std::vector<std::string> secrets{bytes.ConsumeRandomLengthString(), bytes.ConsumeRandomLengthString()};
  std::string output = bytes.ConsumeRemainingBytesAsString();
  if (seed % 3 == 0) output += secrets[0] + base64(secrets[1] + output) + hex(secrets[0]) + secrets[1];
  runner::Masker whole(secrets), cut(secrets);
  std::string masked = whole.feed(output), pieces;
  masked += whole.finish();
  fuzz::in_pieces(output, seed, [&](std::string_view piece) { pieces += cut.feed(piece); });
  pieces += cut.finish();
  PROMISE(masked == pieces);
  PROMISE(masked.size() <= output.size());
  for (const auto& secret : secrets) {
    // The mask itself can be a part of a secret made of stars.
    if (secret.find('*') != std::string::npos) continue;
    if (secret.size() >= runner::kLeastMasked) PROMISE(masked.find(secret) == std::string::npos);
    for (const auto& form : runner::revealing_forms(secret)) {
      PROMISE(form.size() >= runner::kLeastMasked);
      if (form.find('*') == std::string::npos) PROMISE(masked.find(form) == std::string::npos);
    }
  }
}
