// A scanner at work in processes apart from ours, so that a file or a rule that crashes or never ends costs one gap
// with its name, and not the scan. They are forked, so they share what the scanner has made; only a program of one
// thread may do that (the command line; not the server).
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "scan/scan.h"
#include "scan/walk.h"

namespace sampan::scan {

class Worker;

class Apart {
 public:
  // The scanner must outlive it. `folder` is where all() reads.
  Apart(Scanner& scanner, std::string folder, const FolderOptions& options);
  ~Apart();
  // `done` is called with each file's place in the list as it is finished.
  void all(std::span<const Found> files, const std::function<void(std::size_t, Scanned)>& done);
  Scanned file(const std::string& path, const std::string& bytes);  // Scanner::file()

 private:
  Worker* free_worker(std::size_t most);
  void wait(const std::function<void(std::size_t, Scanned)>& done);

  Scanner& scanner_;
  std::string folder_;
  const FolderOptions& options_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace sampan::scan
