#include "cli/cli.h"

#include <CLI/CLI.hpp>
#include <sstream>

#include "cli/commands.h"
#include "cli/completion.h"

namespace sampan::cli {

namespace {

// Builds the parser: each leaf sets `action`. Nothing is done while parsing, so a wrong word never leaves anything
// half-done.
struct Parser {
  CLI::App app{"Sampan: from a push to customers", "sampan"};
  bool json = false;
  std::function<Result<int>()> action;
  World& world;
  const Programs& programs;
  std::string text, other, third, fourth;
  std::vector<std::string> list;
  std::int64_t number = 0;
  RunnerArguments runner_arguments;
  ScanRequest scan_request;
  bool flag = false;

  Parser(World& world_in, const Programs& programs_in) : world(world_in), programs(programs_in) {
    app.require_subcommand(1);
    app.set_version_flag("--version", programs.version);
    app.add_flag("--json", json, "Print the server's answer as JSON");
    app.fallthrough();
    server_commands();
    code_commands();
    run_commands();
    app_commands();
    people_commands();
    scan_commands();
  }

  // An act that talks to the server.
  void on(CLI::App* command, std::function<Result<int>(Api&, const Show&)> act) {
    command->callback([this, act] {
      action = [this, act]() -> Result<int> {
        Api api(world, TRY(read_login(world)));
        return act(api, Show{world, json});
      };
    });
  }
  void here(CLI::App* command, std::function<Result<int>()> act) {
    command->callback([this, act] { action = act; });
  }

