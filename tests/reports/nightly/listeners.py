"""Those who are told: a web server and a mail server on free ports of the loopback."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


class Hook:
    """A web server that keeps what is posted to it; ``status`` is what it answers."""

    def __init__(self) -> None:
        self.status = 200
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if hook.status < 300:
                    hook.bodies.append(json.loads(body))
                    hook.headers.append(dict(self.headers))
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    @contextmanager
    def serving(self) -> Iterator[Hook]:
        """Listen, until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join(10)


class _Session(socketserver.StreamRequestHandler):
    """One client of a mailbox."""

    box: MailBox

    def handle(self) -> None:
        self._answer("220 mail.test ready")
        while line := self.rfile.readline().decode().strip():
            self.box.said.append(line)
            word = line.partition(" ")[0].upper()
            if word == "DATA":
                self._take_letter()
            else:
                self._answer(self._reply(word))
            if word == "QUIT":
                return

    def _reply(self, word: str) -> str:
        known = {"EHLO": "250-mail.test\r\n250 AUTH PLAIN LOGIN", "QUIT": "221 bye"}
        if word == "AUTH":
            return "535 no" if self.box.refuses_password else "235 yes"
        return known.get(word, "250 fine")

    def _take_letter(self) -> None:
        self._answer("354 go on")
        lines = []
        while (line := self.rfile.readline().decode()) not in (".\r\n", ""):
            lines.append(line)
        if self.box.refuses:
            self._answer("451 not now")
            return
        self.box.letters.append("".join(lines))
        self._answer("250 taken")

    def _answer(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class MailBox:
    """A mail server that takes every letter, unless it refuses letters or passwords."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.said: list[str] = []  # by clients, outside of letters
        self.refuses = self.refuses_password = False
        session = type("Session", (_Session,), {"box": self})
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), session)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    @contextmanager
    def serving(self) -> Iterator[MailBox]:
        """Listen, until the block ends."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join(10)
