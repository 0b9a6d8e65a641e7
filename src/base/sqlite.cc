// The SQLite engine: one writer connection behind a mutex, a few readers, WAL.
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <condition_variable>

#include "base/db_engine.h"
#include "base/files.h"
#include "base/sync.h"
#include "base/text.h"

namespace sampan::db_engine {

namespace {

constexpr std::size_t kReaders = 4;
constexpr std::size_t kCachedStatements = 256;
constexpr int kBusyMilliseconds = 5000;  // another process (a command at the prompt) may hold the write lock
constexpr int kBusyAttempts = 3;

struct CloseDb {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

class Connection {
 public:
  static Result<std::unique_ptr<Connection>> open(const std::string& file) {
    sqlite3* db = nullptr;
    const int code =
        sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    auto connection = std::unique_ptr<Connection>(new Connection(db));
    if (code != SQLITE_OK) return fail(Errc::internal, "cannot open the database {}: {}", file, sqlite3_errmsg(db));
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, kBusyMilliseconds);
    for (const char* pragma :
         {"pragma journal_mode = wal", "pragma synchronous = full", "pragma foreign_keys = on",
          "pragma temp_store = memory", "pragma journal_size_limit = 67108864", "pragma cache_size = -16000"}) {
      if (connection->command(pragma) != SQLITE_OK) return connection->error(pragma);
    }
    return connection;
  }

  // A statement without parameters or rows. The result code.
  int command(const char* sql) { return sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr); }

  // The prepared statement, from the cache when it has been asked before.
  Result<sqlite3_stmt*> prepare(std::string_view sql) {
    if (const auto found = statements_.find(sql); found != statements_.end()) return found->second.get();
    sqlite3_stmt* raw = nullptr;
    const char* rest = nullptr;
    if (sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw,
                           &rest) != SQLITE_OK) {
      return error(sql);
    }
    Statement statement(raw);
    if (!raw) return fail(Errc::internal, "an empty statement: '{}'", sql);
    const std::string_view more = sql.substr(static_cast<std::size_t>(rest - sql.data()));
    if (!trim(more).empty()) return fail(Errc::internal, "more than one statement, or text after ';', in: {}", sql);
    if (statements_.size() >= kCachedStatements) statements_.clear();
    return statements_.emplace(std::string(sql), std::move(statement)).first->second.get();
  }

  tl::unexpected<Error> error(std::string_view sql) const {
    const std::string message = sqlite3_errmsg(db_.get());
    switch (sqlite3_extended_errcode(db_.get())) {
      case SQLITE_CONSTRAINT_UNIQUE:
      case SQLITE_CONSTRAINT_PRIMARYKEY:
      case SQLITE_CONSTRAINT_FOREIGNKEY: return fail(Errc::conflict, "{}", message);
      default: break;
    }
    switch (sqlite3_errcode(db_.get()) & 0xff) {
      case SQLITE_BUSY:
      case SQLITE_LOCKED: return fail(Errc::unavailable, "the database is busy: {}", message);
      case SQLITE_FULL:
        return fail(Errc::unavailable, "the disk of the database is full; free some space and try again");
      default: return fail(Errc::internal, "database: {} in: {}", message, sql);
    }
  }

  bool busy() const { return (sqlite3_errcode(db_.get()) & 0xff) == SQLITE_BUSY; }
  std::int64_t changes() const { return sqlite3_changes64(db_.get()); }
  sqlite3* raw() const { return db_.get(); }

 private:
  explicit Connection(sqlite3* db) : db_(db) {}
  std::unique_ptr<sqlite3, CloseDb> db_;  // before the statements: they go first
  std::unordered_map<std::string, Statement, TextHash, std::equal_to<>> statements_;
};

// The value must outlive the statement's next reset.
int bind_value(sqlite3_stmt* statement, int index, const Value& value) {
  struct Binder {
    sqlite3_stmt* statement;
    int index;
    int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, index); }
    int operator()(std::int64_t v) const { return sqlite3_bind_int64(statement, index, v); }
    int operator()(double v) const { return sqlite3_bind_double(statement, index, v); }
    int operator()(const std::string& v) const {
      return sqlite3_bind_text64(statement, index, v.data(), v.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    // A null pointer would bind NULL.
    int operator()(const Blob& v) const {
      return sqlite3_bind_blob64(statement, index, v.bytes.c_str(), v.bytes.size(), SQLITE_STATIC);
    }
  };
  return std::visit(Binder{statement, index}, value);
}

