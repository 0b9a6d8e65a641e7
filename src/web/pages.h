// The built UI, read once into memory, with the .gz that the build lays beside each text file: hashed assets for ever,
// index.html for every page's address.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/http.h"

namespace sampan::web {

class Pages {
 public:
  // Absent folder: every page is one that says how to build the UI.
  explicit Pages(const std::string& folder);
  // Only for GET and HEAD; nullopt: an asset that is not there.
  std::optional<Response> find(const Request& request) const;

 private:
  struct File {
    std::string bytes, gzip, type;
    bool hashed = false;
  };
  std::map<std::string, File, std::less<>> files_;  // by path: "/index.html", "/assets/x-1a2b.js"
};

}  // namespace sampan::web
