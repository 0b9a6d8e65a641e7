// A PostgreSQL server of the test's own, on a Unix socket in a temporary folder; for base's tests.
#pragma once

#include <optional>
#include <string>

#include "base/files.h"
#include "base/process.h"

namespace sampan::testing {

class PostgresServer {
 public:
  // nullopt when PostgreSQL 15 is not installed here.
  static std::optional<PostgresServer> start();
  PostgresServer(PostgresServer&&) = default;
  ~PostgresServer();
  std::string url(const std::string& database) const;
  // Makes an empty database and gives its URL.
  std::string create_database(const std::string& name);

 private:
  PostgresServer(TempDir folder, Child server) : folder_(std::move(folder)), server_(std::move(server)) {}
  TempDir folder_;
  Child server_;
};

}  // namespace sampan::testing
