"""Recorded answers of the real API over a socket: what is told to be played is answered so, all else by the local Oracle Cloud behind it."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from sandbox.oci.api.routes import Routes
from sandbox.oci.errors import Refused
from sandbox.oci.services import SERVICES


class Player(ThreadingHTTPServer):
    """`plays` by service and operation, as the SDK names them; `played` counts what was answered so."""

    daemon_threads = True

    def __init__(self, behind: str, regions: tuple[str, ...]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behind = urlsplit(behind).netloc
        self.routes = Routes(SERVICES, regions)
        self.plays: dict[tuple[str, str], Any] = {}
        self.played = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def played_for(self, method: str, path: str) -> Any:
        """The bytes to answer with; None where nothing is to be played."""
        try:
            operation = self.routes.match(method, path).operation
        except Refused:
            return None
        key = (operation.service, operation.name)
        return json.dumps(self.plays[key]).encode() if key in self.plays else None


class Handler(BaseHTTPRequestHandler):
    server: Player
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        played = self.server.played_for(self.command, self.path)
        if played is not None:
            self.server.played += 1
            self._send(200, {"Content-Type": "application/json", "opc-request-id": "recorded"}, played)
            return
        link = http.client.HTTPConnection(self.server.behind, timeout=20)
        link.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            link.putheader(name, value)
        link.endheaders(body or None)
        answer = link.getresponse()
        kept = {k: v for k, v in answer.getheaders() if k.lower() not in {"transfer-encoding", "content-length", "date", "server"}}  # fmt: skip
        self._send(answer.status, kept, answer.read())
        link.close()

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - as the base class calls them

    def log_message(self, *args: Any) -> None:
        """Nobody reads it."""


@contextmanager
def player(behind: str, regions: tuple[str, ...]) -> Iterator[Player]:
    server = Player(behind, regions)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