  void server_commands();
  void code_commands();
  void run_commands();
  void app_commands();
  void people_commands();
  void scan_commands();
};

void Parser::server_commands() {
  auto* serve = app.add_subcommand("serve", "Run the server");
  serve->add_option("--config", text, "Configuration file")->check(CLI::ExistingFile);
  here(serve, [this]() -> Result<int> { return programs.serve(text); });

  auto* runner = app.add_subcommand("runner", "Run steps for a server");
  auto& given = runner_arguments;
  runner->add_option("--server", given.server, "Address of the server")->required();
  runner->add_option("--token-file", given.token_file, "File that holds the runner's token")->required();
  runner->add_option("--name", given.name, "Name of this runner");
  runner->add_option("--folder", given.folder, "Folder for workspaces and caches")->required();
  runner->add_option("--capacity", given.capacity, "Jobs at once")->capture_default_str();
  runner->add_option("--repositories", given.repositories, "The server's folder of repositories, on its own machine");
  runner->add_option("--advisories", given.advisories, "The server's file of advisories, on its own machine");
  here(runner, [this]() -> Result<int> { return programs.runner(runner_arguments); });

  auto* docs = app.add_subcommand("docs", "Print a reference: steps, app, rules, secrets");
  docs->add_option("topic", text)->required();
  here(docs, [this]() -> Result<int> { return programs.docs(text); });

  auto* doctor = app.add_subcommand("doctor", "Say what this machine lacks and how to mend it");
  here(doctor, [this]() -> Result<int> {
    world.out(TRY(programs.doctor()));
    return kDone;
  });

  auto* backup = app.add_subcommand("backup", "Copy everything into a folder, while the server runs");
  backup->add_option("--config", text, "Configuration file");
  backup->add_option("to", other)->required();
  here(backup, [this]() -> Result<int> { return programs.backup(text, other); });
  auto* restore = app.add_subcommand("restore", "Make a data folder from a backup");
  restore->add_option("from", text)->required();
  restore->add_option("to", other)->required();
  here(restore, [this]() -> Result<int> { return programs.restore(text, other); });

  auto* destroy = app.add_subcommand(
      "destroy", "Remove a data folder and the containers, proxies and networks made for its applications");
  destroy->add_option("--config", text, "Configuration file")->required();
  destroy->add_flag("--yes", flag, "Do it");
  here(destroy, [this]() -> Result<int> { return programs.destroy(text, flag); });
  auto* completion = app.add_subcommand("completion", "Print the completion script for bash");
  here(completion, [this]() -> Result<int> {
    world.out(bash_completion(app));
    return kDone;
  });

  auto* login_command = app.add_subcommand("login", "Sign in to a server and remember it");
  login_command->add_option("url", text)->required();
  login_command->add_option("--user", other, "Login name");
  login_command->add_flag("--token-stdin", flag, "Read a token instead of asking for a password");
  here(login_command, [this] { return login(world, text, other, flag); });
}

void Parser::code_commands() {
  auto* repo = app.add_subcommand("repo", "Repositories and groups");
  repo->require_subcommand(1);
  on(repo->add_subcommand("list", "List repositories"),
     [](Api& api, const Show& show) { return repo_list(api, show); });
  auto* create = repo->add_subcommand("create", "Create a repository");
  create->add_option("path", text, "GROUP/NAME")->required();
  create->add_option("--template", other, "spring-boot, static-site or empty");
  on(create, [this](Api& api, const Show& show) { return repo_create(api, show, text, other); });
  auto* group = repo->add_subcommand("create-group", "Create a group");
  group->add_option("name", text)->required();
  on(group, [this](Api& api, const Show& show) { return group_create(api, show, text); });
}

void Parser::run_commands() {
  auto* run = app.add_subcommand("run", "Pipeline runs");
  run->require_subcommand(0, 1);
  run->add_option("--local", third, "Run this pipeline file on the working tree, here, with the same engine");
  run->add_option("--job", fourth, "Only this job (with --local)");
  run->add_option("--variable", list, "KEY=VALUE");
  run->callback([this, run] {
    if (!run->get_subcommands().empty()) return;
    action = [this]() -> Result<int> {
      if (third.empty())
        return fail(Errc::invalid, "say what to do: list, start, show, wait, cancel, retry, or --local FILE");
      return programs.run_local(third, fourth, list);
    };
  });
  auto* all = run->add_subcommand("list", "List runs");
  all->add_option("repo", text, "GROUP/NAME");
  on(all, [this](Api& api, const Show& show) { return run_list(api, show, text); });
  auto* start = run->add_subcommand("start", "Start a run");
  start->add_option("repo", text, "GROUP/NAME")->required();
  start->add_option("pipeline", other, "File below .sampan/, or the pipeline's name")->required();
  start->add_option("--ref", third, "Branch, tag or commit; the default branch without it");
  start->add_option("--variable", list, "KEY=VALUE");
  start->add_flag("--wait", flag, "Wait for the end; exit 1 when it failed");
  on(start, [this](Api& api, const Show& show) { return run_start(api, show, text, other, third, list, flag); });
  for (const std::string name : {"show", "wait", "cancel", "retry"}) {
    auto* command = run->add_subcommand(name, name == "show"   ? "Show a run"
                                              : name == "wait" ? "Wait for a run's end; exit 1 when it failed"
                                                               : name + " a run");
    command->add_option("run", number)->required();
    on(command, [this, name](Api& api, const Show& show) {
      if (name == "show") return run_show(api, show, number);
      return name == "wait" ? run_wait(api, show, number) : run_act(api, show, number, name);
    });
  }
  auto* logs = app.add_subcommand("logs", "Print a job's log");
  logs->add_option("run", number)->required();
  logs->add_option("job", text, "The job's key; without it the one that failed, or runs");
  logs->add_flag("-f,--follow", flag, "Go on until the job ends");
  on(logs, [this](Api& api, const Show& show) { return run_logs(api, show, number, text, flag); });
  auto* pass = app.add_subcommand("approve", "Pass or refuse a gate");
  pass->add_option("run", number)->required();
  pass->add_option("job", text, "The gate's key; without it the one that waits");
  pass->add_option("--comment", other);
  pass->add_option("--at", third, "Release at this time (RFC 3339): approve now, go later");
  pass->add_flag("--refuse", flag, "Refuse: the run fails");
  on(pass, [this](Api& api, const Show& show) { return approve(api, show, {number, text, other, third, flag}); });
}

void Parser::app_commands() {
  auto* list_command = app.add_subcommand("apps", "Applications and how they are");
  list_command->add_option("application", text, "ENVIRONMENT/APPLICATION for its details");
  on(list_command, [this](Api& api, const Show& show) -> Verb {
    if (text.empty()) return apps(api, show);
    return app_show(api, show, TRY(parse_app_name(text)));
  });
  auto* deploy = app.add_subcommand("deploy", "Bring a release to an environment");
  deploy->add_option("application", text, "ENVIRONMENT/APPLICATION")->required();
  deploy->add_option("--release", number, "An earlier release of this environment");
  deploy->add_option("--from", other, "Promote what runs in this environment, the same digest");
  deploy->add_flag("--no-wait", flag);
  on(deploy, [this](Api& api, const Show& show) -> Verb {
    boost::json::object body;
    if (number > 0) body["release"] = number;
    if (!other.empty()) body["from_environment"] = other;
    return app_act(api, show, TRY(parse_app_name(text)), "deploy", body, !flag);
  });
  auto* rollback = app.add_subcommand("rollback", "Go back: image, configuration and secrets together");
  rollback->add_option("application", text, "ENVIRONMENT/APPLICATION")->required();
  rollback->add_option("--release", number, "To this release; without it the one before");
  rollback->add_flag("--no-wait", flag);
  on(rollback, [this](Api& api, const Show& show) -> Verb {
    boost::json::object body;
    if (number > 0) body["release"] = number;
    return app_act(api, show, TRY(parse_app_name(text)), "rollback", body, !flag);
  });
  auto* scale = app.add_subcommand("scale", "Change how many instances run");
  scale->add_option("application", text, "ENVIRONMENT/APPLICATION")->required();
  scale->add_option("instances", number)->required();
  on(scale, [this](Api& api, const Show& show) -> Verb {
    return app_act(api, show, TRY(parse_app_name(text)), "scale", {{"instances", number}}, false);
  });
}

void Parser::people_commands() {
  auto* secret = app.add_subcommand("secret", "Variables and secrets of environments");
  secret->require_subcommand(1);
  on(secret->add_subcommand("list", "List variable groups"),
     [](Api& api, const Show& show) { return secret_list(api, show); });
  auto* set = secret->add_subcommand("set", "Set a secret; its value is read from standard input");
  set->add_option("group", text)->required();
  set->add_option("key", other)->required();
  set->add_flag("--plain", flag, "Not a secret");
  on(set, [this](Api& api, const Show& show) {
    return secret_change(api, show, {text, other, world.ask(fmt::format("{}: ", other), true), !flag, false});
  });
  auto* remove = secret->add_subcommand("remove", "Remove a variable");
  remove->add_option("group", text)->required();
  remove->add_option("key", other)->required();
  on(remove, [this](Api& api, const Show& show) { return secret_change(api, show, {text, other, {}, false, true}); });

  auto* user = app.add_subcommand("user", "People and roles");
  user->require_subcommand(1);
  on(user->add_subcommand("list", "List people"), [](Api& api, const Show& show) { return user_list(api, show); });
  auto* create = user->add_subcommand("create", "Add a person");
  create->add_option("login", text)->required();
  create->add_option("--name", other);
  create->add_option("--email", third);
  create->add_flag("--admin", flag, "Site administrator");
  on(create, [this](Api& api, const Show& show) { return user_create(api, show, {text, other, third, flag}); });
  auto* role = user->add_subcommand("role", "Give a role on a group, a repository or an environment");
  role->add_option("target", text, "GROUP, GROUP/REPO or environment:NAME")->required();
  role->add_option("login", other)->required();
  role->add_option("role", third)->required()->check(CLI::IsMember({"viewer", "developer", "admin", "none"}));
  on(role, [this](Api& api, const Show& show) { return member_set(api, show, text, other, third); });
}

void Parser::scan_commands() {
  auto* command = app.add_subcommand(
      "scan",
      "Check the code of a folder, here; exit 1: over the limits, 6: within them, but not everything was checked");
  auto& asked = scan_request;
  command->add_option("folder", asked.folder, "The folder; without it this one");
  auto* staged = command->add_flag("--staged", asked.staged, "What the next commit will add");
  auto* range = command->add_option("--range", asked.range, "What each commit of A..B added");
  auto* history = command->add_flag("--history", asked.history, "Secrets in all that any branch or tag ever held");
  auto* fix = command->add_flag("--fix", asked.fix,
                                "Write what rules can mend by themselves into the files; what is left is told");
  staged->excludes(range)->excludes(history);
  range->excludes(history);
  fix->excludes(range)->excludes(history);
  command->add_option("--engines", asked.engines, "p3c, secrets, packages; without it all")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"p3c", "secrets", "packages"}));
  command->add_option("--exclude", asked.exclude, "Patterns of paths to leave out, beside those of .sampan/scan.yaml")
      ->allow_extra_args(false);
  command->add_option("--import", asked.imports, "SARIF files of other tools, whose results join ours")
      ->allow_extra_args(false);
  command->add_option("--format", asked.format, "text, json, sarif or junit")->capture_default_str();
  command->add_option("--metrics", asked.metrics, "A file for what was counted, a line each: p3c.critical 2");
  command->add_option("--junit", asked.junit, "A file for the findings as JUnit, beside what is printed");
  command->add_option("--threads", asked.threads, "Files at once")->check(CLI::Range(1, 64))->capture_default_str();
  command->add_flag("--zh", asked.chinese, "Sentences in Chinese");
  command->add_flag("--progress", asked.progress,
                    "Say on the error output how far it is, also where that is no terminal");
  command->add_option("--advisories", asked.advisories,
                      "File of advisories; without it $SAMPAN_ADVISORIES or the user's own");
  command->add_option("--maven", asked.maven, "Local repository of Maven; without it ~/.m2/repository");
  here(command, [this] { return scan_code(world, scan_request); });

  auto* sbom = app.add_subcommand("sbom", "Print what a folder's packages are; exit 6: not all could be read");
  sbom->add_option("folder", text, "The folder; without it this one");
  sbom->add_option("--format", other, "cyclonedx")->default_str("cyclonedx");
  sbom->add_option("--maven", fourth, "Local repository of Maven; without it ~/.m2/repository");
  here(sbom, [this] {
    return bill_of_materials(world, text.empty() ? "." : text, other.empty() ? "cyclonedx" : other, fourth);
  });

  auto* advisories = app.add_subcommand("advisories", "Known vulnerabilities of packages (OSV)");
  advisories->require_subcommand(1);
  auto* import = advisories->add_subcommand("import", "Make one file of folders and zip files of OSV records");
  import->add_option("paths", list, "Folders, zip files, records")->required();
  import->add_option("--file", text, "The file to make; without it $SAMPAN_ADVISORIES or the user's own");
  here(import, [this] { return advisories_import(world, list, text); });
  auto* show = advisories->add_subcommand("show", "Check the file of advisories and say what is in it");
  show->add_option("--file", text, "The file; without it $SAMPAN_ADVISORIES or the user's own");
  here(show, [this] { return advisories_show(world, text); });
}

}  // namespace

int run(int argc, char** argv, World world, const Programs& programs) {
  Parser parser(world, programs);
  try {
    parser.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out, err;
    const bool asked = parser.app.exit(error, out, err) == 0;  // --help, --version
    if (!out.str().empty()) world.out(out.str());
    if (!err.str().empty()) world.err(err.str());
    return asked ? kDone : kUsage;
  }
  const auto done = parser.action();
  if (done.has_value()) return *done;
  world.err("sampan: " + done.error().message + "\n");
  return exit_code_of(done.error());
}

}  // namespace sampan::cli
