"""A storm: 1,000 alerts in less than a minute are one post an incident, and beyond the cap of the hour one line that counts."""

import asyncio
import time

import pytest
import pytest_asyncio

from tests.journeys.bot_house import house, texts_of
from tests.journeys.test_alerts_in_slack import CHANNEL, TOLD

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]
CAP, SERVICES, ALERTS = 12, 8, 1000
CAPPED = TOLD.replace("limits: {", f"limits: {{incidents_per_channel_hour: {CAP}, ")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    async with house(tmp_path_factory.mktemp("house"), policy=CAPPED) as found, found.open():
        yield found


def posts(place) -> list[dict]:
    return [m for m in place.slack.workspace.messages.all(CHANNEL) if m.get("user") == "UCLOUDOPS"]


def cards(place) -> list[dict]:
    return [m for m in posts(place) if "Incident `" in texts_of(m.get("blocks", []))]


def storm(number: int) -> dict:
    """Of each service four rules and many pods, told in groups of ten as Alertmanager does."""
    alerts = []
    for n in range(number, number + 10):
        service, rule = f"svc-{n % SERVICES}", f"Rule{n // SERVICES % 4}"
        pod = f"{service}-7c9d8b6f5-{'bcdfg'[n % 5]}{'hjklm'[n // 5 % 5]}x2z"
        labels = {"alertname": rule, "service": service, "namespace": service, "pod": pod, "severity": "warning"}  # fmt: skip
        alerts.append({"status": "firing", "labels": labels, "annotations": {"summary": f"{n} of many"}})
    return {"alerts": alerts}


async def test_a_thousand_alerts_are_one_post_an_incident(place):
    began, desk = time.monotonic(), place.bot.wired.desk
    for number in range(0, ALERTS, 10):
        await desk.hear("alertmanager", storm(number), f"s{number}")
    took = time.monotonic() - began
    await place.slack.wait_for(lambda: len(cards(place)) >= SERVICES, 60)
    db, clock = place.bot.core.db, place.bot.core.clock
    live = await db.read_whole(lambda tx: db.triage.live(tx, "TLOCAL", clock.now().replace(year=2020)))
    heard = sum(one["times"] for row in live for one in row.seen.values())
    await asyncio.sleep(2)
    ratio = len(posts(place)) / len(live)
    print(f"{ALERTS} alerts in {took:.1f} s, {len(live)} incidents, {ratio:.2f} posts an incident")  # noqa: T201
    assert (heard, len(live)) == (ALERTS, SERVICES)
    assert took < 60
    assert ratio <= 1.1


async def test_beyond_the_cap_the_worst_come_first_and_one_line_counts_the_rest(place):
    before = len(cards(place))
    alerts = [
        {"status": "firing", "labels": {"alertname": "Down", "service": f"more-{n}", "severity": word}}
        for n, word in enumerate(["warning"] * 9 + ["critical"] * (CAP - before))
    ]
    await place.bot.wired.desk.hear("alertmanager", {"alerts": alerts}, "more")
    line = await place.slack.wait_for(lambda: next((m for m in posts(place) if "9 more incidents are held back" in m["text"]), None), 60)  # fmt: skip
    assert len(cards(place)) == CAP
    assert sum(m["text"].startswith("Critical: Down") for m in cards(place)) == CAP - before
    one = {"alertname": "Lost", "service": "more-x", "severity": "warning"}
    await place.bot.wired.desk.hear("alertmanager", {"alerts": [{"status": "firing", "labels": one}]}, "x")
    told = await place.until(line, "10 more incidents are held back", CHANNEL, 20)
    assert "Down, Lost" in told["text"]
    assert len(posts(place)) == CAP + 1
