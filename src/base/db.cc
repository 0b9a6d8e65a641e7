#include "base/db.h"

#include <cassert>
#include <cmath>
#include <random>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/db_engine.h"
#include "base/log.h"
#include "base/text.h"

namespace sampan {

bool Row::is_null(std::size_t column) const { return std::holds_alternative<std::nullptr_t>(values_.at(column)); }

std::int64_t Row::integer(std::size_t column) const {
  const auto* value = std::get_if<std::int64_t>(&values_.at(column));
  assert(value && "the column is not an integer");
  return value ? *value : 0;
}

double Row::real(std::size_t column) const {
  if (const auto* whole = std::get_if<std::int64_t>(&values_.at(column))) return static_cast<double>(*whole);
  const auto* value = std::get_if<double>(&values_.at(column));
  assert(value && "the column is not a number");
  return value ? *value : 0.0;
}

std::string Row::take_text(std::size_t column) {
  auto* value = std::get_if<std::string>(&values_.at(column));
  assert((value || is_null(column)) && "the column is not text");
  return value ? std::exchange(*value, {}) : std::string();
}

const std::string& Row::text(std::size_t column) const {
  static const std::string kEmpty;
  const auto* value = std::get_if<std::string>(&values_.at(column));
  assert((value || is_null(column)) && "the column is not text");
  return value ? *value : kEmpty;
}

const std::string& Row::bytes(std::size_t column) const {
  static const std::string kEmpty;
  const auto* value = std::get_if<Blob>(&values_.at(column));
  assert((value || is_null(column)) && "the column is not bytes");
  return value ? value->bytes : kEmpty;
}

std::optional<Time> Row::maybe_time(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

std::optional<std::int64_t> Row::maybe_integer(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

Result<Row> Tx::one(std::string_view what, std::string_view sql, std::vector<Param> params) {
  auto rows = TRY(query(sql, std::move(params)));
  if (rows.empty()) return fail(Errc::not_found, "there is no {}", what);
  return std::move(rows.front());
}

Result<std::optional<Row>> Tx::maybe(std::string_view sql, std::vector<Param> params) {
  auto rows = TRY(query(sql, std::move(params)));
  if (rows.empty()) return std::optional<Row>();
  return std::optional<Row>(std::move(rows.front()));
}

Result<std::int64_t> Tx::insert(std::string_view sql, std::vector<Param> params) {
  const auto rows = TRY(query(sql, std::move(params)));
  if (rows.empty()) return fail(Errc::internal, "the insertion returned no key: {}", sql);
  return rows.front().integer(0);
}

Result<std::unique_ptr<Db>> Db::open(const std::string& url) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (url.starts_with(kSqlite)) return db_engine::open_sqlite(url.substr(kSqlite.size()));
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) return db_engine::open_postgres(url);
  return fail(Errc::invalid,
              "the database URL must be like sqlite:/var/lib/sampan/sampan.db or postgresql://user@host/name");
}

bool Db::in_transaction() const { return db_engine::CurrentTx::of(this) != nullptr; }

namespace db_engine {

auto EngineTx::guarded(std::string_view sql, std::vector<Param>& params) -> Result<Answer> {
  if (failure_) return fail(Errc::internal, "the transaction has already failed: {}", failure_->message);
  auto answer = execute(sql, params);
  if (!answer) failure_ = answer.error();
  return answer;
}

Result<std::vector<Row>> EngineTx::query(std::string_view sql, std::vector<Param> params) {
  auto answer = TRY(guarded(sql, params));
  return std::move(answer.rows);
}

Result<std::int64_t> EngineTx::exec(std::string_view sql, std::vector<Param> params) {
  const auto answer = TRY(guarded(sql, params));
  return answer.changed;
}

void EngineTx::committed() {
  for (const auto& action : std::exchange(actions_, {})) action();
}

namespace {

thread_local const Db* current_db = nullptr;
thread_local Tx* current_tx = nullptr;

}  // namespace

CurrentTx::CurrentTx(const Db* db, Tx* tx)
    : outer_db_(std::exchange(current_db, db)), outer_tx_(std::exchange(current_tx, tx)) {}
CurrentTx::~CurrentTx() {
  current_db = outer_db_;
  current_tx = outer_tx_;
}
Tx* CurrentTx::of(const Db* db) { return current_db == db ? current_tx : nullptr; }

void pause_before_retry(int attempt) {
  thread_local std::minstd_rand random(std::random_device{}());
  const int most = std::min(200, 1 << std::min(attempt, 8));
  std::this_thread::sleep_for(std::chrono::milliseconds(std::uniform_int_distribution<int>(1, most)(random)));
}

namespace {

// Without "-- comments", which a quoted text is not.
std::string without_comments(std::string_view sql) {
  std::string out;
  bool quoted = false, comment = false;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] == '\n') comment = false;
    if (!comment && sql[i] == '\'') quoted = !quoted;
    if (!quoted && sql.substr(i, 2) == "--") comment = true;
    if (!comment) out += sql[i];
  }
  return out;
}

}  // namespace

