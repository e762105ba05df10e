"""docs/doctor.md shows what `doctor` really says: in the demo's world, and with Oracle Cloud set up wrong in four ways.

`DOCTOR_PAGE=write pytest tests/journeys/test_doctor_page.py` writes the page anew.
"""

import asyncio
import base64
import json
import os
import re
import time
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sandbox.mail import LocalMail
from sandbox.scenarios.loader import load
from sandbox.slack.server import LocalSlack
from tests.unit.cli_process import POLICY, ROOT, SERVICES, run
from tests.unit.oci_running import ShiftedClock
from tests.unit.oci_running import running as oci_running
from tests.unit.stages import Running

PAGE = ROOT / "docs/doctor.md"
MANIFEST = json.loads((ROOT / "deploy/slack/manifest.json").read_text())
BROKEN = {
    "key": "The key file is one that Oracle does not know",
    "session": "The session's token has run out",
    "region": "The region is not one of the tenancy's",
    "clock": "The machine's clock is wrong",
}
# What differs from machine to machine and from start to start.
CHANGES = (
    (r"127\.0\.0\.1:\d+", "127.0.0.1:8090"),
    (r"hash [0-9a-f]{12}", "hash 3f2a9c51d07e"),
    (r"SQLite \d[\d.]*", "SQLite 3"),
    (r"\b\d+(\.\d+)? ms\b", "20 ms"),
    (r"/\S*/(?=[^/\s]+)", ""),
)  # fmt: skip


@asynccontextmanager
async def slack():
    server = LocalSlack(MANIFEST)
    await server.start()
    try:
        yield {
            "SLACK_API_URL": server.api_url,
            "SLACK_BOT_TOKEN": server.bot_token,
            "SLACK_APP_TOKEN": server.app_token,
        }
    finally:
        await server.stop()


@pytest.fixture
def stage(tmp_path):
    (tmp_path / "stage").mkdir()
    one = Running("shop", tmp_path / "stage")
    yield one
    one.stop()


@pytest.fixture
def oci(tmp_path):
    (tmp_path / "oci").mkdir()
    tenancy = load("shop").tenancy
    assert tenancy is not None
    with oci_running(tenancy, tmp_path / "oci", clock=ShiftedClock()) as one:
        yield one


def normal(text: str) -> str:
    for pattern, instead in CHANGES:
        text = re.sub(pattern, instead, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def expired(folder: Path) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": time.time() - 60}).encode()).decode().rstrip("=")
    (folder / "token").write_text(f"e30.{claims}.c2ln")
    return str(folder / "token")


def profile(oci, folder: Path, **fields: str) -> str:
    """The reader's profile with some of its fields changed."""
    text = oci.server.config_file.read_text()
    first, _, rest = text.partition("\n[")
    for name, value in fields.items():
        first = re.sub(rf"(?m)^{name}\s*=.*$", "", first) + f"\n{name}={value}"
    (folder / "config").write_text(f"{first}\n[{rest}")
    return str(folder / "config")


def broken(oci, folder: Path, what: str) -> dict[str, str]:
    """The settings of one of the four."""
    stranger = oci.config("CHANGE")["key_file"]  # a good key, of somebody else
    fields = {"key": {"key_file": stranger}, "session": {"security_token_file": expired(folder)}, "region": {"region": "us-ashburn-1"}}  # fmt: skip
    oci.clock.ahead = 900 if what == "clock" else 0
    return {
        "OCI_CONFIG_FILE": profile(oci, folder, **fields.get(what, {})),
        "OCI_AUTH": "session" if what == "session" else "config",
    }


def said(folder: Path, env: dict[str, str], *areas: str) -> str:
    ran = run(folder, "doctor", **env)
    lines = ran.out.splitlines()
    kept = [line for line in lines if not areas or line[7:].startswith(areas)]
    return normal("\n".join(kept))


async def test_the_page_shows_what_the_doctor_says(tmp_path, stage, oci):
    async with slack() as tokens, LocalMail() as mail:
        env = {
            **tokens,
            **stage.stage.environment(),
            **mail.environment(),
            **oci.server.environment(),
            "POLICY_FILE": str(POLICY),
            "SERVICES_FILE": str(SERVICES),
            "DATABASE_URL": "sqlite:///app.db",
        }
        await asyncio.to_thread(run, tmp_path, "db", "upgrade", **env)
        shown = {"fine": await asyncio.to_thread(said, tmp_path, env)}
        for what in BROKEN:
            wrong = env | broken(oci, tmp_path, what)
            shown[what] = await asyncio.to_thread(said, tmp_path, wrong, "oracle", "services")
    page = written(shown)
    if os.environ.get("DOCTOR_PAGE") == "write":
        PAGE.write_text(page)
    assert PAGE.read_text() == page, (
        "DOCTOR_PAGE=write pytest tests/journeys/test_doctor_page.py writes it anew"
    )


def written(shown: dict[str, str]) -> str:
    parts = [
        "# What the doctor says\n",
        "`python -m bot doctor` looks once at everything that the bot needs, says what is, and where something is wrong what to do about it.",
        "Exit code 0: nothing to put right; 1: something is. `--json` is for scripts. It shows no secret, and changes nothing.\n",
        "This page is the doctor's own output; `tests/journeys/test_doctor_page.py` compares it (ports, hashes and paths apart).\n",
        f"## In the demo\n\nEverything is fine; `-` is a part that nobody set up.\n\n```\n{shown['fine']}\n```\n",
        "## Oracle Cloud, set up wrong\n\nFour mistakes that look alike from outside, each told by its own sentence. Only the lines that differ are shown.\n",
        *(f"### {title}\n\n```\n{shown[what]}\n```\n" for what, title in BROKEN.items()),
    ]
    return "\n".join(parts)
