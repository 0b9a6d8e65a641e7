"""A link between two programs that can stand still, break, or lose who is behind it without a word."""
import socket
import struct
import threading
import time

TCP_REPAIR = 19  # tcp(7); a socket closed in this mode says nothing to its peer


class Link:
    """Carries TCP to `port` of this machine. stalled: nothing moves, nothing ends. cut_after: bytes from the client until both ends are reset."""

    def __init__(self, port, cut_after=None, cut_answer_after=None):
        self.target, self.cut_after, self.cut_answer_after = port, cut_after, cut_answer_after
        self.stalled = threading.Event()
        self.carried = {True: 0, False: 0}
        self.open = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            self.open += [client, server]
            for source, sink, up in ((client, server, True), (server, client, False)):
                threading.Thread(target=self.carry, args=(source, sink, up), daemon=True).start()

    def carry(self, source, sink, up):
        most = self.cut_after if up else self.cut_answer_after
        try:
            while True:
                data = source.recv(16384)
                while self.stalled.is_set():
                    time.sleep(0.02)
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                self.carried[up] += len(data)
                if most is not None and self.carried[up] > most:
                    reset(source)
                    reset(sink)
                    return
                sink.sendall(data)
        except OSError:
            for end in (source, sink):
                reset(end)

    def close(self):
        self.stalled.clear()
        self.listener.close()
        for end in self.open:
            reset(end)


def reset(end):
    try:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RDWR)  # wakes who waits for it
        end.close()
    except OSError:
        pass


def vanish(end):
    end.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    end.close()
