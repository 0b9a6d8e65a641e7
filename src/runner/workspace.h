// Files of a workspace, as the runner may touch them: steps wrote what lies there and the runner is root, so no link is
// followed anywhere. Called between steps, when nothing of the job runs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace sampan::runner {

constexpr std::size_t kMostArtifactFiles = 200'000;

// Regular files below the folder that match one of the patterns (**, *; a folder stands for all in it), relative,
// sorted; .git is left out. too_large: more than `most`.
Result<std::vector<std::string>> matching_files(const std::string& folder, const std::vector<std::string>& patterns,
                                                std::size_t most);

// Packs what matches into `archive`; returns how many files. With Parents::cut each file is named from where its
// pattern's fixed part ends: "target/*.jar" gives "app.jar", "dist" gives what is in dist. `staging`: a folder of ours
// on the same file system. not_found: nothing matches. conflict: two files would have one name.
enum class Parents { kept, cut };
Result<std::size_t> pack_matching(const std::string& folder, const std::vector<std::string>& patterns, Parents parents,
                                  const std::string& staging, const std::string& archive);

// The folder `into` of the workspace, made when absent. invalid: it leads out, or through a link.
Result<std::string> folder_inside(const std::string& workspace, const std::string& into);

// The text of a regular file, and nothing but: not through a link, not of a pipe. too_large over the limit.
Result<std::string> read_plain(const std::string& path, std::size_t limit);

// KEY=VALUE lines, the last of a name counts; lines that are none are returned in `wrong`.
struct FlowEnv {
  std::map<std::string, std::string> values;
  std::vector<std::string> wrong;
};
FlowEnv parse_flow_env(std::string_view text);

}  // namespace sampan::runner
