// One connection to a SQLite file, with its prepared statements; for base/ only.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/db.h"

namespace sampan::db_engine {

// For one thread at a time.
class Connection {
 public:
  static Result<std::unique_ptr<Connection>> open(const std::string& file);

  // A statement without parameters or rows. The result code.
  int command(std::string_view sql);
  // Binds, runs, and reads all rows. The statement is kept prepared, so the text should be one of few.
  Result<std::vector<Row>> run(std::string_view sql, const std::vector<Param>& params);

  tl::unexpected<Error> error(std::string_view sql) const;
  bool busy() const { return (sqlite3_errcode(db_.get()) & 0xff) == SQLITE_BUSY; }
  std::int64_t changes() const { return sqlite3_changes64(db_.get()); }
  // Commits of this connection that wrote anything.
  std::uint64_t commits() const { return commits_; }
  // Moves what the write-ahead log holds into the file, synced. False: somebody is in the way, or the disk fails.
  bool checkpoint();
  void release_memory() { sqlite3_db_release_memory(db_.get()); }

 private:
  struct CloseDb {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  struct Statement {
    std::unique_ptr<sqlite3_stmt, FinalizeStatement> made;
    std::vector<int> places;  // of $1, $2 ...: to SQLite they are named parameters, numbered by first appearance
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  explicit Connection(sqlite3* db) : db_(db) {}
  static int wrote(void* self, sqlite3* db, const char* name, int pages);  // sqlite3_wal_hook
  Result<Statement*> prepare(std::string_view sql);
  Result<void> bind(const Statement& statement, std::string_view sql, const std::vector<Param>& params);
  Result<std::vector<Row>> rows_of(sqlite3_stmt* statement, std::string_view sql);

  std::unique_ptr<sqlite3, CloseDb> db_;  // before the statements: they go first
  std::unordered_map<std::string, Statement, TextHash, std::equal_to<>> statements_;
  std::uint64_t commits_ = 0;
};

}  // namespace sampan::db_engine
