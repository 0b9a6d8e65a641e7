// Errors as answers: the one switch from Errc to a status, and the three dialects clients speak.
#pragma once

#include "base/http.h"
#include "model/route.h"

namespace sampan::web {

int status_of(Errc code);
std::string_view name_of(Errc code);
// api: {"error":{"code","message"}}; git: the sentence as text (git prints it), 401 asks for Basic; oci: OCI's error
// list.
Response error_answer(const Error& error, Dialect dialect);

}  // namespace sampan::web
