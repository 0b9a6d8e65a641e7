// What the two engines share; for base/ only.
#pragma once

#include <thread>

#include "base/db.h"

namespace sampan::db_engine {

Result<std::unique_ptr<Db>> open_sqlite(const std::string& file);
Result<std::unique_ptr<Db>> open_postgres(const std::string& url);

Result<void> migrate(Db& db, std::span<const Migration> migrations, std::string_view id_column);

// The statements of a migration: separated by ';' at the end of a line, "--" begins a comment.
std::vector<std::string> split_statements(std::string_view sql);

// Keeps the engines alike: after the first error nothing more is done in this transaction, and it is remembered.
class EngineTx : public Tx {
 public:
  Result<std::vector<Row>> query(std::string_view sql, std::vector<Param> params = {}) final;
  Result<std::int64_t> exec(std::string_view sql, std::vector<Param> params = {}) final;
  void after_commit(std::function<void()> action) final { actions_.push_back(std::move(action)); }

  const std::optional<Error>& failure() const { return failure_; }
  bool retryable() const { return retryable_; }
  void committed();  // runs the actions of after_commit

 protected:
  struct Answer {
    std::vector<Row> rows;
    std::int64_t changed = 0;
  };
  virtual Result<Answer> execute(std::string_view sql, std::vector<Param>& params) = 0;
  void set_retryable() { retryable_ = true; }

 private:
  Result<Answer> guarded(std::string_view sql, std::vector<Param>& params);

  std::vector<std::function<void()>> actions_;
  std::optional<Error> failure_;
  bool retryable_ = false;
};

// The transaction this thread is in, so that a read inside it joins it and a write inside it is refused.
class CurrentTx {
 public:
  CurrentTx(const Db* db, Tx* tx);
  ~CurrentTx();
  CurrentTx(const CurrentTx&) = delete;
  CurrentTx& operator=(const CurrentTx&) = delete;
  static Tx* of(const Db* db);

 private:
  const Db* outer_db_;
  Tx* outer_tx_;
};

// Growing, jittered pauses between attempts at a transaction that lost to another.
void pause_before_retry(int attempt);
inline constexpr int kMaxAttempts = 20;

}  // namespace sampan::db_engine
