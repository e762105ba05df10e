"""Oracle Cloud through the whole bot: a command's answer, an instance stopped by two people, and the way back."""

import pytest

from tests.journeys.bot_house import POLICY, actions_of, house, is_card, texts_of
from tests.unit.oci_running import running
from tests.unit.oci_tenancy import instances, tenancy

REACH = POLICY.replace('namespaces: ["shop', 'compartments: ["prod"], namespaces: ["shop')


@pytest.fixture
async def place(tmp_path):
    """A house with a tenancy beside it; `place.oci` is the local one."""
    held = [one | {"name": "bastion-1", "in": "lab"} for one in instances(1)]
    file = tenancy(resources={"core": {"Instance": [*instances(2), *held]}})
    (tmp_path / "oci").mkdir()
    with running(file, tmp_path / "oci", speed=20) as local:
        async with house(tmp_path, policy=REACH) as found:
            found.oci = local
            env = local.server.environment()
            names = ("OCI_CONFIG_FILE", "OCI_CHANGE_PROFILE", "OCI_ENDPOINTS")
            async with found.open(**{name.lower(): env[name] for name in names}):
                yield found


def cards(place, thread: str) -> list[dict]:
    return [message for message in place.slack.replies("COPS", thread) if is_card(message)]


def state(place, name: str) -> str:
    records = place.oci.server.tenancy.records
    records.settle()
    return records.get(place.oci.ocid("instance", name), "Instance").body["lifecycleState"]


async def test_a_stop_that_another_person_approved_runs_and_its_undo_may_be_proposed_by_who_asked(place):
    card = await place.card("stop instance node-1")
    assert "compartment prod, eu-frankfurt-1" in texts_of(card["blocks"])
    assert "another person must approve" in await place.whispered(card, "plan_approve", "UALICE")
    assert state(place, "node-1") == "RUNNING"
    await place.click(card, "plan_approve", "UBOB")
    done = await place.until(card, "Succeeded in")
    assert state(place, "node-1") == "STOPPED"
    assert "plan_undo" in actions_of(done)
    await place.click(done, "plan_undo", "UALICE")
    back = await place.slack.wait_for(
        lambda: next(
            (
                m
                for m in cards(place, card["thread_ts"])
                if "Undo: Stop" in m["text"] and m["ts"] != card["ts"]
            ),
            None,
        ),
        20,
    )
    assert "high risk" in texts_of(back["blocks"])
    await place.click(back, "plan_approve", "UDAN")
    await place.until(back, "Succeeded in")
    assert state(place, "node-1") == "RUNNING"
    asked = [row for row in place.oci.local("/local/calls")["calls"] if row["operation"] == "instance_action"]
    assert [row["status"] for row in asked] == [200, 200]


async def test_what_a_person_may_not_reach_is_not_there_for_them(place):
    said = await place.ask("stop instance bastion-1")
    assert "I see no instance 'bastion-1' where you may look" in said["text"]
    assert "bastion" not in (await place.command("oci list instances"))["text"]
    assert state(place, "bastion-1") == "RUNNING"


async def test_a_viewer_looks_and_cannot_propose(place):
    assert "2 resources" in (await place.command("oci list instances", "UCAROL"))["text"]
    refused = (await place.ask("stop instance node-1", "UCAROL"))["text"]
    assert "Not allowed" in refused
    assert "Who may: alice" in refused


async def test_it_is_what_the_last_answer_named_in_the_thread_or_by_a_command_before_it(place):
    ts = await place.slack.say("UALICE", "COPS", "<@UCLOUDOPS> oci instance node-2")
    await place.slack.wait_for(lambda: place.slack.replies("COPS", ts), 20)
    await place.slack.say("UALICE", "COPS", "<@UCLOUDOPS> stop it", ts)
    card = await place.slack.wait_for(lambda: place.find_card("COPS", ts), 20)
    assert "node-2" in card["text"]
    await place.command("oci instance node-1")
    assert "node-1" in (await place.card("stop that instance"))["text"]
    assert "Who may: alice" in (await _refused(place, "oci instance node-1"))


