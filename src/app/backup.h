// A copy of everything while the server runs, and a data folder made from it.
#pragma once

#include <string>

#include "app/config.h"
#include "base/result.h"

namespace sampan::app {

// `to` must not exist. The database is copied first, consistent at one moment; then the files it names, which are
// written before they are named and never change; of what comes meanwhile some is copied too, and stays unnamed: a
// backup needs a little more room than what it holds. Returns a sentence with sizes.
Result<std::string> backup(const Config& config, const std::string& to);
// Checks the backup, then copies it to `to`, which must be absent or empty.
Result<std::string> restore(const std::string& from, const std::string& to);

}  // namespace sampan::app
