"""Customers of the application: they ask through the proxy all along, and remember each request that was not answered well."""
import http.client
import threading
import time


class Customers:
    def __init__(self, port, at_once=4, pause=0.01):
        self.port, self.pause = port, pause
        self.requests, self.failures, self.good_at = 0, [], []
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.ask_on, daemon=True) for _ in range(at_once)]
        for thread in self.threads:
            thread.start()

    def ask_on(self):
        while not self.stopping.is_set():
            began = time.time()
            problem = self.ask()
            with self.lock:
                self.requests += 1
                if problem:
                    self.failures.append((began, time.time(), problem))
                else:
                    self.good_at.append(time.time())
            self.stopping.wait(self.pause)

    def ask(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/")
            answer = connection.getresponse()
            body = answer.read()
            return None if answer.status == 200 and b"version" in body else f"{answer.status} {body[:80]!r}"
        except (OSError, http.client.HTTPException) as error:
            return repr(error)
        finally:
            connection.close()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


class Nobody:
    """Where there is no application to ask for."""
    requests, failures, good_at = 0, (), ()


NOBODY = Nobody()
