// The registry's own words: OCI distribution spec 1.1, "Error Codes", as answers.
#pragma once

#include <string_view>

#include "base/http.h"
#include "registry/registry.h"

namespace sampan::registry {

// {"errors":[{"code":CODE,"message":...}]} with the status the spec gives that code.
Response oci_error(int status, std::string_view code, std::string_view message);

}  // namespace sampan::registry
