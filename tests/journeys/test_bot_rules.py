"""The house rules R1 to R14 (how the bot behaves in Slack), each by its name, over the local workspace."""

import asyncio
import re
import time

import pytest

from tests.journeys.bot_house import BOT, actions_of, is_card, texts_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
EVIL = "<!channel> <@UBOB> <https://evil.example|click> <!subteam^S1> ＜!here＞ @everyone http://evil.example"


async def ours(home, channel="COPS"):
    return [m for m in home.slack.workspace.messages.all(channel) if m.get("user") == "UCLOUDOPS"]


async def test_r1_answers_go_into_the_thread(home):
    await home.ask("what is unhealthy?")
    await home.ask("k8s unhealthy")
    await home.card("scale checkout to 3")
    assert all(m.get("thread_ts") not in {None, m["ts"]} for m in await ours(home))


async def test_r2_one_message_a_unit_of_work_edited_in_place(home):
    found = await home.card("restart cart")
    await home.click(found, "plan_approve", "UBOB")
    await home.until(found, "Succeeded in")
    thread = home.slack.replies("COPS", found["thread_ts"])
    assert sum(is_card(m) for m in thread) == 1
    updates = [c for c in await home.calls("chat.update") if c["args"]["ts"] == found["ts"]]
    assert updates
    posts = [m["text"] for m in thread]
    assert not any(text.startswith(("Approved", "Running")) for text in posts)


async def test_r3_buttons_are_gone_once_it_is_decided(home):
    found = await home.card("restart cart")
    assert "plan_approve" in actions_of(found)
    await home.click(found, "plan_cancel", "UALICE")
    assert "plan_approve" not in actions_of(await home.until(found, "Cancelled"))


async def test_r4_the_wrong_person_is_told_who_may_and_how_to_ask(home):
    found = await home.card("restart cart")
    told = await home.whispered(found, "plan_approve", "UALICE")
    assert "bob or dan may. Ask them to press Approve on the card." in told
    await home.click(found, "plan_cancel", "UALICE")
    await home.until(found, "Cancelled")


async def test_r5_an_error_says_what_failed_whether_anything_changed_what_next_and_a_reference(home):
    found = await home.ask("k8s scale checkout 9999")
    text = texts_of(found["blocks"])
    assert "less than or equal to 500" in text
    assert "Nothing was changed." in text
    assert "Say it again with the right values." in text
    assert "Reference `" in text
    refused = await home.command("resume", "UALICE")
    assert "Nothing was changed" in refused["text"]
    assert "Reference `" in texts_of(refused["blocks"])


async def test_r6_a_button_is_verb_and_object_and_only_what_destroys_is_red_and_asks_again(home):
    plain = await home.card("scale checkout to 3")
    buttons = {e["action_id"]: e for b in plain["blocks"] if b["type"] == "actions" for e in b["elements"]}
    assert buttons["plan_approve"]["text"]["text"].startswith("Approve: Scale checkout")
    assert sum(e.get("style") == "primary" for e in buttons.values()) == 1
    assert not any("confirm" in e for e in buttons.values())
    deadly = await home.card("scale checkout to 0")
    red = {e["action_id"]: e for b in deadly["blocks"] if b["type"] == "actions" for e in b["elements"]}
    assert red["plan_approve"]["style"] == "danger"
    assert red["plan_approve"]["confirm"]["confirm"]["text"] == "Approve"
    await home.click(deadly, "plan_cancel", "UALICE")
    await home.until(deadly, "Cancelled")


async def test_r7_target_blast_radius_diff_dry_run_requester_approvers_expiry_are_on_the_card(home):
    found = await home.card("scale checkout to 3")
    text = texts_of(found["blocks"])
    for name in (
        "Action",
        "Target",
        "Touches",
        "Dry run",
        "Asked by",
        "May approve",
        "Expires",
        "Before and after",
    ):
        assert f"*{name}*" in text
    await home.click(found, "plan_cancel", "UALICE")
    await home.until(found, "Cancelled")


