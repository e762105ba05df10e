"""Shared fixtures and the rule on skips: with REQUIRE_SERVERS=1 only "shared data absent" may skip a test."""

import os
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"
ALLOWED_SKIP = "shared data absent"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run the long suites in full")
    parser.addoption("--rounds", type=int, default=0, help="so often each kill point with --full")
    parser.addoption(
        "--sequences", type=int, default=0, help="so many generated sequences a rule of approval"
    )
    parser.addoption("--turns", type=int, default=0, help="so many turns while memory is watched")


class ByFile(LoadFileScheduling):
    """A file goes to one worker as a whole; the longest, whose cases share nothing but their place, in parts."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return f"{file} {nodeid[-6:-1]}" if file.endswith("/test_every_action.py") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log):
    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("REQUIRE_SERVERS") == "1" and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[-1]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if ALLOWED_SKIP not in reason:
            report.outcome = "failed"
            report.longrepr = f"skipped although REQUIRE_SERVERS=1: {reason}"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The recorded data beside the project, where it is there."""
    if not SHARED.is_dir():
        pytest.skip(ALLOWED_SKIP)
    return SHARED


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL of our own, started when the first test asks for it. See tests/servers."""
    from tests.servers.postgres import opened

    server = opened()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def redis():
    from tests.servers.redis import opened

    server = opened()
    yield server
    server.remove()
