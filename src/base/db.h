// The database behind one interface and two engines: SQLite (a file, WAL) and PostgreSQL (a URL). The same SQL runs on
// both: write $1, $2 ... for parameters, `bigint` for integers and ids, times as microseconds, booleans as 0/1,
// `returning id` for keys, `on conflict ... do update`. Migrations write ID_COLUMN for the generated key column.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace sampan {

struct Blob {
  std::string bytes;
};
using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string, Blob>;

// One bound parameter; made implicitly from what store functions have at hand.
class Param {
 public:
  Param(std::nullptr_t) : value(nullptr) {}
  Param(std::integral auto v) : value(static_cast<std::int64_t>(v)) {}
  Param(double v) : value(v) {}
  Param(std::string v) : value(std::move(v)) {}
  Param(std::string_view v) : value(std::string(v)) {}
  Param(const char* v) : value(std::string(v)) {}
  Param(Blob v) : value(std::move(v)) {}
  Param(Time v) : value(to_micros(v)) {}
  template <class T>
  Param(const std::optional<T>& v) : value(nullptr) {
    if (v) value = Param(*v).value;
  }
  template <class T>
  requires requires(const T& t) {
    t.value;
  } && std::integral<decltype(T::value)> Param(const T& id) : value(static_cast<std::int64_t>(id.value)) {
  }  // typed ids
  Value value;
};

// One row of a result. Columns by position, in the order of the select list. Asking for the wrong type is a bug
// (assert).
class Row {
 public:
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}
  bool is_null(std::size_t column) const;
  std::int64_t integer(std::size_t column) const;
  bool flag(std::size_t column) const { return integer(column) != 0; }
  double real(std::size_t column) const;
  const std::string& text(std::size_t column) const;  // null reads as the empty string
  const std::string& bytes(std::size_t column) const;
  std::string take_text(std::size_t column);  // the same, moved out: the row has it no more
  Time time(std::size_t column) const { return from_micros(integer(column)); }
  std::optional<Time> maybe_time(std::size_t column) const;
  std::optional<std::int64_t> maybe_integer(std::size_t column) const;
  std::size_t size() const { return values_.size(); }

 private:
  std::vector<Value> values_;
};

// What failed in the database, for callers that must tell (a unique violation is usually a conflict for a person).
// Errors come as: unique and foreign key violations -> Errc::conflict; busy/serialisation -> unavailable (write()
// retries these itself first); disk full -> unavailable; anything else -> internal. After an error the transaction can
// only be rolled back: every further statement fails, and so does write() (use `on conflict do nothing` where a
// duplicate is expected).
class Tx {
 public:
  virtual ~Tx() = default;
  virtual Result<std::vector<Row>> query(std::string_view sql, std::vector<Param> params = {}) = 0;
  // Number of rows changed.
  virtual Result<std::int64_t> exec(std::string_view sql, std::vector<Param> params = {}) = 0;
  // The single row, or not_found with `what` in the sentence ("no repository 'a/b'").
  Result<Row> one(std::string_view what, std::string_view sql, std::vector<Param> params = {});
  Result<std::optional<Row>> maybe(std::string_view sql, std::vector<Param> params = {});
  // `insert ... returning id`: the generated key.
  Result<std::int64_t> insert(std::string_view sql, std::vector<Param> params = {});
  // Runs after the outermost commit succeeded (ring a bell); dropped on rollback. Must not throw or touch this Tx.
  virtual void after_commit(std::function<void()> action) = 0;
  // From here to the end no other transaction that called this is under way: what they write becomes visible in the
  // order of the calls. Nothing to do where there is one writer.
  virtual Result<void> take_turns() = 0;
};

struct Migration {
  std::string name;
  std::string sql;
};  // "0002_git.sql"; statements separated by ';' at line end

class Db {
 public:
  // "sqlite:/path/file.db" (created when absent) or "postgresql://..." / "postgres://...".
  static Result<std::unique_ptr<Db>> open(const std::string& url);
  virtual ~Db() = default;

  // Runs fn in a read transaction on one of several reader connections; many at once. fn must not write. Inside another
  // read() or write() of the same thread it joins that transaction.
  template <class F>
  auto read(F&& fn) -> std::invoke_result_t<F, Tx&> {
    return run(Mode::read, std::forward<F>(fn));
  }
  // Runs fn in the write transaction (SQLite: one at a time, `begin immediate`); commits when fn returns a value, rolls
  // back and returns the error when it returns one. Retried on serialisation failures: fn must be safe to run again.
  // Not re-entrant. When the disk fails at the sync after the commit the error is returned, though what was written is
  // there (until a power cut, perhaps): actions of after_commit have run then.
  template <class F>
  auto write(F&& fn) -> std::invoke_result_t<F, Tx&> {
    return run(Mode::write, std::forward<F>(fn));
  }
  // The same, but a power cut right after may undo it (a crash of the program cannot): for cursors, heartbeats and
  // samples.
  template <class F>
  auto write_lazily(F&& fn) -> std::invoke_result_t<F, Tx&> {
    return run(Mode::lazy_write, std::forward<F>(fn));
  }

  // Whether this thread is in a transaction of this database. What it reads there may be older than what others have
  // committed since, so it is nothing to be remembered beyond it.
  bool in_transaction() const;

  // Lets go of pages that are kept to answer sooner. For times of rest; safe at any.
  virtual void give_back_memory() {}

  // Applies those not yet applied, in order, one transaction each. A migration whose text changed since is an error.
  virtual Result<void> migrate(std::span<const Migration> migrations) = 0;
  // Copies the whole database, consistent, while in use (SQLite only; PostgreSQL: unavailable with the pg_dump line to
  // use).
  virtual Result<void> backup_to(const std::string& file) = 0;

 protected:
  enum class Mode { read, write, lazy_write };
  virtual Result<void> transact(Mode mode, const std::function<Result<void>(Tx&)>& fn) = 0;

 private:
  template <class F>
  auto run(Mode mode, F&& fn) -> std::invoke_result_t<F, Tx&> {
    using R = std::invoke_result_t<F, Tx&>;
    std::optional<R> answer;
    auto done = transact(mode, [&](Tx& tx) -> Result<void> {
      answer.emplace(fn(tx));
      if (!answer->has_value()) return answer->error();
      return {};
    });
    if (!done.has_value()) return R(done.error());
    return std::move(*answer);
  }
};

}  // namespace sampan
