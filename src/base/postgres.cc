// The PostgreSQL engine over libpq: a pool of connections made when needed, serializable writes, repeatable reads.
#include <libpq-fe.h>

#include <charconv>
#include <condition_variable>

#include "base/db_engine.h"
#include "base/sync.h"

namespace sampan::db_engine {

namespace {

constexpr std::size_t kConnections = 10;
constexpr std::size_t kPreparedStatements = 256;
constexpr std::int64_t kTurnsLock = 0x73616d70616e;  // the advisory lock of take_turns(), "sampan"

// Type oids are fixed by the server's pg_type.dat.
constexpr Oid kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23, kText = 25, kFloat4 = 700, kFloat8 = 701,
              kNumeric = 1700;

struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PgResult = std::unique_ptr<PGresult, ClearResult>;

std::string_view sqlstate(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return state ? state : "";
}

// Codes: PostgreSQL manual, appendix A.
bool lost_to_another(std::string_view state) { return state == "40001" || state == "40P01"; }

tl::unexpected<Error> to_error(const PGresult* result, PGconn* connection, std::string_view sql) {
  const std::string_view state = sqlstate(result);
  const char* primary = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : nullptr;
  std::string message = primary ? primary : PQerrorMessage(connection);
  while (message.ends_with('\n')) message.pop_back();
  if (state == "23505" || state == "23503") return fail(Errc::conflict, "{}", message);
  if (lost_to_another(state)) return fail(Errc::unavailable, "the database is busy: {}", message);
  if (state == "53100")
    return fail(Errc::unavailable, "the disk of the database is full; free some space and try again");
  if (state.starts_with("53") || state.starts_with("57P") || PQstatus(connection) == CONNECTION_BAD) {
    return fail(Errc::unavailable, "the database does not answer: {}", message);
  }
  return fail(Errc::internal, "database: {} ({}) in: {}", message, state, sql);
}

// Parameters in the form PQexecPrepared takes; points into the values it was made of. Types are stated, so that the
// server has nothing to guess; only null is left open, because it must fit every column.
struct Bound {
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
  std::vector<std::string> numbers;  // reserved: never moves

  explicit Bound(const std::vector<Param>& params) {
    numbers.reserve(params.size());
    for (const auto& param : params) std::visit([&](const auto& value) { add(value); }, param.value);
  }
  std::string signature() const {
    std::string text;
    for (Oid type : types) text += fmt::format("{},", type);
    return text;
  }

 private:
  void add(std::nullptr_t) { push(0, nullptr, 0, 0); }
  void add(std::int64_t value) { push(kInt8, numbers.emplace_back(std::to_string(value)).c_str(), 0, 0); }
  void add(double value) { push(kFloat8, numbers.emplace_back(fmt::format("{}", value)).c_str(), 0, 0); }
  void add(const std::string& value) { push(kText, value.data(), static_cast<int>(value.size()), 1); }
  void add(const Blob& value) { push(kBytea, value.bytes.data(), static_cast<int>(value.bytes.size()), 1); }
  void push(Oid type, const char* value, int length, int format) {
    types.push_back(type);
    values.push_back(value);
    lengths.push_back(length);
    formats.push_back(format);
  }
};

Value number(std::string_view text) {
  std::int64_t whole = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), whole);
  if (failed == std::errc() && end == text.data() + text.size()) return whole;
  return std::strtod(std::string(text).c_str(), nullptr);
}

Value to_value(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column)) return nullptr;
  const char* data = PQgetvalue(result, row, column);
  const std::string_view text(data, static_cast<std::size_t>(PQgetlength(result, row, column)));
  switch (PQftype(result, column)) {
    case kInt2:
    case kInt4:
    case kInt8:
    case kNumeric: return number(text);  // sum() of bigint is numeric
    case kFloat4:
    case kFloat8: return std::strtod(data, nullptr);
    case kBool: return static_cast<std::int64_t>(text == "t");
    case kBytea: {
      std::size_t length = 0;
      unsigned char* bytes = PQunescapeBytea(reinterpret_cast<const unsigned char*>(data), &length);
      Blob blob{std::string(reinterpret_cast<const char*>(bytes), length)};
      PQfreemem(bytes);
      return blob;
    }
    default: return std::string(text);
  }
}

