"""Slow clients, half-open connections, clients that vanish, a link that stalls, and very many uploads."""
import base64
import os
import pathlib
import socket
import subprocess
import threading
import time

import invariants
from customers import NOBODY
from house import answer_of, run, wait_for
from recorder import Recorder
from scene import Scene
from settling import settle
from work import Ledger, Registry
from yard import HOLD

from .link import Link, vanish
from .story import Resting, a_run, teller, yard_in

STORIES = []
tell = teller(STORIES)


def sockets(yard):
    """Only these: the database opens more connections, and so files, the more requests come at once, and keeps them."""
    count = 0
    for one in pathlib.Path(f"/proc/{yard.process.pid}/fd").iterdir():
        try:
            count += os.readlink(one).startswith("socket:")
        except FileNotFoundError:
            pass  # closed meanwhile
    return count


def connected(yard):
    return socket.create_connection(("127.0.0.1", yard.port), timeout=30)


def authorization(yard):
    return "Authorization: Basic " + base64.b64encode(f"li:{yard.tokens['li']}".encode()).decode()


class Slow:
    """`number` clients on one thread, each sending `head`'s next byte now and then; they never come to the end."""

    def __init__(self, yard, number, head, every=0.5):
        self.sockets, self.head, self.sent = [connected(yard) for _ in range(number)], head, 0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.trickle, args=(every,), daemon=True)
        self.thread.start()

    def trickle(self, every):
        while not self.stopping.wait(every) and self.sent < len(self.head):
            for one in self.sockets:
                try:
                    one.send(self.head[self.sent:self.sent + 1])
                except OSError:
                    pass  # it was cut, as it should be
            self.sent += 1

    def cut(self):
        """How many the server has ended by now."""
        count = 0
        for one in self.sockets:
            one.setblocking(False)
            try:
                data = one.recv(4096)
                count += not data or b"408" in data
            except BlockingIOError:
                pass
            except OSError:
                count += 1
        return count

    def close(self):
        self.stopping.set()
        self.thread.join()
        for one in self.sockets:
            one.close()


@tell(quick=False)
def hundreds_of_slow_clients_hold_nobody_up(folder, seed):
    """300 that send a head byte by byte, 200 that say nothing, 100 that send a body byte by byte, 100 that do not read their answer."""
    with yard_in(folder / "yard") as yard:
        name = Registry(yard).push_blob("company/big", os.urandom(4 << 20), 1)
        before = sockets(yard)
        heads = Slow(yard, 300, b"GET /healthz HTTP/1.1\r\nHost: " + b"x" * 4000)
        bodies = Slow(yard, 100, b"x" * 4000)
        for one in bodies.sockets:
            one.sendall(f"POST /api/v1/repos HTTP/1.1\r\nHost: x\r\n{authorization(yard)}\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n".encode())
        silent = [connected(yard) for _ in range(200)]
        deaf = [connected(yard) for _ in range(100)]
        for one in deaf:
            one.sendall(f"GET /v2/company/big/blobs/sha256:{name} HTTP/1.1\r\nHost: x\r\n{authorization(yard)}\r\n\r\n".encode())
        took = []
        for _ in range(100):
            began = time.time()
            yard.admin.get("/api/v1/runs")
            took.append(time.time() - began)
        found = yard.finish(a_run(yard, "meanwhile", "echo done"), 60)
        assert found["state"] == "succeeded", found["reason"]
        took.sort()
        assert took[94] < 1, f"the 95th of 100 answers took {took[94]:.1f} s"
        wait_for("the end of heads that never come", lambda: heads.cut() == 300, 30)  # ServerLimits.header_time is 10 s
        for one in (*silent, *deaf):
            one.close()
        heads.close()
        bodies.close()
        wait_for("the sockets of before", lambda: sockets(yard) <= before + 10, 30)
        return {"median answer (ms)": round(took[50] * 1000), "95th of 100 (ms)": round(took[94] * 1000)}


def half_open(yard, number, sent):
    for _ in range(number):
        one = connected(yard)
        one.sendall(sent)
        vanish(one)


@tell(quick=True)
def who_is_gone_without_a_word_is_let_go(folder, seed):
    """200 connections whose client is not there any more, and says nothing, in the middle of a head."""
    with yard_in(folder / "yard") as yard:
        before = sockets(yard)
        half_open(yard, 200, b"GET /healthz HTTP/1.1\r\nHost:")
        wait_for("the server to have them all", lambda: sockets(yard) >= before + 190, 5, 0.01)
        wait_for("the sockets of before", lambda: sockets(yard) <= before + 5, 40)
        assert answer_of(yard.url + "/healthz")


