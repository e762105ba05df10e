"""Where detectors tell, what people see of them, and a service whose instances the map names by a tag."""

import pytest

from agents.detecting.telling import labels_of, payload
from agents.outcomes import Answer, Question
from tests.journeys.bot_house import house
from tests.journeys.detector_house import GRANTED, HOUR, START, cards, month, oracle, process, story
from tests.unit.oci_running import running
from tests.unit.test_detector_state import FIRING

pytestmark = pytest.mark.timeout(120)
BUSY = {"at": "-30h", "base": 92, "day": 2, "noise": 2}
SERVICES = """
version: 1
services:
  web: {instances: ["role=web"], compartment: prod, channel: CINCIDENTS}
  gone: {instances: ["nowhere"], compartment: prod, channel: CINCIDENTS}
"""
BOTH = (
    GRANTED.replace("COPS: {follow_up", "COPS: {incidents: true, follow_up")
    + """
detectors:
  - {name: web cpu, service: web}
  - {name: named, service: web, channel: COPS, metric: memory, enabled: false}
  - {name: elsewhere, resource: other, compartment: prod, enabled: false}
"""
)


@pytest.fixture
async def place(tmp_path):
    async with house(tmp_path, policy=BOTH) as found:
        (tmp_path / "services.yaml").write_text(SERVICES)
        yield found


async def test_it_is_told_where_the_policy_says_else_where_its_service_is_else_in_the_first_channel(place):
    async with process(place, "only") as one:
        db, desk = one.core.db, one.wired.desk
        for part in one.core.policy.policy.file.detectors:
            body = payload(part.name, labels_of(part), "warning", FIRING, over=False)
            body["labels"] |= (
                {"service": part.name} if part.name != "web cpu" else {}
            )  # each an incident of its own
            await desk.hear("detector", body, part.name)
        await desk.hear("generic", {"title": "not ours", "detector": "named", "service": "gone"}, "k")
        rows = await db.read_whole(lambda tx: db.triage.live(tx, "TLOCAL", START - 40 * HOUR))
        told = {next(iter(row.seen.values()))["alert"]["name"]: row.channel for row in rows}
        assert told == {
            "web cpu is unusual": "CINCIDENTS",
            "named is unusual": "COPS",
            "elsewhere is unusual": "COPS",
            "not ours": "CINCIDENTS",
        }


async def test_a_tag_stands_for_its_instances_and_people_see_what_fires_by_their_own_rights(place):
    web = {"role": "web"}
    tenancy = month(story(name="a", tags=web), story(BUSY, name="b", tags=web), story(BUSY, name="other"))
    (place.root / "oci").mkdir()
    with running(tenancy, place.root / "oci", speed=1) as local:
        async with process(place, "only", **oracle(local)) as one:
            assert "not looked yet" in str((await one.ask("detectors")).tables)
            await one.look(START - 20 * HOUR)
            (card,) = cards(place)
            assert "Warning: web cpu is unusual (web)" in card["text"]
            assert "CpuUtilization of b: above" in card["text"]

            listed = await one.ask("which detectors are there?")
            assert listed.text == "3 detectors: 1 firing, 0 that cannot look."
            (first, named, _) = listed.tables[0].rows
            assert first[:2] == ("web cpu", "cpu of instances of web")
            assert first[2].startswith("firing since") and first[4] == "CINCIDENTS"
            assert named[2] == "off: the policy says enabled: false"

            why = await one.ask("why did detector web cpu fire?")
            assert isinstance(why, Answer)
            assert "firing since" in why.text and "b: 9" in str(why.evidence)
            assert why.charts and why.tools[0].name == "oci_trend"

            assert isinstance(await one.ask("detectors nothing"), Question)
            carols = await one.ask("detectors", user="UCAROL", channel="COPS")
            assert [row[0] for row in carols.tables[0].rows] == ["named", "elsewhere"]
            stranger = await one.ask("detectors web cpu", user="UCAROL", channel="COPS")
            assert isinstance(stranger, Question)
            assert type(await one.ask("detectors", user="USTRANGER")).__name__ == "Refusal"


async def test_what_the_service_map_does_not_know_is_said_and_not_guessed(place):
    more = "  - {name: gone, service: gone, channel: CINCIDENTS}\n  - {name: unknown, service: nothing}\n"
    (place.root / "policy.yaml").write_text(BOTH + more)
    (place.root / "oci").mkdir()
    with running(month(story()), place.root / "oci", speed=1) as local:
        async with process(place, "only", **oracle(local)) as one:
            await one.look(START - 20 * HOUR)
            states = {row[0]: row[2] for row in (await one.ask("detectors")).tables[0].rows}
            assert "the service map knows no service 'nothing'" in states["unknown"]
            assert "I see no instance 'nowhere'" in states["gone"]
            assert "no instance of web carries role=web" in states["web cpu"]