class Connection {
 public:
  static Result<std::unique_ptr<Connection>> open(const std::string& url) {
    auto connection = std::unique_ptr<Connection>(new Connection(PQconnectdb(url.c_str())));
    if (!connection->alive()) {
      std::string message = PQerrorMessage(connection->raw());
      while (message.ends_with('\n')) message.pop_back();
      return fail(Errc::unavailable, "cannot connect to the database: {}", message);
    }
    PQsetNoticeProcessor(
        connection->raw(), [](void*, const char*) {}, nullptr);
    for (const char* setting :
         {"set client_encoding = 'UTF8'", "set bytea_output = 'hex'", "set extra_float_digits = 1"}) {
      TRY(connection->command(setting));
    }
    return connection;
  }

  bool alive() const { return PQstatus(connection_.get()) == CONNECTION_OK; }
  bool idle() const { return PQtransactionStatus(connection_.get()) == PQTRANS_IDLE; }
  PGconn* raw() const { return connection_.get(); }

  // A statement without parameters or rows.
  Result<void> command(const char* sql, bool* retry = nullptr) {
    const PgResult result(PQexec(raw(), sql));
    if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) return {};
    if (retry) *retry = lost_to_another(sqlstate(result.get()));
    return to_error(result.get(), raw(), sql);
  }

  PgResult execute(std::string_view sql, const Bound& bound) {
    const std::string key = bound.signature() + std::string(sql);
    auto found = prepared_.find(key);
    if (found == prepared_.end()) {
      if (prepared_.size() >= kPreparedStatements) {
        if (!command("deallocate all")) return nullptr;
        prepared_.clear();
      }
      const std::string name = fmt::format("s{}", ++last_name_);
      PgResult result(PQprepare(raw(), name.c_str(), std::string(sql).c_str(), static_cast<int>(bound.types.size()),
                                bound.types.data()));
      if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) return result;
      found = prepared_.emplace(key, name).first;
    }
    return PgResult(PQexecPrepared(raw(), found->second.c_str(), static_cast<int>(bound.values.size()),
                                   bound.values.data(), bound.lengths.data(), bound.formats.data(), 0));
  }

 private:
  explicit Connection(PGconn* connection) : connection_(connection) {}
  std::unique_ptr<PGconn, FinishConnection> connection_;
  std::unordered_map<std::string, std::string> prepared_;  // types and text -> name
  std::int64_t last_name_ = 0;
};

class PostgresTx final : public EngineTx {
 public:
  explicit PostgresTx(Connection& connection) : connection_(connection) {}
  Result<void> take_turns() override {
    TRY(query("select pg_advisory_xact_lock($1)", {kTurnsLock}));
    return {};
  }

 protected:
  Result<Answer> execute(std::string_view sql, std::vector<Param>& params) override {
    const Bound bound(params);
    const PgResult result = connection_.execute(sql, bound);
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
      if (lost_to_another(sqlstate(result.get()))) set_retryable();
      return to_error(result.get(), connection_.raw(), sql);
    }
    Answer answer;
    const int rows = PQntuples(result.get()), columns = PQnfields(result.get());
    answer.rows.reserve(static_cast<std::size_t>(rows));
    for (int row = 0; row < rows; ++row) {
      std::vector<Value> values;
      values.reserve(static_cast<std::size_t>(columns));
      for (int column = 0; column < columns; ++column) values.push_back(to_value(result.get(), row, column));
      answer.rows.emplace_back(std::move(values));
    }
    answer.changed = std::strtoll(PQcmdTuples(result.get()), nullptr, 10);
    return answer;
  }

 private:
  Connection& connection_;
};

