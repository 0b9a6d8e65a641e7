"""What the demo's story needs: the API, real git, the load, measured moments. No third-party modules."""
import base64
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = pathlib.Path(os.environ.get("SAMPAN_BIN", ROOT / "build" / "release"))


class ApiError(Exception):
    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message


class Api:
    def __init__(self, url, login, password):
        self.url, self.login, self.password = url, login, password

    def call(self, method, path, body=None, ok_statuses=()):
        request = urllib.request.Request(self.url + path, method=method, data=None if body is None else json.dumps(body).encode())
        request.add_header("Authorization", "Basic " + base64.b64encode(f"{self.login}:{self.password}".encode()).decode())
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
                return json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            if error.code in ok_statuses:
                return None
            try:
                text = json.loads(text)["error"]["message"]
            except (ValueError, KeyError, TypeError):
                pass
            raise ApiError(error.code, f"{method} {path}: {text}") from None

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, body=None, ok_statuses=()):
        return self.call("POST", path, body if body is not None else {}, ok_statuses)

    def put(self, path, body):
        return self.call("PUT", path, body)

    def exists(self, path):
        try:
            self.get(path)
            return True
        except ApiError as error:
            if error.status == 404:
                return False
            raise


class Stages:
    """A line for each stage: what, and how long it took."""

    def __init__(self):
        self.start = self.begin = time.time()

    def say(self, text):
        print(f"           {text}", flush=True)

    def done(self, text):
        now = time.time()
        print(f"[{now - self.start:7.1f} s] {text} ({now - self.begin:.1f} s)", flush=True)
        self.begin = now


def run(argv, cwd=None, env=None, quiet=True, check=True):
    done = subprocess.run([str(a) for a in argv], cwd=cwd, env={**os.environ, **(env or {})}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if check and done.returncode != 0:
        print(done.stdout[-4000:], file=sys.stderr)
        raise SystemExit(f"demo: {' '.join(str(a) for a in argv)} ended with {done.returncode}")
    if not quiet:
        print(done.stdout, end="")
    return done.stdout


def free_port(first):
    for port in range(first, first + 200):
        with socket.socket() as probe:
            try:
                probe.bind(("0.0.0.0", port))
                return port
            except OSError:
                continue
    raise SystemExit(f"demo: no free port from {first} on")


def wait_for(what, test, seconds, every=0.05):
    deadline = time.time() + seconds
    while time.time() < deadline:
        found = test()
        if found:
            return found
        time.sleep(every)
    raise SystemExit(f"demo: gave up after {seconds} s waiting for {what}")


class Repo:
    """A working copy with the real git, as one of the people."""

    def __init__(self, folder, url, login, token):
        self.folder = pathlib.Path(folder)
        self.login = login
        self.env = {
            "GIT_AUTHOR_NAME": login, "GIT_AUTHOR_EMAIL": f"{login}@example.com", "GIT_COMMITTER_NAME": login, "GIT_COMMITTER_EMAIL": f"{login}@example.com",
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.extraHeader",
            "GIT_CONFIG_VALUE_0": "Authorization: Basic " + base64.b64encode(f"{login}:{token}".encode()).decode(),
        }
        self.url = url

    def git(self, *args, check=True):
        return run(["git", *args], cwd=self.folder, env=self.env, check=check)

    def write(self, path, text):
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def push(self, refspec):
        """Pushes; returns the moment the command began and what the server said."""
        began = time.time()
        said = self.git("push", "-q", "origin", refspec)
        return began, said


class Load:
    """Customers: a steady rate of requests through the proxy, counted from outside."""

    total, failed = 0, 0

    def __init__(self, url, rate, field=None, connections=16):
        argv = [BIN / "sampan-load", url, "--rate", str(rate), "--connections", str(connections)]
        if field:
            argv += ["--field", field]
        self.process = subprocess.Popen([str(a) for a in argv], stdout=subprocess.PIPE, text=True)
        time.sleep(0.3)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        out, _ = self.process.communicate(timeout=30)
        result = json.loads(out.strip().splitlines()[-1])
        Load.total += result["requests"]
        Load.failed += result["failed"]
        return result


def answer_of(url, field=None, timeout=2):
    """One answer of the application, or None."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            text = answer.read().decode()
            return json.loads(text).get(field) if field else text
    except (OSError, ValueError):
        return None


def seconds_between(start, end):
    return max(0.0, end - start)


def parse_time(text):
    """RFC 3339 -> seconds since 1970."""
    import datetime
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
