#include "scan/serving.h"

#include <malloc.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "scan/crew.h"
#include "scan/p3c/rules/rules.h"
#include "scan/wire.h"

namespace sampan::scan {

namespace {

constexpr std::size_t kMostScanners = 4;           // kept, each with the engines it has made for other settings
constexpr std::size_t kLarge = 1 << 20;            // bytes of a task, after which its memory is given back
constexpr std::uint64_t kMemory = 1'024ULL << 20;  // that a worker may take beside what it begins with

// A file that needs more is a gap, before the machine looks for somebody to end.
void limit_memory() {
  std::uint64_t pages[6] = {};
  std::ifstream file("/proc/self/statm");
  for (auto& value : pages) file >> value;
  const rlim_t most = pages[5] * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) + kMemory;
  const rlimit limit{most, most};
  if (file) ::setrlimit(RLIMIT_DATA, &limit);
}

// The scanners of the rules that were asked for last.
class Scanners {
 public:
  explicit Scanners(std::span<const p3c::Rule* const> rules) : rules_(rules) {}

  Scanner* of(const std::string& packed) {
    const auto known = std::find_if(kept_.begin(), kept_.end(), [&](const auto& one) { return one->packed == packed; });
    if (known != kept_.end()) {
      std::rotate(kept_.begin(), known, known + 1);
      return &kept_.front()->scanner;
    }
    auto made = unpacked_rules(packed);
    if (!made) return nullptr;
    if (kept_.size() == kMostScanners) kept_.pop_back();
    kept_.insert(kept_.begin(), std::make_unique<Kept>(packed, std::move(*made), rules_));
    return &kept_.front()->scanner;
  }

 private:
  struct Kept {
    std::string packed;
    Rules rules;
    Scanner scanner;
    Kept(const std::string& packed_in, Rules rules_in, std::span<const p3c::Rule* const> of)
        : packed(packed_in), rules(std::move(rules_in)), scanner(rules.settings, rules.engines, of) {}
  };
  std::span<const p3c::Rule* const> rules_;
  std::vector<std::unique_ptr<Kept>> kept_;  // the last one first
};

}  // namespace

void come_apart() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int crash : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM, SIGINT}) ::signal(crash, SIG_DFL);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

void serve(int socket, const std::string& folder, Activity* activity, const ScannerOf& scanner_of) {
  watch_me(activity);
  Heading heading;
  std::string rules, path;
  while (receive_all(socket, reinterpret_cast<char*>(&heading), sizeof heading)) {
    std::string bytes;
    rules.resize(heading.rules);
    path.resize(heading.path);
    if (heading.with_bytes != 0) bytes.resize(heading.size);
    for (auto* part : {&rules, &path, &bytes}) {
      if (!receive_all(socket, part->data(), part->size())) return;
    }
    Scanner* scanner = scanner_of(rules);
    if (!scanner) return;
    const auto answer = packed(heading.with_bytes != 0 ? scanner->file(path, std::move(bytes))
                                                       : scanner->file_of(folder, path, heading.size));
    now_at("");
    const std::uint64_t size = answer.size();
    if (!send_all(socket, std::string(bytes_of(size)) + answer)) return;
    if (heading.size > kLarge) ::malloc_trim(0);
  }
}

int work_for_crew() { return work_for_crew(p3c::all_rules()); }

int work_for_crew(std::span<const p3c::Rule* const> rules) {
  void* shared = ::mmap(nullptr, sizeof(Activity), PROT_READ | PROT_WRITE, MAP_SHARED, STDOUT_FILENO, 0);
  if (shared == MAP_FAILED) {
    std::fputs("this command is the server's own: there is nothing to scan here\n", stderr);
    return 2;
  }
  come_apart();
  ::prctl(PR_SET_NAME, "sampan-scan");
  std::ofstream("/proc/self/oom_score_adj") << 1000;  // where memory ends, a worker goes and not the server
  limit_memory();
  Scanners scanners(rules);
  serve(STDIN_FILENO, {}, static_cast<Activity*>(shared),
        [&](const std::string& packed) { return scanners.of(packed); });
  return 0;
}

}  // namespace sampan::scan
