// Files too big to be read whole, looked through for secrets piece by piece.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "scan/scan.h"
#include "scan/secrets/engine.h"

namespace sampan::scan {

// `read` gives `length` bytes from `offset` on. Pieces of kMostBytes overlap by more than the longest secret, so that
// what a border cuts is whole in one of two. Text in UTF-8, GBK, or UTF-16 with its mark.
using ReadAt = std::function<Result<std::string>(std::uint64_t offset, std::size_t length)>;
Scanned look_through(secrets::Engine& engine, const std::string& path, std::uint64_t size, const ReadAt& read);

}  // namespace sampan::scan
