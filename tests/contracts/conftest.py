"""The stores on every back end: a suite asks for `db` and runs once on each. A new back end is one entry here."""

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from storage.clock import FixedClock
from storage.database import Database

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@contextmanager
def sqlite(request):
    async def opened(folder, clock, **more):
        return await Database.open(f"sqlite+aiosqlite:///{folder}/app.db", clock=clock, **more)

    yield opened


@contextmanager
def postgresql(request):
    server = request.getfixturevalue("postgres")
    name = server.ready()
    url = server.url(name)

    async def opened(folder, clock, **more):
        return await Database.open(url, clock=clock, folder=folder, **more)

    yield opened
    server.give_back(name)


BACKENDS = {"sqlite": sqlite, "postgresql": postgresql}


@pytest.fixture
def clock():
    return FixedClock(NOW)


@pytest.fixture(params=sorted(BACKENDS))
def backend(request):
    """Opens the database of this test, as often as it is asked: `await backend(folder, clock)`."""
    with BACKENDS[request.param](request) as opened:
        yield opened


@pytest.fixture
async def db(tmp_path, clock, backend):
    db = await backend(tmp_path, clock)
    yield db
    await db.close()


@pytest.fixture
async def other(tmp_path, clock, backend, db):
    """A second process's view of the same store."""
    other = await backend(tmp_path, clock)
    yield other
    await other.close()