@tell(quick=False)
def who_is_gone_in_a_body_or_between_requests_is_let_go(folder, seed):
    """The same in the middle of a body (30 s), of an upload, and on a connection that waits for its next request (60 s)."""
    with yard_in(folder / "yard") as yard:
        before = sockets(yard)
        half_open(yard, 100, f"POST /api/v1/repos HTTP/1.1\r\nHost: x\r\n{authorization(yard)}\r\nContent-Length: 4000\r\n\r\n{{".encode())
        half_open(yard, 100, f"POST /v2/company/x/blobs/uploads/?digest=sha256:{'0' * 64} HTTP/1.1\r\nHost: x\r\n{authorization(yard)}\r\nContent-Length: 900000\r\n\r\nx".encode())
        half_open(yard, 100, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        began = time.time()
        wait_for("the sockets of before", lambda: sockets(yard) <= before + 5, 120)
        assert not list((yard.data / "spool").iterdir()), "an upload that was broken off is still in the spool"
        return {"all were let go after (s)": round(time.time() - began)}


@tell(quick=True)
def clients_that_vanish_in_mid_pack_leave_nothing(folder, seed):
    """30 pushes and 20 clones are cut at another byte each; the next of both is whole."""
    with yard_in(folder / "yard") as yard:
        repo = yard.repository("packed", {"a": "1\n"})
        repo.commit("First")
        repo.push("master")
        (repo.folder / "big").write_bytes(os.urandom(1_500_000))
        sha, before = repo.commit("Big"), repo.git("ls-remote", "origin", "master")
        cut = 0
        for number in range(30):
            link = Link(yard.port, cut_after=5_000 + number * 50_000)
            said = repo.git("push", repo.url.replace(str(yard.port), str(link.port)), "master", check=False)
            cut += "fatal" in said or "error" in said
            link.close()
        assert cut == 30, f"{30 - cut} pushes came through a link that was cut"
        assert repo.git("ls-remote", "origin", "master") == before
        repo.push("master")
        for number in range(20):
            link = Link(yard.port, cut_answer_after=5_000 + number * 70_000)
            said = run(["git", "clone", "-q", repo.url.replace(str(yard.port), str(link.port)), folder / f"cut-{number}"], env=repo.env, check=False)
            assert "fatal" in said, said
            link.close()
        run(["git", "clone", "-q", repo.url, folder / "whole"], env=repo.env)
        cloned = run(["git", "-C", folder / "whole", "rev-parse", "origin/master"]).strip()
        assert cloned == sha, f"cloned {cloned}, pushed {sha}"
        scene = Scene(yard, Ledger(), Recorder(), NOBODY, [])
        scene.ledger.add("pushes", ("packed", sha))
        breaches, _ = settle(scene, Resting(yard, scene.ledger), [
            invariants.every_acknowledged_push_is_in_its_repository, invariants.no_push_is_half_done, invariants.every_process_is_somebodys,
            invariants.every_temporary_file_is_somebodys, invariants.the_database_and_the_repositories_are_sound])
        assert not breaches, breaches


def over_a_stalling_link(folder, seconds):
    """A runner of its own, whose link stands still in the middle of a step, for longer than a lease."""
    recorder = Recorder()
    with yard_in(folder / "yard", recorder.port, settings="runner: { embedded: false }\n") as yard:
        link = Link(yard.port)
        token = yard.admin.post("/api/v1/runners", {"name": "far"})["token"]
        (folder / "token").write_text(token)
        runner = subprocess.Popen([yard.program, "runner", "--server", f"http://127.0.0.1:{link.port}", "--token-file", folder / "token", "--folder",
                                   yard.data / "far", "--name", "far", "--capacity", "2"], stdout=open(folder / "runner.log", "ab"), stderr=subprocess.STDOUT)
        try:
            text = HOLD.format(port=recorder.port, who="far") + "for i in $(seq 1 60); do echo line-$i; sleep 0.05; done"
            first = a_run(yard, "far", text)
            wait_for("the first lines", lambda: "line-5" in yard.log(first), 30)
            link.stalled.set()
            time.sleep(seconds)
            link.stalled.clear()
            back = time.time()
            found = yard.finish(first, 90)
            lines = [line for line in yard.log(first).splitlines() if line.startswith("line-")]
            assert found["state"] == "succeeded", found["reason"]
            assert lines == [f"line-{i}" for i in range(1, 61)], lines
            after = yard.finish(a_run(yard, "far", "echo again"), 60)
            assert after["state"] == "succeeded", after["reason"]
            scene = Scene(yard, Ledger(), recorder, NOBODY, [])
            assert not list(invariants.no_step_ran_beside_itself(scene)), recorder.starts()
            assert not list(invariants.no_run_and_no_job_is_stuck(scene))
            return {"starts of the step": len([1 for key, _, _ in recorder.starts() if key.startswith("far")]), "green after it came back (s)": round(time.time() - back, 1)}
        finally:
            runner.terminate()
            runner.wait(20)
            link.close()


@tell(quick=True)
def a_runner_whose_link_stalls_longer_than_a_lease_goes_on(folder, seed):
    return over_a_stalling_link(folder, 7)


@tell(quick=False)
def a_runner_whose_link_stalls_for_a_minute_goes_on(folder, seed):
    return over_a_stalling_link(folder, 60)


class Standstill:
    """Notices when this machine stops everybody, us too: that is no stall of the server."""

    def __init__(self):
        self.gaps, self.stopping = [], threading.Event()
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        last = time.time()
        while not self.stopping.wait(0.02):
            now = time.time()
            if now - last > 0.3:
                self.gaps.append((last, now))
            last = now

    def had(self, began, ended):
        return any(since < ended and until > began for since, until in self.gaps)


def uploads(folder, number):
    with yard_in(folder / "yard") as yard:
        registry, took, still = Registry(yard), [], Standstill()
        for n in range(number):
            began = time.time()
            registry.push_blob("company/many", os.urandom(1024 if n % 10 else 200_000), 1)
            ended = time.time()
            if not still.had(began, ended):
                took.append(ended - began)
        still.stopping.set()
        took.sort()
        told = {"uploads": number, "median (ms)": round(took[len(took) // 2] * 1000, 1), "99.9th percentile (ms)": round(took[int(len(took) * 0.999)] * 1000),
                "slowest (ms)": round(took[-1] * 1000), "left out, the machine stood still": number - len(took)}
        assert took[-1] < 2 and len(took) > number * 0.9, told
        return told


@tell(quick=False)
def ten_thousand_uploads_have_no_stall(folder, seed):
    return uploads(folder, 10_000)


@tell(quick=True)
def five_hundred_uploads_have_no_stall(folder, seed):
    return uploads(folder, 500)
