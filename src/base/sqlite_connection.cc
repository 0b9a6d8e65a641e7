#include "base/sqlite_connection.h"

#include "base/text.h"

namespace sampan::db_engine {

namespace {

constexpr std::size_t kCachedStatements = 256;
constexpr int kCheckpointPages = 1000;
constexpr int kBusyMilliseconds = 5000;  // another process (a command at the prompt) may hold the write lock

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

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const std::string& file) {
  sqlite3* db = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  auto connection = std::unique_ptr<Connection>(new Connection(db));
  if (code != SQLITE_OK) return fail(Errc::internal, "cannot open the database {}: {}", file, sqlite3_errmsg(db));
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, kBusyMilliseconds);
  // synchronous = normal: a commit does not sync the write-ahead log; SqliteDb does, once for all who wait.
  for (const char* pragma :
       {"pragma journal_mode = wal", "pragma synchronous = normal", "pragma foreign_keys = on",
        "pragma temp_store = memory", "pragma journal_size_limit = 67108864", "pragma cache_size = -16000"}) {
    if (sqlite3_exec(db, pragma, nullptr, nullptr, nullptr) != SQLITE_OK) return connection->error(pragma);
  }
  sqlite3_wal_hook(db, &Connection::wrote, connection.get());
  return connection;
}

// In the place of SQLite's own hook, which moves the log into the file when it has so many pages.
int Connection::wrote(void* self, sqlite3* db, const char* name, int pages) {
  ++static_cast<Connection*>(self)->commits_;
  if (pages >= kCheckpointPages) sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  return SQLITE_OK;
}

int Connection::command(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return sqlite3_errcode(db_.get());
  const int code = sqlite3_step((*statement)->made.get());
  sqlite3_reset((*statement)->made.get());
  return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : code;
}

Result<Connection::Statement*> Connection::prepare(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return &found->second;
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  if (sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, &rest) !=
      SQLITE_OK) {
    return error(sql);
  }
  Statement statement{std::unique_ptr<sqlite3_stmt, FinalizeStatement>(raw), {}};
  if (!raw) return fail(Errc::internal, "an empty statement: '{}'", sql);
  const std::string_view more = sql.substr(static_cast<std::size_t>(rest - sql.data()));
  if (!trim(more).empty()) return fail(Errc::internal, "more than one statement, or text after ';', in: {}", sql);
  const int count = sqlite3_bind_parameter_count(raw);
  for (int i = 1; i <= count; ++i) {
    statement.places.push_back(sqlite3_bind_parameter_index(raw, fmt::format("${}", i).c_str()));
    if (statement.places.back() == 0) return fail(Errc::internal, "there is no parameter ${} in: {}", i, sql);
  }
  if (statements_.size() >= kCachedStatements) statements_.clear();
  return &statements_.emplace(std::string(sql), std::move(statement)).first->second;
}

Result<void> Connection::bind(const Statement& statement, std::string_view sql, const std::vector<Param>& params) {
  if (statement.places.size() != params.size())
    return fail(Errc::internal, "{} parameters were given to: {}", params.size(), sql);
  for (std::size_t i = 0; i < params.size(); ++i) {
    if (bind_value(statement.made.get(), statement.places[i], params[i].value) != SQLITE_OK) return error(sql);
  }
  return {};
}

Result<std::vector<Row>> Connection::run(std::string_view sql, const std::vector<Param>& params) {
  Statement* statement = TRY(prepare(sql));
  struct Reset {
    sqlite3_stmt* statement;
    ~Reset() {
      sqlite3_reset(statement);
      sqlite3_clear_bindings(statement);
    }
  } reset{statement->made.get()};
  TRY(bind(*statement, sql, params));
  return rows_of(statement->made.get(), sql);
}

Result<std::vector<Row>> Connection::rows_of(sqlite3_stmt* statement, std::string_view sql) {
  std::vector<Row> rows;
  const int columns = sqlite3_column_count(statement);
  for (;;) {
    const int code = sqlite3_step(statement);
    if (code == SQLITE_DONE) return rows;
    if (code != SQLITE_ROW) return error(sql);
    std::vector<Value> values;
    values.reserve(static_cast<std::size_t>(columns));
    for (int i = 0; i < columns; ++i) values.push_back(column(statement, i));
    rows.emplace_back(std::move(values));
  }
}

tl::unexpected<Error> Connection::error(std::string_view sql) const {
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
    case SQLITE_FULL: return fail(Errc::unavailable, "the disk of the database is full; free some space and try again");
    default: return fail(Errc::internal, "database: {} in: {}", message, sql);
  }
}

bool Connection::checkpoint() {
  return sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_FULL, nullptr, nullptr) == SQLITE_OK;
}

}  // namespace sampan::db_engine
