// Fetch and push by the real git over HTTP (gitprotocol-http(5), smart protocol; gitprotocol-v2(5)), and the hooks it
// calls back with.
#pragma once

#include <string>
#include <vector>

#include "git/pushes.h"
#include "git/repos.h"

namespace sampan::git {

class Transport {
 public:
  Transport(people::People& people, Repos& repos, Pushes& pushes, const Plumbing& plumbing, const Config& config)
      : people_(people), repos_(repos), pushes_(pushes), plumbing_(plumbing), config_(config) {}

  // GET info/refs?service=; POST git-upload-pack; POST git-receive-pack. They answer in git's dialect: errors are text
  // that git prints after "remote:", and whoever is not signed in is asked for a login and a password or token. They
  // look at Authorization themselves when `actor` is nobody, so that a wrong, expired or revoked token gets its
  // sentence.
  Response advertise(const Request& request, const Actor& actor);
  Response upload_pack(const Request& request, const Actor& actor);
  Response receive_pack(const Request& request, const Actor& actor);

  // What sampan-hook posts. 200 lets the push go on; the text is printed to who pushed.
  Response pre_receive(const Request& request);
  Response post_receive(const Request& request);

 private:
  enum class Service { upload_pack, receive_pack };
  struct Admitted {
    Repo repo;
    Actor actor;
  };
  Result<Admitted> admit(const Request& request, const Actor& actor, Service service);
  Command command(const Repo& repo, Service service, bool advertise, const Request& request,
                  const std::string& push_secret) const;
  Result<Response> start(const Request& request, const Admitted& admitted, Service service);

  people::People& people_;
  Repos& repos_;
  Pushes& pushes_;
  const Plumbing& plumbing_;
  const Config& config_;
};

}  // namespace sampan::git
