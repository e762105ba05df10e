"""Commands by slash and after a mention: one parser, the same gate, no model; only the asker reads a slash's answer."""

import pytest

from tests.journeys.bot_house import is_card, texts_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_help_shows_only_what_the_person_may_do(home):
    operator, viewer = await home.command("help"), await home.command("help", "UCAROL")
    assert "k8s restart" in operator["text"]
    assert "allow changes again" not in operator["text"]
    assert "k8s why" in viewer["text"]
    assert "k8s restart" not in viewer["text"]
    assert "k8s logs" not in viewer["text"]
    assert "allow changes again" in (await home.command("help", "UBOB"))["text"]


async def test_help_about_one_command_names_its_options_and_an_example(home):
    found = texts_of((await home.command("help k8s logs"))["blocks"])
    assert "--since" in found
    assert "k8s logs checkout --since 15m" in found


async def test_the_same_words_after_a_mention_answer_in_the_thread(home):
    slash, mention = await home.command("whoami"), await home.ask("whoami")
    assert slash["text"] == mention["text"]
    assert "alice (TLOCAL:UALICE), member" in mention["text"]
    assert "operator" in mention["text"]
    assert mention["thread_ts"]


async def test_an_empty_command_and_an_empty_mention_mean_help(home):
    assert "What you may do here" in (await home.command(""))["text"]
    assert "What you may do here" in (await home.ask(""))["text"]


@pytest.mark.parametrize(
    ("typed", "hint"),
    [("statsu", "status"), ("halp", "help"), ("k8s log checkout", "k8s logs"), ("k8s logs checkout --sinc 5m", "--since")],
)  # fmt: skip
async def test_unknown_words_get_the_nearest_command(home, typed, hint):
    assert hint in (await home.command(typed))["text"]


async def test_a_slash_answer_is_seen_by_its_sender_only_unless_it_is_shared(home):
    before = len(home.slack.workspace.messages.all("COPS"))
    await home.command("k8s unhealthy")
    assert len(home.slack.workspace.messages.all("COPS")) == before
    await home.slack.do(
        "commands", user="UALICE", channel="COPS", command="/cloudops", text="k8s unhealthy --share"
    )
    found = await home.slack.wait_for(
        lambda: next(
            (m for m in home.slack.workspace.messages.all("COPS")[before:] if m.get("bot_id")), None
        ),
        20,
    )
    assert "Nothing is missing" in found["text"]


async def test_a_question_after_the_slash_is_answered(home):
    found = await home.command("is checkout healthy right now?")
    assert "checkout is healthy" in found["text"].lower()


@pytest.mark.parametrize(
    "words",
    ["k8s overview checkout", "k8s unhealthy -n shop", "k8s why kasse", "k8s logs checkout", "k8s events checkout",
     "k8s rollouts checkout", "k8s usage checkout", "k8s who-can delete pods"],
)  # fmt: skip
async def test_each_read_is_answered_with_its_scope(home, words):
    found = texts_of((await home.command(words))["blocks"])
    assert "cluster local" in found, found
    assert "could not" not in found.lower() or "Could not see" in found


async def test_names_that_are_not_known_are_asked_back_with_buttons(home):
    found = await home.command("k8s overview chekout")
    assert "There is no" in found["text"]
    assert "k8s overview checkout" in found["text"]
    assert any(b["type"] == "actions" for b in found["blocks"])


async def test_what_is_not_allowed_names_who_may(home):
    found = await home.command("audit", "UCAROL")
    assert "Not allowed" in found["text"]
    assert "Who may: alice" in found["text"]
    logs = await home.command("k8s logs checkout", "UCAROL")
    assert "ot allowed" in logs["text"]
    assert "alice" in logs["text"]


async def test_status_names_each_part_of_the_process(home):
    found = (await home.command("status"))["text"]
    for part in ("database", "slack", "engine", "agent", "policy", "changes"):
        assert f"{part}: ok" in found