Value column(sqlite3_stmt* statement, int index) {
  const auto bytes = [&](const void* data) {
    return std::string(static_cast<const char*>(data),
                       static_cast<std::size_t>(sqlite3_column_bytes(statement, index)));
  };
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER: return static_cast<std::int64_t>(sqlite3_column_int64(statement, index));
    case SQLITE_FLOAT: return sqlite3_column_double(statement, index);
    case SQLITE_TEXT: return bytes(sqlite3_column_text(statement, index));
    case SQLITE_BLOB: {
      const void* data = sqlite3_column_blob(statement, index);
      return Blob{data ? bytes(data) : std::string()};
    }
    default: return nullptr;
  }
}

class SqliteTx final : public EngineTx {
 public:
  explicit SqliteTx(Connection& connection) : connection_(connection) {}
  Result<void> take_turns() override { return {}; }

 protected:
  Result<Answer> execute(std::string_view sql, std::vector<Param>& params) override {
    sqlite3_stmt* statement = TRY(connection_.prepare(sql));
    struct Reset {
      sqlite3_stmt* statement;
      ~Reset() {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
      }
    } reset{statement};
    if (static_cast<std::size_t>(sqlite3_bind_parameter_count(statement)) != params.size()) {
      return fail(Errc::internal, "{} parameters were given to: {}", params.size(), sql);
    }
    for (std::size_t i = 0; i < params.size(); ++i) {
      // "$1" is a named parameter to SQLite, numbered by first appearance.
      const int index = sqlite3_bind_parameter_index(statement, fmt::format("${}", i + 1).c_str());
      if (index == 0) return fail(Errc::internal, "there is no parameter ${} in: {}", i + 1, sql);
      if (bind_value(statement, index, params[i].value) != SQLITE_OK) return connection_.error(sql);
    }
    return step(statement, sql);
  }

 private:
  Result<Answer> step(sqlite3_stmt* statement, std::string_view sql) {
    Answer answer;
    const int columns = sqlite3_column_count(statement);
    for (;;) {
      const int code = sqlite3_step(statement);
      if (code == SQLITE_ROW) {
        std::vector<Value> values;
        values.reserve(static_cast<std::size_t>(columns));
        for (int i = 0; i < columns; ++i) values.push_back(column(statement, i));
        answer.rows.emplace_back(std::move(values));
      } else if (code == SQLITE_DONE) {
        answer.changed = connection_.changes();
        return answer;
      } else {
        if (connection_.busy()) set_retryable();
        return connection_.error(sql);
      }
    }
  }

  Connection& connection_;
};

// Readers that are free. At most kReaders exist; who finds none waits.
class Readers {
 public:
  explicit Readers(std::string file) : file_(std::move(file)) {}

  Result<std::unique_ptr<Connection>> take() {
    {
      auto pool = pool_.lock();
      returned_.wait(pool.lock(), [&] { return !pool->free.empty() || pool->open < kReaders; });
      if (!pool->free.empty()) {
        auto connection = std::move(pool->free.back());
        pool->free.pop_back();
        return connection;
      }
      ++pool->open;
    }
    auto connection = Connection::open(file_);
    if (connection && (*connection)->command("pragma query_only = on") == SQLITE_OK) return connection;
    --pool_.lock()->open;
    returned_.notify_one();
    if (!connection) return connection;
    return (*connection)->error("pragma query_only");
  }

  void give_back(std::unique_ptr<Connection> connection) {
    pool_.lock()->free.push_back(std::move(connection));
    returned_.notify_one();
  }

 private:
  struct Pool {
    std::vector<std::unique_ptr<Connection>> free;
    std::size_t open = 0;
  };
  std::string file_;
  Sync<Pool> pool_;
  std::condition_variable returned_;
};

class SqliteDb final : public Db {
 public:
  SqliteDb(std::string file, std::unique_ptr<Connection> writer) : file_(file), readers_(std::move(file)) {
    writer_.lock()->connection = std::move(writer);
  }

