"""`settings me`: a form that opens at once and fills later, and what follows from it in the next answer."""

import pytest

from tests.journeys.bot_house import texts_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def window(home, user, words="namespace"):
    """The form once it is filled."""
    await home.slack.do("commands", user=user, channel="COPS", command="/cloudops", text="settings me")

    def filled():
        found = [v for v in home.slack.workspace.views.stack(user) if words in str(v["blocks"])]
        return found[-1] if found else None

    return await home.slack.wait_for(filled, 15)


async def send(home, user, view, **values):
    return await home.slack.do("submissions", user=user, view_id=view["id"], values=values)


async def test_the_form_opens_before_anything_is_read_and_holds_what_was_set(home):
    view = await window(home, "UALICE")
    opened, filled = (await home.calls("views.open"))[-1], (await home.calls("views.update"))[-1]
    assert "Reading what you set" in str(opened) and "Reading what you set" not in str(filled)
    assert "English, the only one" in texts_of(view["blocks"])
    await send(home, "UALICE", view, zone={"text": "Asia/Kolkata"}, quiet={"text": "22:00-07:00"})
    await home.slack.wait_for(lambda: not home.slack.workspace.views.stack("UALICE"), 10)
    again = await window(home, "UALICE", "Asia/Kolkata")
    assert "22:00-07:00" in str(again["blocks"])


async def test_a_form_that_cannot_be_taken_stays_open_and_says_why_at_its_line(home):
    view = await window(home, "UBOB")
    said = await send(home, "UBOB", view, zone={"text": "Middle/Earth"}, quiet={"text": "at night"})
    assert set(said["errors"]) == {"zone", "quiet"}
    assert "Europe/Berlin" in said["errors"]["zone"]
    assert "none" in (await home.command("settings me quiet none", "UBOB"))["text"]


async def test_ones_own_scope_is_used_where_a_channel_has_none_and_the_answer_says_so(home):
    await home.command("settings me namespace shop", "UALICE")
    found = await home.ask("k8s unhealthy", channel="DALICE")
    assert "your own default: namespace shop" in texts_of(found["blocks"])
    there = await home.ask("k8s unhealthy")  # the channel has a scope of its own
    assert "your own default" not in texts_of(there["blocks"])
    await home.command("settings me namespace none", "UALICE")


async def test_it_gives_no_right(home):
    await home.command("settings me namespace secret-place", "UCAROL")
    text = (await home.command("k8s unhealthy", "UCAROL", channel="CAUDIT"))["text"]
    assert "Not allowed" in text
    await home.command("settings me namespace none", "UCAROL")


async def test_what_cannot_be_set_is_said_and_nothing_changes(home):
    assert "English only" in (await home.command("settings me language de", "UALICE"))["text"]
    assert "short, normal, full" in (await home.command("settings me verbosity loud", "UALICE"))["text"]
    assert "Say what of" in (await home.command("settings me mood good", "UALICE"))["text"]
