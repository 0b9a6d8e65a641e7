"""What the repositories of stories hold: pipelines of a few lines, and an application whose server is one page of C."""
import json

HEAD = """name: {name}
sources:
  code: {{ type: git, branch: {branch}, branchesFilter: ^{branch}$, triggerEvents: push }}
stages:
"""


def job(key, *commands, needs=""):
    """A line of a pipeline: a job with a step for each command."""
    steps = ", ".join(f"say{n or ''}: {{ name: Say, step: Command, with: {{ run: {json.dumps(command)} }} }}" for n, command in enumerate(commands))
    return f"      {key}: {{ name: {key.capitalize()}, {f'needs: {needs}, ' if needs else ''}steps: {{ {steps} }} }}\n"


def stage(key, *jobs):
    return f"  {key}:\n    name: {key.capitalize()}\n    jobs:\n" + "".join(jobs)


def pipeline(*stages, name="daily", branch="master"):
    return HEAD.format(name=name, branch=branch) + "".join(stages)


def one_step(command):
    return pipeline(stage("build", job("one", command)))


def gate(message):
    return f"      gate: {{ name: Release manager, component: ManualValidate, with: {{ validatorType: users, validateMethod: or, validatorUsers: [ li ], message: {message} }} }}\n"


SERVER = r"""
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void) {
  signal(SIGTERM, exit);
  signal(SIGPIPE, SIG_IGN);
  int s = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(8080)};
  setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(s, (struct sockaddr*)&a, sizeof a) || listen(s, 512)) return 1;
  for (;;) {
    int c = accept(s, 0, 0);
    char in[4096], body[256], out[512];
    if (read(c, in, sizeof in) > 0) {
      int well = !strstr(in, "GET /health") || strcmp(VERSION, "never-ready");
      snprintf(body, sizeof body, "{\"version\":\"%s\",\"greeting\":\"%s\"}", VERSION, getenv("GREETING") ? getenv("GREETING") : "");
      snprintf(out, sizeof out, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", well ? "200 OK" : "503 Not Ready", strlen(body), body);
      if (write(c, out, strlen(out)) < 0) perror("write");
    }
    shutdown(c, SHUT_WR);
    close(c);
  }
}
"""

SHOP = """name: daily
sources:
  code: { type: git, branch: master, branchesFilter: ^master$, triggerEvents: push }
stages:
  build:
    name: Build
    jobs:
      image:
        name: Image
        steps:
          compile: { name: Compile, step: Command, with: { run: gcc -O1 -static -DVERSION="\\"$(cat version)\\"" -o server server.c } }
          image: { name: Image, step: ImageBuild, with: { artifact: app } }
  daily:
    name: Daily
    jobs:
      deploy: { name: Deliver, steps: { go: { name: Go, step: Deploy, with: { environment: daily, image: "$[stages.build.image.image.artifacts.app]" } } } }
"""
APP = """application: shop
port: 8080
probes:
  readiness: { http: /health, period: 100ms, timeout: 1s, good: 2 }
scale: { instances: 2, min: 1, max: 3, spare: 1 }
resources: { memory: 64MiB }
config: { GREETING: %s }
drain: 5s
stopGrace: 2s
deadlines: { start: 5s }
"""
DOCKERFILE = "FROM scratch\nCOPY server /server\nENTRYPOINT [\"/server\"]\n"


def shop(version, greeting="hello", server=SERVER, app=APP):
    """The files of release `version` of the application shop."""
    return {".sampan/daily.yaml": SHOP, ".sampan/app.yaml": app % greeting, "server.c": server, "version": f"{version}\n", "Dockerfile": DOCKERFILE}
