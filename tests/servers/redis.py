"""A Redis of our own, in memory alone, on a free port."""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tests.servers.programs import free_port, program

START_S = 10.0


class Redis:
    """`start` and `stop` as often as a test wants; nothing survives a stop."""

    def __init__(self) -> None:
        self._program = program("redis-server")
        self._server: subprocess.Popen | None = None
        self.folder = Path(tempfile.mkdtemp(prefix="cloudops-redis-"))
        self.port = free_port()
        self._databases = 0

    def start(self) -> None:
        options = {
            "port": self.port,
            "bind": "127.0.0.1",
            "save": "",
            "appendonly": "no",
            "databases": 1000,
            "dir": self.folder,
        }
        command = [
            str(self._program),
            *(word for name, value in options.items() for word in (f"--{name}", str(value))),
        ]
        self._server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + START_S
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as conn:
                    conn.sendall(b"PING\r\n")
                    if conn.recv(16).startswith(b"+PONG"):
                        return
            except OSError:
                if time.monotonic() > until:
                    raise
            time.sleep(0.01)

    def stop(self) -> None:
        if self._server is not None:
            self._server.send_signal(signal.SIGCONT)
            self._server.kill()
            self._server.wait(10)
            self._server = None

    def freeze(self) -> None:
        """Takes connections and answers nobody."""
        assert self._server is not None
        self._server.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._server is not None
        self._server.send_signal(signal.SIGCONT)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: int = 0) -> str:
        return f"redis://127.0.0.1:{self.port}/{database}"

    def new(self) -> str:
        """The address of a database that nobody has used."""
        self._databases += 1
        return self.url(self._databases)


def opened() -> Redis:
    server = Redis()
    server.start()
    return server
