// `.sampan/app.yaml`, for an environment that has something of its own and for one that has not.
#include "deliver/app_spec.h"
#include "fuzz.h"

using namespace sampan::deliver;

FUZZ(input) {
  for (const auto* environment : {"daily", "nowhere"}) {
    const auto reading = read_app_spec(input, ".sampan/app.yaml", environment);
    PROMISE(reading.spec.has_value() == reading.errors.empty());
    if (!reading.spec) continue;
    const auto& spec = *reading.spec;
    PROMISE(spec.port > 0 && spec.port < 65536);
    PROMISE(spec.scale.least <= spec.scale.instances && spec.scale.instances <= spec.scale.most);
    PROMISE(spec.strategy.batches >= 1);
  }
}
