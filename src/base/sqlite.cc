// The SQLite engine: one writer connection behind a mutex, a few readers, WAL.
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <deque>

#include "base/db_engine.h"
#include "base/files.h"
#include "base/group_sync.h"
#include "base/sqlite_connection.h"
#include "base/sync.h"

namespace sampan::db_engine {

namespace {

constexpr std::size_t kReaders = 4;
constexpr int kBusyAttempts = 3;

class SqliteTx final : public EngineTx {
 public:
  explicit SqliteTx(Connection& connection) : connection_(connection) {}
  Result<void> take_turns() override { return {}; }

 protected:
  Result<Answer> execute(std::string_view sql, std::vector<Param>& params) override {
    auto rows = connection_.run(sql, params);
    if (!rows && connection_.busy()) set_retryable();
    return Answer{TRY(std::move(rows)), connection_.changes()};
  }

 private:
  Connection& connection_;
};

// Readers that are free. At most kReaders exist; who finds none waits, and is served in the order of coming: a thread
// that gives one back would otherwise take it again before whom it woke is awake.
class Readers {
 public:
  explicit Readers(std::string file) : file_(std::move(file)) {}

  Result<std::unique_ptr<Connection>> take() {
    {
      auto pool = pool_.lock();
      if (pool->free.empty() && pool->open == kReaders) {
        Waiting self;
        pool->waiting.push_back(&self);
        self.bell.wait(pool.lock(), [&] { return self.served; });
        if (self.given) return std::move(self.given);
      } else if (!pool->free.empty()) {
        auto connection = std::move(pool->free.back());
        pool->free.pop_back();
        return connection;
      } else {
        ++pool->open;
      }
    }
    auto connection = Connection::open(file_);
    if (connection && (*connection)->command("pragma query_only = on") == SQLITE_OK) return connection;
    serve(nullptr);
    if (!connection) return connection;
    return (*connection)->error("pragma query_only");
  }

  void give_back(std::unique_ptr<Connection> connection) { serve(std::move(connection)); }

  void release_memory() {
    auto pool = pool_.lock();
    for (const auto& connection : pool->free) connection->release_memory();
  }

 private:
  struct Waiting {
    std::unique_ptr<Connection> given;  // none: the place for one, to be opened
    bool served = false;
    std::condition_variable bell;
  };
  struct Pool {
    std::vector<std::unique_ptr<Connection>> free;
    std::size_t open = 0;
    std::deque<Waiting*> waiting;
  };

  // Passes a connection on, or the place of one that could not be opened.
  void serve(std::unique_ptr<Connection> connection) {
    auto pool = pool_.lock();
    if (!pool->waiting.empty()) {
      Waiting& next = *pool->waiting.front();
      pool->waiting.pop_front();
      next.given = std::move(connection);
      next.served = true;
      next.bell.notify_one();
    } else if (connection) {
      pool->free.push_back(std::move(connection));
    } else {
      --pool->open;
    }
  }

  std::string file_;
  Sync<Pool> pool_;
};

class SqliteDb final : public Db {
 public:
  SqliteDb(std::string file, std::unique_ptr<Connection> writer)
      : file_(file), writer_(std::move(writer)), readers_(std::move(file)) {}

  Result<void> migrate(std::span<const Migration> migrations) override {
    return db_engine::migrate(*this, migrations, "integer primary key autoincrement");
  }

  Result<void> backup_to(const std::string& target) override {
    const std::string temporary = target + ".partial";
    if (::unlink(temporary.c_str()) != 0 && errno != ENOENT) return fail_errno(temporary);
    const auto connection = TRY(Connection::open(file_));
    if (auto made = connection->run("vacuum into $1", {temporary}); !made) {
      ::unlink(temporary.c_str());
      return made.error();
    }
    Fd copy(::open(temporary.c_str(), O_RDONLY | O_CLOEXEC));
    if (!copy || ::fsync(copy.get()) != 0) return fail_errno(temporary);
    return rename_durably(temporary, target);
  }

  void give_back_memory() override {
    (*writer_.lock())->release_memory();
    readers_.release_memory();
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
    std::uint64_t commits = 0;
    {
      auto writer = writer_.lock();
      Connection& connection = **writer;
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
      commits = commits_ = connection.commits();
    }
    // A commit that was answered must survive a power cut. Outside the lock: meanwhile others write and share the next
    // sync. Others may read what was committed before it is synced, but what they write of it is synced after it.
    // Who found nothing to write waits too, for what it has read, unless all of that is synced.
    auto kept = mode == Mode::write && synced_commits_ < commits ? log_sync_.wait() : Result<void>();
    tx->committed();  // also when the sync failed: the others see the commit
    return kept;
  }

  // The kernel may forget what it could not write, and a later sync may then succeed without it. It can still be read
  // from the log, so what was not synced goes into the file before anything else is called durable.
  Result<void> sync_log() {
    if (log_doubtful_) {
      auto writer = writer_.lock();
      if (!(*writer)->checkpoint())
        return fail(Errc::unavailable, "the disk of the database failed and does not yet work again");
      log_doubtful_ = false;
    }
    const auto commits = commits_.load();
    if (!log_) log_ = Fd(::open((file_ + "-wal").c_str(), O_RDWR | O_CLOEXEC));
    if (log_ && ::fdatasync(log_.get()) == 0) {
      synced_commits_ = commits;
      return {};
    }
    log_doubtful_ = true;
    return fail_errno("sync the database's log");
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

  std::string file_;
  Sync<std::unique_ptr<Connection>> writer_;
  Readers readers_;
  Fd log_;                     // the write-ahead log, whose name stays while a connection is open
  bool log_doubtful_ = false;  // its last sync failed
  std::atomic<std::uint64_t> commits_ = 0, synced_commits_ = 0;  // that wrote; that are known to be on the disk
  GroupSync log_sync_{[this] { return sync_log(); }};
};

}  // namespace

Result<std::unique_ptr<Db>> open_sqlite(const std::string& file) {
  TRY(make_directories(parent_of(file)));
  auto writer = TRY(Connection::open(file));
  return std::unique_ptr<Db>(std::make_unique<SqliteDb>(file, std::move(writer)));
}

}  // namespace sampan::db_engine
