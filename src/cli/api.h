// One signed-in conversation with a server: address and token from the environment (SAMPAN_URL, SAMPAN_TOKEN) or the
// login file.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "cli/cli.h"

namespace sampan::cli {

struct Login {
  std::string url, token;
};
Result<Login> read_login(const World& world);
Result<void> write_login(const World& world, const Login& login);

class Api {
 public:
  Api(World& world, Login login) : world_(world), login_(std::move(login)) {}
  using Query = std::vector<std::pair<std::string, std::string>>;
  Result<Json> get(std::string_view path, const Query& query = {});
  Result<Json> post(std::string_view path, const boost::json::object& body = {});
  Result<Json> put(std::string_view path, const boost::json::object& body);
  Result<Json> del(std::string_view path);
  // Follows server-sent events until `on_event` returns false or the stream ends.
  Result<void> follow(std::string_view path, const Query& query,
                      const std::function<bool(std::string_view event, std::string_view data)>& on_event);
  const std::string& url() const { return login_.url; }

 private:
  Result<Json> send(Method method, std::string_view path, const Query& query, std::string body);

  World& world_;
  Login login_;
};

// An answer of the server that is an error, as an Error with the server's own sentence.
Error error_of(const OutboundResponse& response);
int exit_code_of(const Error& error);

// Reading answers without ceremony: absent or of another type is empty, 0, false.
std::string text_of(const Json& value, std::string_view key);
std::int64_t number_of(const Json& value, std::string_view key);
double real_of(const Json& value, std::string_view key);
const Json& member_of(const Json& value, std::string_view key);
const boost::json::array& items_of(const Json& value, std::string_view key = "items");

// Columns padded to their widest cell; wide characters count two, control characters become '?'.
std::string table(std::vector<std::vector<std::string>> rows);

}  // namespace sampan::cli