async def test_r8_every_message_says_it_all_in_its_text_and_every_table_has_a_caption(home):
    await home.ask("k8s rollouts checkout")
    for message in await ours(home):
        assert re.search(r"[.?!]$", message["text"].strip()), message["text"]
        kinds = [b["type"] for b in message["blocks"]]
        for at, kind in enumerate(kinds):
            assert kind != "table" or kinds[at - 1] == "context"


async def test_r9_logs_stay_behind_a_button_that_only_the_asker_may_press(home):
    found = await home.ask("k8s logs checkout")
    raw = [
        e
        for b in found["blocks"]
        if b["type"] == "actions"
        for e in b["elements"]
        if e["action_id"].startswith("show_raw")
    ]
    if not raw:
        pytest.fail("the answer offers no raw output")
    await home.click(found, raw[0]["action_id"], "UBOB")
    await home.window("UBOB", "Ask the same question yourself")
    await home.click(found, raw[0]["action_id"], "UALICE")
    views = await home.windows("UALICE")
    assert views[-1]["title"]["text"] == "Raw output"


async def test_r10_unknown_commands_are_met_with_suggestions_and_slashes_stay_private(home):
    before = len(home.slack.workspace.messages.all("COPS"))
    found = await home.command("statuss")
    assert "Did you mean `status`" in found["text"]
    assert len(home.slack.workspace.messages.all("COPS")) == before


async def test_r10_only_what_one_may_use_is_offered_a_question_may_be_asked_and_typing_decides_nothing(home):
    alice, carol = [(await home.command("audit verfy", who))["text"] for who in ("UALICE", "UCAROL")]
    assert "Did you mean `audit verify`" in alice and "audit verify" not in carol
    assert "Did you mean `ask pods shp`" in (await home.command("pods shp"))["text"]
    typed = (await home.command("aprove plan_1"))["text"]
    assert "buttons on its card" not in (await home.command("improve cart"))["text"]
    assert "buttons on its card" in typed and "`plans show plan_1`" in typed


async def test_r11_within_a_second_the_status_names_the_real_step(home):
    home.cluster.faults.add({"path": "/namespaces/shop/", "delay_ms": 400, "times": 50})
    started = time.perf_counter()
    ts = await home.slack.say("UALICE", "COPS", f"{BOT} why is checkout slow?")
    shown = []
    while not shown and time.perf_counter() - started < 5:
        calls = await home.calls("assistant.threads.setStatus")
        await asyncio.sleep(0.01)
        shown = [c for c in calls if c["args"].get("thread_ts") == ts and c["args"].get("status")]
    assert time.perf_counter() - started < 1.0
    await home.slack.wait_reply("COPS", ts, 20)
    home.cluster.faults.clear()
    steps = [
        c["args"]["status"]
        for c in await home.calls("assistant.threads.setStatus")
        if c["args"].get("thread_ts") == ts
    ]
    assert any("checkout" in step or "shop" in step for step in steps), steps


async def test_r12_times_are_shown_in_each_readers_own_zone(home):
    found = await home.card("restart checkout")
    assert re.search(r"<!date\^\d+\^\{date_short_pretty\} \{time\}\|[^>]+UTC>", texts_of(found["blocks"]))
    await home.click(found, "plan_cancel", "UALICE")
    await home.until(found, "Cancelled")


async def test_r13_nobody_gets_a_direct_message_who_did_not_write_one(home):
    channels = {c["args"]["channel"] for c in await home.calls("chat.postMessage")}
    assert not any(channel.startswith(("D", "U")) for channel in channels)
    assert not await home.calls("conversations.open")


async def test_r14_nothing_that_others_wrote_is_live(home):
    await home.ask(f"k8s overview '{EVIL}'")
    found = await home.ask(f"scale checkout to 3 because {EVIL}")
    for message in [*await ours(home), found]:
        text = message["text"] + texts_of(
            [b for b in message["blocks"] if b["type"] in {"section", "context"}]
        )
        live = re.sub(r"<!date\^[^>]*>", "", text)
        assert "<!" not in live
        assert "<@" not in live
        assert "<http" not in live
        assert "http://evil" not in live
