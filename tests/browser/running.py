"""The whole demo as its own processes, for journeys in the browser; and where their pictures go."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@asynccontextmanager
async def demo(state: Path) -> AsyncIterator[str]:
    """Its address, once a message would be answered."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--headless", "--port", "0", "--state", str(state),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        line = (await process.stdout.readline()).decode()
        assert line.startswith("ready http://127.0.0.1:"), line
        yield line.split()[1]
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.communicate()
    assert process.returncode == 0


def wanted_pictures() -> Path | None:
    """STORY_PICTURES=docs/images writes the pictures of docs/demo.md anew."""
    folder = os.environ.get("STORY_PICTURES")
    return Path(folder) if folder else None


def state_of(pictures: Path | None, folder: Path) -> Path:
    """What the pictures show are paths of a checkout, not of a test."""
    if pictures is None:
        return folder
    shutil.rmtree(ROOT / "var/demo", ignore_errors=True)
    return ROOT / "var/demo"