std::vector<std::string> split_statements(std::string_view sql) {
  std::vector<std::string> statements;
  std::string statement;
  for (const auto& line : split(without_comments(sql), '\n')) {
    const auto text = trim(line);
    if (text.empty()) continue;
    statement += line;
    statement += '\n';
    if (!text.ends_with(';')) continue;
    statements.push_back(std::move(statement));
    statement.clear();
  }
  if (!trim(statement).empty()) statements.push_back(std::move(statement));
  return statements;
}

namespace {

std::string with_id_column(std::string sql, std::string_view id_column) {
  constexpr std::string_view kMacro = "ID_COLUMN";
  for (auto at = sql.find(kMacro); at != std::string::npos; at = sql.find(kMacro, at + id_column.size())) {
    sql.replace(at, kMacro.size(), id_column);
  }
  return sql;
}

Result<void> apply(Tx& tx, const Migration& migration, std::string_view id_column) {
  const std::string digest = sha256_hex(migration.sql);
  const auto before = TRY(tx.maybe("select digest from schema_migration where name = $1", {migration.name}));
  if (before) {
    if (before->text(0) == digest) return {};
    return fail(Errc::internal,
                "the migration {} has changed since it was applied to this database; use the program it was made by",
                migration.name);
  }
  for (const auto& statement : split_statements(migration.sql)) {
    TRY(tx.exec(with_id_column(statement, id_column)));
  }
  TRY(tx.exec("insert into schema_migration (name, digest, at) values ($1, $2, $3)",
              {migration.name, digest, SystemClock().now()}));
  log::info("base", "applied the migration {}", migration.name);
  return {};
}

Result<void> refuse_newer(Tx& tx, std::span<const Migration> migrations) {
  for (const auto& row : TRY(tx.query("select name from schema_migration order by name"))) {
    const bool known =
        std::any_of(migrations.begin(), migrations.end(), [&](const auto& m) { return m.name == row.text(0); });
    if (!known && !migrations.empty() && row.text(0) > migrations.back().name) {
      return fail(
          Errc::conflict,
          "the database was changed by a newer version ({}); start that version, or restore the backup made before it",
          row.text(0));
    }
  }
  return {};
}

}  // namespace

Result<void> migrate(Db& db, std::span<const Migration> migrations, std::string_view id_column) {
  TRY(db.write([&](Tx& tx) -> Result<void> {
    TRY(
        tx.exec("create table if not exists schema_migration (name text primary key, digest text not null, at bigint "
                "not null)"));
    return refuse_newer(tx, migrations);
  }));
  for (const auto& migration : migrations) {
    TRY(db.write([&](Tx& tx) { return apply(tx, migration, id_column); }).context(migration.name));
  }
  return {};
}

}  // namespace db_engine

}  // namespace sampan