async def _refused(place, command: str) -> str:
    """What a viewer hears who orders what their own command named."""
    await place.command(command, "UCAROL")
    return (await place.ask("stop it", "UCAROL"))["text"]


async def test_another_persons_command_is_nobody_elses_it(place):
    await place.command("oci instance node-1", "UALICE")
    assert "I do not know what you mean" in (await place.ask("stop it", "UBOB"))["text"]


async def test_of_several_that_an_answer_listed_one_must_be_chosen(place):
    said = await place.ask("list the instances in compartment prod")
    again = await place.ask("stop that instance", thread=said["thread_ts"])
    assert "Which instance do you mean?" in again["text"]
    assert "stop instance node-1" in again["text"]


async def test_who_can_is_answered_in_words_and_by_command_with_the_statements_that_prove_it(place):
    for said in (
        await place.ask("who can stop instances in prod?"),
        await place.command("oci who-can stop instances in prod"),
    ):
        shown = texts_of(said["blocks"])
        assert "2 granting it (group Administrators, group Operators)" in said["text"]
        assert "Allow group Operators to use instance-family in compartment prod" in shown
        assert f"oci:{place.oci.ocid('policy', 'operators')}#statements[0]" in shown
        assert "compartment prod" in shown


async def test_a_doubtful_compartment_or_deed_is_asked_back_as_commands_that_can_be_sent(place):
    found = await place.command("oci who-can fly instances in prod")
    assert "oci who-can manage instances in prod" in texts_of(found["blocks"])
    found = await place.command("oci who-can stop instances in prd")
    assert "oci who-can stop instances in prod" in texts_of(found["blocks"])
    found = await place.command("oci list instances --compartment prd")
    assert "oci list instances --compartment prod" in texts_of(found["blocks"])


async def test_a_command_that_is_one_tool_answers_asks_back_and_is_refused_as_the_gate_says(place):
    found = await place.command("iam statements Operators --compartment prod")
    assert "Allow group Operators to use instance-family in compartment prod" in texts_of(found["blocks"])
    found = await place.command(
        "iam diff Allow group Operators to manage buckets in compartment prod --compartment prod"
    )
    assert "Operators" in texts_of(found["blocks"])
    assert "BUCKET" in texts_of(found["blocks"])
    found = await place.command("iam statements Operators --compartment prd")
    assert "iam statements Operators --compartment prod" in texts_of(found["blocks"])
    assert "Not allowed" in (await place.command("iam statements Operators", "UCAROL"))["text"]
    assert "iam diff" not in texts_of((await place.command("help iam", "UCAROL"))["blocks"])


async def test_who_may_not_read_policies_is_refused_and_told_who_may_help(place):
    for said in (
        await place.ask("who can stop instances in prod?", "UCAROL"),
        await place.command("oci who-can stop instances in prod", "UCAROL"),
    ):
        assert "Not allowed" in said["text"]
        assert "Who may: " in said["text"]
        assert "granting" not in said["text"]


async def test_who_may_not_asks_who_may_and_they_propose_in_their_own_name(place):
    refused = await place.ask("stop instance node-1", "UCAROL")
    assert "You asked to stop the instance node-1." in refused["text"]
    told = await place.whispered(refused, "wish", "UCAROL")
    assert told.startswith("I asked alice")
    await place.click(refused, "wish", "UCAROL")  # once more reaches nobody again
    wishes = [text for text in await _direct(place, "ALICE") if "carol asks you to propose" in text]
    assert len(wishes) == 1
    assert state(place, "node-1") == "RUNNING"
    said = (await place.slack.see("messages", channel="DALICE"))["messages"][-1]
    await place.click(said, "ask:0", "UALICE", channel="DALICE")
    card = await place.slack.wait_for(lambda: place.find_card("DALICE", said["ts"]), 20)
    assert "Stop instance node-1" in card["text"]


async def _direct(place, person: str) -> list[str]:
    """What the bot wrote to somebody alone."""
    return [m["text"] for m in (await place.slack.see("messages", channel=f"D{person}"))["messages"]]