class PostgresDb final : public Db {
 public:
  explicit PostgresDb(std::string url) : url_(std::move(url)) {}

  Result<void> migrate(std::span<const Migration> migrations) override {
    return db_engine::migrate(*this, migrations, "bigint generated by default as identity primary key");
  }

  Result<void> backup_to(const std::string& file) override {
    return fail(Errc::unavailable,
                "a PostgreSQL database is copied by its own tools; run: pg_dump --format=custom --file='{}' with this "
                "database's URL",
                file);
  }

 protected:
  Result<void> transact(Mode mode, const std::function<Result<void>(Tx&)>& fn) override {
    if (Tx* outer = CurrentTx::of(this)) {
      if (mode == Mode::read) return fn(*outer);
      return fail(Errc::internal, "a write inside another transaction of the same thread");
    }
    for (int attempt = 1;; ++attempt) {
      bool retry = false;
      auto done = once(mode, fn, retry);
      if (done || !retry || attempt == kMaxAttempts) return done;
      pause_before_retry(attempt);
    }
  }

 private:
  Result<void> once(Mode mode, const std::function<Result<void>(Tx&)>& fn, bool& retry) {
    auto connection = TRY(begun(mode));
    struct GiveBack {
      PostgresDb& db;
      std::unique_ptr<Connection>& connection;
      ~GiveBack() { db.give_back(std::move(connection)); }
    };
    PostgresTx tx(*connection);
    {
      const GiveBack give_back_at_end{*this, connection};
      const CurrentTx current(this, &tx);
      auto done = fn(tx);
      retry = tx.retryable();
      // After an error the server would answer "commit" with a rollback and call it a success.
      if (done && tx.failure()) done = *tx.failure();
      if (done) done = connection->command("commit", &retry);
      if (!done) {
        static_cast<void>(connection->command("rollback").has_value());  // a connection that cannot is not given back
        return done;
      }
    }
    tx.committed();
    return {};
  }

  // A connection in a new transaction. One that died while it lay in the pool is replaced.
  Result<std::unique_ptr<Connection>> begun(Mode mode) {
    const char* begin =
        mode == Mode::read ? "begin isolation level repeatable read read only" : "begin isolation level serializable";
    for (std::size_t attempt = 0;; ++attempt) {
      auto connection = TRY(take());
      auto done = connection->command(begin);
      if (done && mode == Mode::lazy_write) done = connection->command("set local synchronous_commit = off");
      if (done) return connection;
      const bool died = !connection->alive();
      give_back(std::move(connection));
      if (!died || attempt >= kConnections) return done.error();
    }
  }

  Result<std::unique_ptr<Connection>> take() {
    {
      auto pool = pool_.lock();
      returned_.wait(pool.lock(), [&] { return !pool->free.empty() || pool->open < kConnections; });
      if (!pool->free.empty()) {
        auto connection = std::move(pool->free.back());
        pool->free.pop_back();
        return connection;
      }
      ++pool->open;
    }
    auto connection = Connection::open(url_);
    if (!connection) {
      --pool_.lock()->open;
      returned_.notify_one();
    }
    return connection;
  }

  void give_back(std::unique_ptr<Connection> connection) {
    {
      auto pool = pool_.lock();
      if (connection->alive() && connection->idle()) {
        pool->free.push_back(std::move(connection));
      } else {
        --pool->open;
      }
    }
    returned_.notify_one();
  }

  struct Pool {
    std::vector<std::unique_ptr<Connection>> free;
    std::size_t open = 0;
  };
  std::string url_;
  Sync<Pool> pool_;
  std::condition_variable returned_;
};

}  // namespace

Result<std::unique_ptr<Db>> open_postgres(const std::string& url) {
  auto db = std::make_unique<PostgresDb>(url);
  auto answers = db->read([](Tx& tx) -> Result<void> {
    TRY(tx.query("select 1"));
    return {};
  });
  if (!answers) return answers.error();
  return std::unique_ptr<Db>(std::move(db));
}

}  // namespace sampan::db_engine