  Result<void> migrate(std::span<const Migration> migrations) override {
    return db_engine::migrate(*this, migrations, "integer primary key autoincrement");
  }

  Result<void> backup_to(const std::string& target) override {
    const std::string temporary = target + ".partial";
    if (::unlink(temporary.c_str()) != 0 && errno != ENOENT) return fail_errno(temporary);
    const auto connection = TRY(Connection::open(file_));
    sqlite3_stmt* statement = TRY(connection->prepare("vacuum into $1"));
    const Value name = temporary;
    if (bind_value(statement, 1, name) != SQLITE_OK || sqlite3_step(statement) != SQLITE_DONE) {
      const auto error = connection->error("vacuum into");
      ::unlink(temporary.c_str());
      return error;
    }
    Fd copy(::open(temporary.c_str(), O_RDONLY | O_CLOEXEC));
    if (!copy || ::fsync(copy.get()) != 0) return fail_errno(temporary);
    return rename_durably(temporary, target);
  }

 protected:
  Result<void> transact(Mode mode, const std::function<Result<void>(Tx&)>& fn) override {
    if (Tx* outer = CurrentTx::of(this)) {
      if (mode == Mode::read) return fn(*outer);
      return fail(Errc::internal, "a write inside another transaction of the same thread");
    }
    if (mode == Mode::read) return read_with(fn);
    for (int attempt = 1;; ++attempt) {
      bool retry = false;
      auto done = write_once(mode, fn, retry);
      if (done || !retry || attempt == kBusyAttempts) return done;
      pause_before_retry(attempt);
    }
  }

 private:
  Result<void> read_with(const std::function<Result<void>(Tx&)>& fn) {
    auto connection = TRY(readers_.take());
    Result<void> done;
    if (connection->command("begin") == SQLITE_OK) {
      SqliteTx tx(*connection);
      const CurrentTx current(this, &tx);
      done = fn(tx);
      connection->command("commit");
    } else {
      done = connection->error("begin");
    }
    readers_.give_back(std::move(connection));
    return done;
  }

  Result<void> write_once(Mode mode, const std::function<Result<void>(Tx&)>& fn, bool& retry) {
    std::optional<SqliteTx> tx;
    {
      auto writer = writer_.lock();
      Connection& connection = *writer->connection;
      // A commit that was answered must survive a power cut: full. In WAL, normal may lose the last commits but breaks
      // nothing.
      if (writer->lazy != (mode == Mode::lazy_write)) {
        writer->lazy = mode == Mode::lazy_write;
        connection.command(writer->lazy ? "pragma synchronous = normal" : "pragma synchronous = full");
      }
      if (connection.command("begin immediate") != SQLITE_OK) {
        retry = connection.busy();
        return connection.error("begin immediate");
      }
      tx.emplace(connection);
      auto done = inside(connection, *tx, fn, retry);
      if (!done) {
        connection.command("rollback");
        return done;
      }
    }
    tx->committed();  // outside the lock: a bell may wake somebody who writes
    return {};
  }

  Result<void> inside(Connection& connection, SqliteTx& tx, const std::function<Result<void>(Tx&)>& fn, bool& retry) {
    const CurrentTx current(this, &tx);
    struct RollBack {  // should fn throw
      Connection& connection;
      ~RollBack() {
        if (std::uncaught_exceptions() > depth) connection.command("rollback");
      }
      int depth = std::uncaught_exceptions();
    } roll_back{connection};
    auto done = fn(tx);
    retry = tx.retryable();
    if (!done) return done;
    if (tx.failure()) return *tx.failure();
    if (connection.command("commit") == SQLITE_OK) return {};
    retry = connection.busy();
    return connection.error("commit");
  }

  struct Writer {
    std::unique_ptr<Connection> connection;
    bool lazy = false;
  };
  std::string file_;
  Sync<Writer> writer_;
  Readers readers_;
};

}  // namespace

Result<std::unique_ptr<Db>> open_sqlite(const std::string& file) {
  TRY(make_directories(parent_of(file)));
  auto writer = TRY(Connection::open(file));
  return std::unique_ptr<Db>(std::make_unique<SqliteDb>(file, std::move(writer)));
}

}  // namespace sampan::db_engine
