"""The stores on every back end: a suite asks for `db` and runs once on each. A new back end is one entry here."""

from datetime import UTC, datetime

import pytest

from storage.clock import FixedClock
from storage.database import Database

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


async def sqlite(folder, clock):
    return await Database.open(f"sqlite+aiosqlite:///{folder}/app.db", clock=clock)


BACKENDS = {"sqlite": sqlite}


@pytest.fixture
def clock():
    return FixedClock(NOW)


@pytest.fixture(params=sorted(BACKENDS))
def backend(request):
    return BACKENDS[request.param]


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
