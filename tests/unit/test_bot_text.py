"""Nothing that leaves for Slack is live unless we made it so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replies.blocks import Message, button, fit, section
from bot.replies.prose import prose
from bot.replies.text import Outbound, cut, mention, moment

OUT = Outbound(clean=lambda text: text, hosts=("console.example.com",))


@pytest.mark.parametrize(
    "text",
    [
        "<!channel> all",
        "<!here>",
        "<@U123>",
        "<https://evil.example|click>",
        "＜!channel＞",
        "<!subteam^S1>",
        "&lt;!channel&gt;",
        "@channel",
        "@here now",
    ],
)
def test_R14_no_mention_or_link_survives(text):
    sent = OUT.mrkdwn(text)
    assert "<" not in sent
    assert "@channel" not in sent
    assert "@here" not in sent


def test_addresses_outside_the_list_are_dead_and_inside_are_live():
    sent = OUT.plain("see https://evil.example/x and https://console.example.com/y and javascript:alert(1)")
    assert "hxxps://evil.example/x" in sent
    assert "https://console.example.com/y" in sent
    assert "javascript:alert" not in sent


@pytest.mark.parametrize(
    "text", ["https://console.example.com.evil.example/a", "https://console.example.com@evil.example/a"]
)
def test_a_host_that_only_looks_listed_is_dead(text):
    assert OUT.plain(text).startswith("hxxps")


@given(st.text(max_size=300))
def test_escaped_text_never_opens_a_tag(text):
    assert "<" not in OUT.mrkdwn(text)
    assert ">" not in OUT.mrkdwn(text)


@given(st.text(alphabet="&<>ab", max_size=60), st.integers(2, 40))
def test_a_cut_never_splits_an_entity(text, limit):
    sent = OUT.mrkdwn(text, limit)
    assert len(sent) <= limit
    bare = sent.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert "&" not in bare


def test_mentions_come_from_ids_alone():
    assert mention("U0ABC123") == "<@U0ABC123>"
    for bad in ("alice", "U1> <!channel", "", "u123", "U1\n"):
        with pytest.raises(ValueError, match="not a Slack user id"):
            mention(bad)


def test_prose_keeps_words_and_drops_nothing():
    blocks = prose("Cause: **pool** is `50`.\n\n- one\n- two\n\n```\ncode\n```\nEnd")
    text = str(blocks)
    for word in ("Cause", "pool", "50", "one", "two", "code", "End"):
        assert word in text
    kinds = [element["type"] for element in blocks[0]["elements"]]
    assert kinds == ["rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_section"]


@given(st.text(max_size=400))
def test_prose_takes_any_text(text):
    for block in prose(text):
        assert block["elements"]
        assert all(element["elements"] for element in block["elements"])


def test_too_many_blocks_say_so():
    shown = fit([section("x")] * 60)
    assert len(shown) == 50
    assert "11 more" in str(shown[-1])


def test_a_message_never_unfurls():
    payload = Message("hello", (section("hello"),)).payload()
    assert (payload["unfurl_links"], payload["unfurl_media"], payload["link_names"]) == (False, False, False)


def test_a_button_stays_within_limits():
    element = button("x" * 200, "a" * 300, "v" * 3000)
    assert (len(element["text"]["text"]), len(element["action_id"]), len(element["value"])) == (75, 255, 2000)


def test_times_are_local_to_the_reader():
    from datetime import UTC, datetime

    assert moment(datetime(2026, 11, 24, 9, 0, tzinfo=UTC)).startswith("<!date^1795510800^")
    assert cut("abc", 2) == "a…"


@pytest.mark.parametrize("outer", ["file:", "javascript:", "data:", "https://evil.example/?u="])
def test_an_address_inside_of_a_dead_one_is_dead_too(outer):
    assert "https://other.example" not in OUT.plain(f"see {outer}https://other.example/x now")
