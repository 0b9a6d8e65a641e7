#include "git/transport.h"

#include <signal.h>

#include "base/crypto.h"
#include "base/enum_text.h"
#include "base/log.h"
#include "base/text.h"
#include "git/hook_protocol.h"
#include "git/pack_share.h"

namespace sampan::git {
namespace {

constexpr std::chrono::seconds kAdvertiseTime{60};
constexpr std::chrono::milliseconds kEndTime{
    30'000};  // for a receive-pack whose client has vanished to finish what it began

std::string_view name_of(bool receives) { return receives ? "git-receive-pack" : "git-upload-pack"; }

int status_of(Errc code) {
  switch (code) {
    case Errc::invalid: return 400;
    case Errc::unauthenticated: return 401;
    case Errc::denied: return 403;
    case Errc::not_found: return 404;
    case Errc::conflict: return 409;
    case Errc::too_large: return 413;
    case Errc::unavailable: return 503;
    case Errc::internal: return 500;
  }
  return 500;
}

Response refuse(const Error& error) {
  auto response = Response::text(status_of(error.code), error.message + "\n");
  if (error.code == Errc::unauthenticated)
    response.set("WWW-Authenticate", "Basic realm=\"Sampan\", charset=\"UTF-8\"");
  if (error.code == Errc::internal) log::error("git", "{}", error.message);
  return response;
}

// pkt-line: four hex digits of the length, themselves included (gitprotocol-common(5)).
std::string packet(std::string_view text) { return fmt::format("{:04x}{}", text.size() + 4, text); }

// The Git-Protocol header as GIT_PROTOCOL may carry it: "version=2", or a list with ':'.
std::string protocol_of(const Request& request) {
  const auto asked = request.header("Git-Protocol");
  if (asked.size() > 64) return {};
  for (char c : asked) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && std::string_view("=:._-").find(c) == std::string_view::npos)
      return {};
  }
  return std::string(asked);
}

bool asks_for_version_2(const std::string& protocol) {
  for (const auto& part : split(protocol, ':')) {
    if (part == "version=2") return true;
  }
  return false;
}

Result<Actor> actor_of(people::People& people, const Request& request, const Actor& given) {
  const auto header = request.header("Authorization");
  if (given.kind != Actor::Kind::nobody || header.empty()) return given;
  const auto space = header.find(' ');
  const auto kind = lower(header.substr(0, space));
  const auto value = space == std::string_view::npos ? std::string_view() : trim(header.substr(space + 1));
  if (kind == "bearer") return people.actor_of_token(value);
  const auto decoded = kind == "basic" ? base64_decode(value) : Result<std::string>(Error{Errc::invalid, ""});
  const auto colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos)
    return fail(Errc::unauthenticated, "the Authorization header is neither Basic nor Bearer");
  return people.actor_of_basic({decoded->substr(0, colon), decoded->substr(colon + 1)}, request.remote_address);
}

std::string_view without_git(std::string_view name) {
  return name.ends_with(".git") ? name.substr(0, name.size() - 4) : name;
}

}  // namespace

Result<Transport::Admitted> Transport::admit(const Request& request, const Actor& given, Service service) {
  const Actor actor = TRY(actor_of(people_, request, given));
  if (actor.kind == Actor::Kind::nobody) {
    return fail(Errc::unauthenticated, "sign in: your login, with your password or a personal token in its place");
  }
  const auto group = request.param("group"), name = without_git(request.param("repo"));
  auto repo = repos_.find(group, name);
  if (!repo && repo.error().code != Errc::not_found) return repo.error();
  const Role role = repo ? TRY(role_on(people_, actor, *repo)) : Role::none;
  if (role < Role::viewer)
    return fail(Errc::not_found, "there is no repository '{}/{}', or {} may not see it", to_valid_utf8(group),
                to_valid_utf8(name), actor.name);
  if (service == Service::upload_pack) {
    if (!actor.has(Scope::repo_read) && !actor.has(Scope::repo_write))
      return fail(Errc::denied, "this token has not the scope repo_read, which fetching takes");
    return Admitted{std::move(*repo), actor};
  }
  if (!actor.has(Scope::repo_write))
    return fail(Errc::denied, "this token has not the scope repo_write, which pushing takes");
  if (role < Role::developer) {
    return fail(Errc::denied, "pushing to {} takes the role developer; {} is {}. Ask one of its admins", repo->path(),
                actor.name, enum_text(role));
  }
  return Admitted{std::move(*repo), actor};
}

