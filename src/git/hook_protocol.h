// What sampan-hook and the server say to each other over the server's Unix socket. Included by both, so nothing but the
// language.
//
// git runs sampan-hook as pre-receive and post-receive (githooks(5)). It sends one HTTP/1.1 request, `POST
// /hooks/<name>`, with the header kPushHeader (the push's secret, kPushVariable in its environment) and a text body,
// one fact a line:
//   update OLD NEW REF      as git gave them on stdin
//   option TEXT             push options, in order
//   env NAME=VALUE          the quarantine's variables, kQuarantineVariables
// The answer's body is printed to who pushed. Status 200: go on; any other, or none: the push is refused.
#pragma once

namespace sampan::git {

inline constexpr const char* kSocketVariable = "SAMPAN_HOOK_SOCKET";
inline constexpr const char* kPushVariable = "SAMPAN_PUSH";
inline constexpr const char* kPushHeader = "X-Sampan-Push";
inline constexpr const char* kQuarantineVariables[] = {"GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
                                                       "GIT_QUARANTINE_PATH"};

}  // namespace sampan::git
