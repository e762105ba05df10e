"""From a curve to an alarm through the whole bot: a metric is looked at in a thread, and what was seen there is to be told from now on."""

import pytest

from tests.contracts.actions.cloud_tenancy import policies
from tests.journeys.bot_house import POLICY, house, is_card, texts_of
from tests.unit.oci_running import running
from tests.unit.oci_tenancy import instances, tenancy

REACH = POLICY.replace('namespaces: ["shop', 'compartments: ["prod"], namespaces: ["shop')
USUAL = {
    "metricCompartmentId": "@compartment/prod", "namespace": "oci_computeagent", "severity": "CRITICAL", "isEnabled": True,
    "query": "MemoryUtilization[5m].mean() > 90", "pendingDuration": "PT5M", "destinations": ["@onstopic/ops"],
}  # fmt: skip
CPU = {"namespace": "oci_computeagent", "resource": "@instance/node-1", "metrics": {"CpuUtilization": {"base": 70, "day": 25, "unit": "percent", "high": 100}}}  # fmt: skip


@pytest.fixture
async def place(tmp_path):
    resources = {
        "core": {"Instance": instances(2)},
        "monitoring": {"Alarm": [{"name": "memory", "in": "prod", "fields": USUAL}]},
        "identity": {"Policy": policies()},
    }
    (tmp_path / "oci").mkdir()
    with running(tenancy(resources=resources, metrics=[CPU]), tmp_path / "oci", speed=20) as local:
        async with house(tmp_path, policy=REACH) as found:
            found.oci = local
            env = local.server.environment()
            names = ("OCI_CONFIG_FILE", "OCI_CHANGE_PROFILE", "OCI_ENDPOINTS")
            async with found.open(**{name.lower(): env[name] for name in names}):
                yield found


def alarms(place) -> dict[str, dict]:
    return {one.name: one.body for one in place.oci.server.tenancy.records.of("monitoring", "Alarm")}


async def card_after(place, thread: str, text: str) -> dict:
    before = {m["ts"] for m in place.slack.replies("COPS", thread)}
    await place.slack.say("UALICE", "COPS", f"<@UCLOUDOPS> {text}", thread)

    def fresh():
        replies = place.slack.replies("COPS", thread)
        return next((m for m in replies if is_card(m) and m["ts"] not in before), None)

    try:
        return await place.slack.wait_for(fresh, 20)
    except TimeoutError:
        raise AssertionError([m["text"] for m in place.slack.replies("COPS", thread)]) from None


async def test_what_was_just_shown_becomes_an_alarm_and_its_undo_deletes_it(place):
    said = await place.ask("oci metric cpu node-1 --since 3h")
    card = await card_after(place, said["thread_ts"], "alarm me when this is above 80% for 10 minutes")
    shown = texts_of(card["blocks"])
    assert "CpuUtilization-node-1-above-80" in shown
    assert "of the last 24 hours" in shown
    assert list(alarms(place)) == ["memory"]
    await place.click(card, "plan_approve", "UBOB")
    done = await place.until(card, "Succeeded in")
    made = alarms(place)["CpuUtilization-node-1-above-80"]
    assert (made["pendingDuration"], made["destinations"]) == ("PT10M", [place.oci.ocid("onstopic", "ops")])
    before = {m["ts"] for m in place.slack.replies("COPS", said["thread_ts"])}
    await place.click(done, "plan_undo", "UALICE")
    back = await place.slack.wait_for(
        lambda: next((m for m in place.slack.replies("COPS", said["thread_ts"]) if is_card(m) and m["ts"] not in before), None), 20
    )  # fmt: skip
    await place.click(back, "plan_approve", "UBOB")
    await place.until(back, "Succeeded in")
    assert list(alarms(place)) == ["memory"]


async def test_an_alarm_that_the_answer_named_is_suppressed_as_it(place):
    said = await place.ask("all alarms in compartment prod")
    card = await card_after(place, said["thread_ts"], "suppress the alarm memory for 2 hours")
    await place.click(card, "plan_approve", "UBOB")
    await place.until(card, "Succeeded in")
    assert alarms(place)["memory"]["suppression"]["timeSuppressUntil"]