Command Transport::command(const Repo& repo, Service service, bool advertise, const Request& request,
                           const std::string& push_secret) const {
  const bool receives = service == Service::receive_pack;
  std::vector<std::string> args{receives ? "receive-pack" : "upload-pack", "--stateless-rpc"};
  if (advertise) args.push_back("--advertise-refs");
  args.push_back(plumbing_.folder_of(repo.id));
  Environment environment, settings;
  if (const auto protocol = protocol_of(request); !protocol.empty()) environment.emplace_back("GIT_PROTOCOL", protocol);
  if (receives) {
    settings = {{"core.hooksPath", repos_.hooks_folder()},
                {"receive.maxInputSize", std::to_string(config_.max_push_bytes)}};
    environment.emplace_back(kSocketVariable, config_.hook_socket);
    environment.emplace_back(kPushVariable, push_secret);
  } else if (!advertise) {
    settings = {{"uploadpack.packObjectsHook", repos_.hooks_folder() + "/pack-objects"}};
    environment.emplace_back(kPacksVariable, repos_.packs_folder());
  }
  return plumbing_.command(repo.id, std::move(args), environment, settings);
}

Response Transport::advertise(const Request& request, const Actor& actor) {
  const auto asked = request.find_query("service").value_or("");
  if (asked != "git-upload-pack" && asked != "git-receive-pack") {
    return Response::text(403, "only the smart HTTP protocol is spoken here; any git since 1.6.6 does\n");
  }
  const auto service = asked == "git-receive-pack" ? Service::receive_pack : Service::upload_pack;
  const auto admitted = admit(request, actor, service);
  if (!admitted) return refuse(admitted.error());
  RunOptions options;
  options.timeout = kAdvertiseTime;
  options.max_output = 256 << 20;
  auto refs = run_ok(command(admitted->repo, service, true, request, ""), options);
  if (!refs) return refuse(refs.error());
  std::string body;
  if (service == Service::receive_pack || !asks_for_version_2(protocol_of(request)))
    body = packet("# service=" + asked + "\n") + "0000";
  return Response::text(200, body + *refs, "application/x-" + asked + "-advertisement")
      .set("Cache-Control", "no-cache");
}

Result<Response> Transport::start(const Request& request, const Admitted& admitted, Service service) {
  const bool receives = service == Service::receive_pack;
  const auto [child_in, our_in] = TRY(make_wide_pipe());  // index-pack takes 4 KiB at a time
  Fd child_in_fd(child_in), our_in_fd(our_in);
  const auto [our_out, child_out] = TRY(make_pipe());
  Fd our_out_fd(our_out), child_out_fd(child_out);
  const auto errors = TRY(pushes_.hold());
  const auto secret = receives ? pushes_.begin(admitted.repo, admitted.actor) : std::string();
  auto spawned = Child::spawn(command(admitted.repo, service, false, request, secret),
                              {child_in, child_out, receives ? errors.get() : -1});
  if (!spawned) {
    pushes_.finish(secret, true);
    return spawned.error();
  }
  auto child = std::make_shared<Child>(std::move(*spawned));
  ProcessBody body;
  body.stdin_fd = our_in_fd.release();
  body.stdout_fd = our_out_fd.release();
  body.on_done = [this, child, secret, receives](bool completed) {
    // A receive-pack is not cut down in the middle of moving refs: its input has ended, so it soon does too.
    if (!completed && !(receives && child->wait_for(kEndTime))) child->signal(SIGTERM);
    const auto exit = child->wait();
    if (receives) pushes_.finish(secret, exit.ok());
  };
  Response response;
  response.set("Content-Type", fmt::format("application/x-{}-result", name_of(receives)))
      .set("Cache-Control", "no-cache");
  response.body = std::move(body);
  return response;
}

Response Transport::upload_pack(const Request& request, const Actor& actor) {
  if (request.header("Content-Type") != "application/x-git-upload-pack-request")
    return Response::text(415, "expected application/x-git-upload-pack-request\n");
  const auto admitted = admit(request, actor, Service::upload_pack);
  if (!admitted) return refuse(admitted.error());
  auto response = start(request, *admitted, Service::upload_pack);
  return response ? std::move(*response) : refuse(response.error());
}

Response Transport::receive_pack(const Request& request, const Actor& actor) {
  if (request.header("Content-Type") != "application/x-git-receive-pack-request")
    return Response::text(415, "expected application/x-git-receive-pack-request\n");
  const auto admitted = admit(request, actor, Service::receive_pack);
  if (!admitted) return refuse(admitted.error());
  auto response = start(request, *admitted, Service::receive_pack);
  return response ? std::move(*response) : refuse(response.error());
}

Response Transport::pre_receive(const Request& request) {
  auto accepted = pushes_.pre_receive(request.header(kPushHeader), request.body);
  if (accepted) return Response::text(200, "");
  if (accepted.error().code == Errc::internal) log::error("git", "pre-receive: {}", accepted.error().message);
  return Response::text(status_of(accepted.error().code), fmt::format("Refused: {}.\n", accepted.error().message));
}

Response Transport::post_receive(const Request& request) {
  auto lines = pushes_.post_receive(request.header(kPushHeader), request.body);
  if (lines) return Response::text(200, lines->empty() ? std::string() : join(*lines, "\n") + "\n");
  // The refs have moved whatever is answered here; the end of the process, or the next start, confirms again.
  log::error("git", "post-receive: {}", lines.error().message);
  return Response::text(status_of(lines.error().code),
                        "The push is there; what it starts will start a little later.\n");
}

}  // namespace sampan::git