async def test_a_proposal_by_command_posts_its_card_and_can_be_withdrawn(home):
    before = len(home.slack.workspace.messages.all("COPS"))
    said = await home.command("k8s scale cart 3")
    plan = next(word.strip(".") for word in said["text"].split() if word.startswith("plan_"))
    card = await home.slack.wait_for(
        lambda: next((m for m in home.slack.workspace.messages.all("COPS")[before:] if is_card(m)), None), 20
    )
    assert plan in card["text"]
    assert plan in texts_of((await home.command("plans"))["blocks"])
    assert "Scale cart" in (await home.command(f"plans show {plan}"))["text"]
    assert "cancelled" in (await home.command(f"plans cancel {plan}"))["text"]
    await home.until(card, "Cancelled")
    again = await home.command(f"plans cancel {plan}")
    assert "Too late" in again["text"]


async def test_any_change_is_proposed_by_its_name_and_a_slip_is_told_what_it_takes(home):
    proposed = await home.command("change scale service=cart replicas=4 --reason 'more load'")
    plan = next(word.strip(".") for word in proposed["text"].split() if word.startswith("plan_"))
    await home.command(f"plans cancel {plan}")
    assert "node_drain" in texts_of((await home.command("change"))["blocks"])
    assert "Did you mean node_drain" in (await home.command("change node_drian name=x"))["text"]
    assert "Did you mean replicas" in (await home.command("change scale service=cart replica=4"))["text"]
    assert "replicas is missing" in (await home.command("change scale service=cart"))["text"].lower()
    assert "as key=value" in (await home.command("change scale cart"))["text"]


async def test_a_pasted_line_after_the_slash_is_read_and_what_it_adds_is_refused(home):
    refused = await home.command("kubectl scale deploy/cart --replicas=4 -n shop --force")
    assert "`--force`" in refused["text"]
    assert not any("plan_" in message["text"] for message in [refused])


async def test_a_slash_command_that_cannot_be_read_changes_nothing(home):
    found = await home.command("k8s scale cart many")
    assert "must be a number" in found["text"]
    assert "For example" in (await home.command("k8s set-resources cart memory"))["text"]


async def test_the_audit_by_command_finds_records_by_number_and_request(home):
    await home.command("whoami")
    listed = texts_of((await home.command("audit"))["blocks"])
    assert "message.received" in listed
    one = await home.command("audit show 1")
    assert "Record 1" in one["text"]
    for number in ("999999", "²", "9" * 30, "audit:٣"):
        assert "no record" in (await home.command(f"audit show {number}"))["text"].lower(), number
    for since in ("²h", "9" * 14 + "d", "yesterday", "2026-11-24T09:00"):
        assert "I cannot read that time" in (await home.command(f"audit --since {since}"))["text"], since
    for flags in (
        "--since 52w",
        "--since 1h --person alice",
        "--what message",
        "--until 2126-01-01T00:00:00Z",
    ):
        assert "records" in (await home.command(f"audit {flags}"))["text"], flags
    for flags in ("--until 1h", "--person nobody", "--target moon", "--since 1h --what purge"):
        assert "no such record" in (await home.command(f"audit {flags}"))["text"], flags


async def test_stop_holds_every_change_until_two_admins_resume(home):
    stopped = await home.command("stop all changes trying it")
    assert "stopped by alice" in stopped["text"]
    refused = await home.ask("restart checkout")
    assert "stopped by alice" in refused["text"]
    assert "stopped by alice: trying it" in (await home.command("status"))["text"]
    assert "Not allowed" in (await home.command("resume"))["text"]
    assert "one more admin" in (await home.command("resume", "UBOB"))["text"]
    assert "allowed again" in (await home.command("resume", "UDAN"))["text"]


async def test_a_button_never_says_what_takes_effect_at_once(home):
    """The words of a button may be the name of a resource that somebody called `resume`."""
    await home.command("stop all changes trying it")
    offered = await home.command("resum", "UBOB")
    told = await home.whispered(offered, "ask:0", "UBOB")
    assert "A button does not do this: `resume`" in told
    assert "one more admin" in (await home.command("resume", "UDAN"))["text"]
