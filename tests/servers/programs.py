"""Where the servers of this machine are, and how a test does without them."""

import os
import shutil
import socket
from pathlib import Path

import pytest


def program(name: str, *folders: str) -> Path:
    """The newest of this name; the test is skipped, or an error under REQUIRE_SERVERS=1, when there is none."""
    for pattern in folders:
        if found := sorted(Path("/").glob(f"{pattern}/{name}")):
            return found[-1]
    if found := shutil.which(name):
        return Path(found)
    reason = f"no {name} here: scripts/servers installs it"
    if os.environ.get("REQUIRE_SERVERS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]
