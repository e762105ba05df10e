"""Two bots on one PostgreSQL, invited to a channel: one message there, whichever hears of it, and whoever dies over it."""

import pytest
import pytest_asyncio

from tests.journeys.bot_house import POLICY, house
from tests.journeys.bot_pair import pair
from tests.journeys.test_first_day import RIGHTS, invited, said

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.servers, pytest.mark.timeout(240)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def two(postgres, tmp_path_factory):
    policy = POLICY.replace("environments:\n", f"{RIGHTS}environments:\n", 1)
    async with (
        house(tmp_path_factory.mktemp("pair"), policy=policy) as place,
        pair(place, postgres.url(postgres.complete())) as found,
    ):
        yield found


def holder(two, channel):
    rows = two.rows(
        "SELECT worker FROM inbox WHERE kind = 'joined' AND channel = %s AND worker <> ''", channel
    )
    return two.named(rows[0][0]) if rows else ""


async def test_whoever_dies_as_it_is_said_it_is_said_once(two):
    """Killed after Slack took the message and the answer was lost."""
    await two.whole()
    slack = two.place.slack
    await slack.do("faults", method="chat.postMessage", drop_socket="after", times=1)
    await slack.do("faults", method="chat.postMessage", status=500, delay_ms=300, times=50)
    channel = await invited(two.place, "dies", "UCAROL")
    planned = "SELECT key FROM outbox WHERE key = %s"
    await two.until(lambda: two.rows(planned, f"first day:TLOCAL:{channel}"))
    await two.until(lambda: slack.workspace.faults.pending()[0]["status"] == 500)
    await two.end(holder(two, channel))
    slack.workspace.faults.clear()
    await slack.wait_for(lambda: said(two.place, channel), 60)
    await two.until(lambda: two.rows("SELECT id FROM inbox WHERE kind = 'joined' AND channel = %s AND state = 'done'", channel), 60)  # fmt: skip
    assert len(said(two.place, channel)) == 1


async def test_invited_twice_at_once_it_is_said_once(two):
    await two.whole()
    place = two.place
    await place.slack.do("faults", method="chat.postMessage", delay_ms=800, times=2)
    channel = await invited(place, "twice", "UCAROL")
    place.slack.workspace.channels.get(channel).members.remove("UCLOUDOPS")
    await place.slack.do("invitations", user="UCAROL", channel=channel, invited="UCLOUDOPS")
    done = "SELECT id FROM inbox WHERE kind = 'joined' AND channel = %s AND state = 'done'"
    await two.until(lambda: len(two.rows(done, channel)) == 2, 60)
    assert len(said(place, channel)) == 1
