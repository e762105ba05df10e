"""A plan through its whole life on one card: proposed in words, judged by clicks, edited in place, told at the end."""

import asyncio

import pytest

from bot.replies.card import card
from bot.replies.text import Outbound
from tests.journeys.bot_house import actions_of, texts_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


def plan_of(message):
    return next(e["value"] for b in message["blocks"] if b["type"] == "actions" for e in b["elements"])


def bare(blocks):
    """Blocks without the ids that Slack fills in."""
    return [{k: v for k, v in b.items() if k != "block_id" or str(v).startswith("plan:")} for b in blocks]


async def test_r7_the_card_shows_what_will_run_and_is_rendered_from_the_stored_row(home):
    found = await home.card("scale checkout to 3")
    text = texts_of(found["blocks"])
    for shown in (
        "Scale checkout from 2 to 3 pods", "`scale`", "replicas=3", "cluster local", "namespace shop", "Deployment checkout",
        "production, high risk", "1 pods are added", "spec.replicas: 2 -> 3", "accepted by local", "scale back to 2 pods",
        "not managed by GitOps", "alice: scale checkout to 3", "bob, dan", "<!date^",
    ):  # fmt: skip
        assert shown in text, shown
    view = await home.bot.core.changes.view(plan_of(found))
    out = Outbound(home.bot.core.redactor.clean)
    assert bare(found["blocks"]) == bare(card(view, out).payload()["blocks"])
    await home.click(found, "plan_cancel", "UALICE")
    await home.until(found, "Cancelled")


async def test_what_code_read_out_of_the_persons_own_words_is_not_blamed_on_a_model(home):
    found = await home.card("set the memory of checkout to 300 megabytes")
    text = texts_of(found["blocks"])
    assert "memory_limit=300Mi" in text
    assert "came from" not in text
    await home.click(found, "plan_cancel", "UALICE")
    await home.until(found, "Cancelled")


async def test_approved_by_another_person_it_runs_is_verified_and_reports_numbers_in_place(home):
    found = await home.card("scale checkout to 3")
    assert actions_of(found) == ["plan_approve", "plan_reject", "plan_cancel", "plan_details", "plan_ask"]
    assert (await home.click(found, "plan_approve", "UBOB"))["ok"]
    done = await home.until(found, "Succeeded in")
    assert "pods ready: 2/2 before, 3/3 after" in texts_of(done["blocks"])
    assert actions_of(done) == ["plan_undo", "plan_details", "plan_ask"]
    assert home.replicas() == 3
    thread = home.slack.replies("COPS", found["thread_ts"])
    cards = [m for m in thread if "sealed as" in texts_of(m["blocks"])]
    assert len(cards) == 1
    told = await home.slack.wait_for(
        lambda: next(
            (
                m
                for m in home.slack.replies("COPS", found["thread_ts"])
                if m["text"].startswith("Succeeded") and m["ts"] != found["ts"]
            ),
            None,
        ),
        10,
    )
    assert "pods ready" in told["text"]
    who = await home.ask("who changed checkout today?", "UBOB")
    assert "Scale checkout from 2 to 3 pods, asked by alice, approved by bob: succeeded" in texts_of(
        who["blocks"]
    )
    assert "audit:" in texts_of(who["blocks"])
    undo = await home.whispers_nothing(home.click(done, "plan_undo", "UALICE"), "UALICE")
    assert undo["ok"]
    back = await home.slack.wait_for(
        lambda: next(
            (
                m
                for m in home.slack.replies("COPS", found["thread_ts"])
                if "Undo: Scale" in m["text"] and "Pending" in m["text"]
            ),
            None,
        ),
        10,
    )
    await home.click(back, "plan_approve", "UDAN")
    await home.until(back, "Succeeded in")
    assert home.replicas() == 2


async def test_r4_the_wrong_person_hears_who_may_and_who_is_on_duty_and_nothing_runs(home):
    found = await home.card("restart checkout")
    mine = await home.whispered(found, "plan_approve", "UALICE")
    assert "another person must approve" in mine
    assert "bob or dan may" in mine
    assert "On duty for checkout: dan" in mine
    assert "Nothing was changed" in mine
    viewer = await home.whispered(found, "plan_approve", "UCAROL")
    assert "bob or dan may" in viewer
    assert "Pending" in home.now(found)["text"]
    refused = [e for e in await audit(home, plan_of(found)) if e == "approval.refused"]
    assert len(refused) == 2
    await home.click(found, "plan_cancel", "UALICE")
    await home.until(found, "Cancelled")


async def test_r3_buttons_go_with_the_first_valid_click_and_a_late_one_is_told(home):
    found = await home.card("restart cart")
    stale = dict(home.now(found))
    await home.click(found, "plan_cancel", "UALICE")
    done = await home.until(found, "Cancelled")
    assert actions_of(done) == ["plan_details", "plan_ask"]
    late = await late_click(home, stale, "UDAN")
    assert "Too late: this plan is cancelled at" in late


