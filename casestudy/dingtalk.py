"""A receiver that behaves as DingTalk's custom robot does: checks the signature, keeps to the rate, answers errcode. Keeps what it took in a file.

usage: dingtalk.py PORT FILE   (the secret is read from the environment variable DINGTALK_SECRET)"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import sys
import time
import urllib.parse

port, path, secret = int(sys.argv[1]), sys.argv[2], os.environ["DINGTALK_SECRET"]
taken = []


class Robot(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        query = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)
        timestamp = query.get("timestamp", ["0"])[0]
        mine = base64.b64encode(hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()).decode()
        now = time.time()
        if not hmac.compare_digest(query.get("sign", [""])[0], mine) or abs(now - int(timestamp) / 1000) > 3600:
            return self.answer(310000, "sign not match")
        if len([at for at in taken if now - at < 60]) >= 20:
            return self.answer(130101, "send too fast, exceed 20 times per minute")
        message = json.loads(body)
        card = message.get("actionCard") or message.get("markdown") or {}
        if not card.get("title") or not card.get("text"):
            return self.answer(40035, "missing title or text")
        taken.append(now)
        with open(path, "a") as out:
            out.write(json.dumps({"at": now, "title": card["title"], "text": card["text"], "buttons": card.get("btns", [])}, ensure_ascii=False) + "\n")
        return self.answer(0, "ok")

    def answer(self, code, text):
        body = json.dumps({"errcode": code, "errmsg": text}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", port), Robot).serve_forever()
