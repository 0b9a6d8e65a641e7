// Test helpers; included by *_test.cc only, whose program links sampan_migrations.
#pragma once

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/db.h"
#include "base/files.h"
#include "base/http_client.h"
#include "base/log.h"
#include "base/migrations.h"

namespace sampan::testing {

// The value of a result that must be one; ends the test program with the sentence otherwise.
template <class T>
T must(Result<T> result) {
  if (!result.has_value()) {
    std::fprintf(stderr, "must(): %s\n", result.error().message.c_str());
    std::abort();
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// A SQLite database of its own in a temporary folder, with all migrations applied; gone with the object.
class TestDb {
 public:
  TestDb() : folder_(must(TempDir::create())), db_(must(Db::open("sqlite:" + folder_.path() + "/test.db"))) {
    log::set_level(log::Level::warning);  // not a line for each migration
    must(db_->migrate(migrations()));
  }
  Db& operator*() { return *db_; }
  Db* operator->() { return db_.get(); }
  const std::string& folder() const { return folder_.path(); }  // free for the test's own files

 private:
  TempDir folder_;
  std::unique_ptr<Db> db_;
};

// Whether the condition came true within the limit; asks every two milliseconds.
inline bool wait_until(const std::function<bool()>& condition,
                       std::chrono::milliseconds limit = std::chrono::seconds(10)) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

// Remembers what was asked and answers by a function. A stream gives the answer's body in one piece.
class FakeHttpClient final : public HttpClient {
 public:
  using Answer = std::function<Result<OutboundResponse>(const OutboundRequest&)>;
  FakeHttpClient() : FakeHttpClient([](const OutboundRequest&) { return OutboundResponse{200, {}, {}}; }) {}
  explicit FakeHttpClient(Answer answer) : answer_(std::move(answer)) {}

  Result<OutboundResponse> send(const OutboundRequest& request) override {
    Answer answer;
    {
      std::lock_guard lock(mutex_);
      requests_.push_back(request);
      answer = answer_;
    }
    return answer(request);
  }
  Result<int> stream(const OutboundRequest& request, const std::function<bool(std::string_view)>& on_data) override {
    const auto response = send(request);
    if (!response.has_value()) return response.error();
    if (!response->body.empty()) on_data(response->body);
    return response->status;
  }
  void answer_with(Answer answer) {
    std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  std::vector<OutboundRequest> requests() const {
    std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  mutable std::mutex mutex_;
  Answer answer_;
  std::vector<OutboundRequest> requests_;
};

}  // namespace sampan::testing
