// One pack for all who clone the same at once. upload-pack (git-config(1), uploadpack.packObjectsHook) starts
// sampan-hook in the place of `git pack-objects`; a large clone's pack is written to a file once, and everybody who
// asked for the same objects copies from it, also while it grows. Included by sampan-hook, so nothing but the language.
#pragma once

namespace sampan::git {

inline constexpr const char* kPacksVariable = "SAMPAN_PACKS";  // the folder of shared packs; unset: nothing is shared

// `argv`: "git", "pack-objects" and its arguments. In the repository's folder, with the wanted objects on stdin and the
// pack on stdout. The program's exit code. What is not worth sharing (a fetch onto what the client has, a shallow one,
// a small repository) becomes the git that was asked for.
int share_pack(char** argv);

}  // namespace sampan::git