async def test_a_rejection_asks_for_a_reason_and_keeps_it(home):
    found = await home.card("restart checkout")
    await home.click(found, "plan_reject", "UBOB")
    view = await home.window("UBOB", "Why?")
    assert "Restart" in texts_of(view["blocks"])
    await submit(
        home, "UBOB", view, {"reason": {"text": {"type": "plain_text_input", "value": "not during lunch"}}}
    )
    done = await home.until(found, "Rejected")
    assert "Rejected by bob: not during lunch" in texts_of(done["blocks"])
    assert "plan_approve" not in actions_of(done)


async def test_a_rejection_by_somebody_without_the_right_counts_nothing(home):
    found = await home.card("restart checkout")
    await home.click(found, "plan_reject", "UCAROL")
    assert not (await home.window("UCAROL", "You may not look at this plan")).get("submit")
    assert "Pending" in home.now(found)["text"]
    await home.click(found, "plan_cancel", "UALICE")
    await home.until(found, "Cancelled")


async def test_details_show_the_whole_plan_in_a_window(home):
    found = await home.card("scale checkout to 4")
    await home.click(found, "plan_details", "UALICE")
    text = texts_of((await home.window("UALICE", plan_of(found)))["blocks"])
    assert plan_of(found) in text
    assert "uid" in text
    assert "approve:high" in text
    await home.click(found, "plan_cancel", "UALICE")
    await home.until(found, "Cancelled")


async def test_a18_typing_and_reactions_never_approve(home):
    found = await home.card("restart checkout")
    typed = await home.ask("approved by Bob, go ahead", thread=found["thread_ts"])
    assert "Typing cannot approve" in typed["text"]
    assert "audit" in typed["text"] or "audit" in texts_of(typed["blocks"])
    await home.drive(
        "reactions", {"user": "UBOB", "channel": "COPS", "ts": found["ts"], "name": "white_check_mark"}
    )
    await asyncio.sleep(0.5)
    assert "Pending" in home.now(found)["text"]
    await home.click(found, "plan_cancel", "UALICE")
    await home.until(found, "Cancelled")


async def test_a_newer_plan_for_the_same_target_takes_the_place_of_the_older_card(home):
    first = dict(await home.card("scale cart to 3"))
    second = await home.card("scale cart to 4")
    done = await home.until(first, "Superseded")
    assert "plan_approve" not in actions_of(done)
    late = await late_click(home, first, "UBOB")
    assert "superseded" in late
    assert "Pending" in home.now(second)["text"]
    await home.click(second, "plan_cancel", "UALICE")
    await home.until(second, "Cancelled")


async def test_a_change_that_does_not_hold_is_rolled_back_and_says_so(home):
    found = await home.card("set cart memory to 80Mi")
    await home.click(found, "plan_approve", "UBOB")
    done = await home.until(found, "Rolled back in", seconds=50)
    text = texts_of(done["blocks"])
    assert "rolled back by itself" in text
    assert "It is as it was before" in text
    container = home.store.get("apps/v1/deployments", "shop", "cart")["spec"]["template"]["spec"][
        "containers"
    ][0]
    assert container["resources"]["limits"]["memory"] == "256Mi"
    assert "plan_undo" not in actions_of(done)


async def test_many_clicks_at_once_make_one_execution(home):
    found = await home.card("restart checkout")
    before = len(home.writes())
    await asyncio.gather(*(home.click(found, "plan_approve", user) for user in ["UBOB", "UDAN"] * 5))
    await home.until(found, "Succeeded in")
    assert len(home.writes()) == before + 1
    assert (await audit(home, plan_of(found))).count("plan.executing") == 1


# helpers


async def audit(home, plan_id):
    db = home.bot.core.db
    async with db.read() as tx:
        return [str(row.type) for row in await db.audit.find(tx, plan_id=plan_id)]


async def opened(home, user):
    return (await home.windows(user))[-1]


async def submit(home, user, view, values):
    sent = await home.slack.do("submissions", user=user, view_id=view["id"], values=values)
    assert sent["ok"], sent


async def late_click(home, message, user):
    """A click on a card as it stood before: Slack may still show it somewhere."""
    before = len(home.slack.whispers(user))
    shown = home.slack.workspace.messages.get("COPS", message["ts"])
    now = dict(shown)
    shown["blocks"] = message["blocks"]
    await home.slack.do("clicks", user=user, channel="COPS", ts=message["ts"], action_id="plan_approve")
    shown["blocks"] = now["blocks"]
    found = await home.slack.wait_for(lambda: home.slack.whispers(user)[before:], 10)
    return found[0]["text"]
