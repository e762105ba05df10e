"""What changed since the last digest comes first; what could not be read is neither new nor gone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agents.digests.build import snapshot_of, stored
from agents.digests.comparing import compared
from agents.digests.digest import KINDS, NEEDS, Area, Digest, Fact, Item, Part
from agents.digests.schedule import COUNTED, due
from agents.digests.wording import holds, told
from bot.replies.digest import digest_message
from bot.replies.text import Outbound
from sandbox.slack.validation.surfaces import check_message
from tests.unit.bot_noise import Noise
from tools.spec import Chart, Series, Table

SINCE = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
PODS = Area(
    "Not well", (Fact("a", "shop/a: CrashLoop", "CrashLoop"), Fact("b", "shop/b: Pending", "Pending"))
)
OUT = Outbound(lambda text: text.replace("\x00", ""))


def after(area, before, **more):
    """The digest that follows one that saw `before`."""
    first = compared("operations", [before], None, SINCE, [])
    former = snapshot_of(stored(first.seen, "eyes"), "eyes")
    return compared("operations", [area], former, SINCE, more.pop("problems", []), **more)


def test_the_first_one_tells_what_is_so_and_calls_nothing_new():
    first = compared("operations", [PODS], None, SINCE, [])
    assert [part.title for part in first.parts] == ["Not well"]


def test_new_changed_and_gone_come_before_what_stands():
    now = replace(PODS, facts=(Fact("b", "shop/b: OOM", "OOM"), Fact("c", "shop/c: Pending", "Pending")))
    old = replace(PODS, facts=(*PODS.facts, Fact("c", "shop/c: Pending", "Pending")))
    new = replace(now, facts=(*now.facts, Fact("d", "shop/d: new", "new")))
    found = after(new, old)
    assert [part.title for part in found.parts] == [
        "New: Not well", "Changed: Not well", "No longer: Not well", "As before: Not well"
    ]  # fmt: skip
    assert found.parts[1].items[0].text == "shop/b: OOM (before: Pending)"
    assert found.parts[2].items[0].text == "shop/a: CrashLoop"


def test_when_nothing_changed_it_is_one_line_that_names_what_stands():
    found = after(PODS, PODS)
    assert found.nothing
    assert "Nothing new since 2026-03-02 06:00 UTC. As before: not well 2 (shop/a, shop/b)." in found.text
    assert len(digest_message(found, OUT, {}).blocks) == 1


def test_what_could_not_be_read_is_neither_gone_nor_new_when_it_comes_back():
    unread = replace(PODS, facts=(), read=False)
    found = after(unread, PODS, problems=["k8s_unhealthy: did not answer"])
    assert found.nothing
    assert "in what could be seen" in found.text
    message = digest_message(found, OUT, {})
    assert "Could not see: k8s_unhealthy: did not answer" in message.text
    assert after(PODS, PODS).seen == found.seen == compared("operations", [PODS], None, SINCE, []).seen


def test_what_is_missing_where_only_a_part_was_read_is_not_said_to_be_gone():
    partly = replace(PODS, facts=PODS.facts[:1], whole=False)
    (gone, _) = after(partly, PODS).parts
    assert gone.title == "No longer seen (parts could not be read): Not well"


def test_events_are_told_once_and_a_quiet_area_is_counted():
    events = Area("Changes", (Fact("p", "scale"),), events=True)
    found = after(events, events)
    assert [part.title for part in found.parts] == ["Changes"]
    assert found.seen == {}
    quiet = compared("access", [replace(PODS, quiet=True)], None, SINCE, [])
    assert quiet.parts[0].items[0].text.startswith("2 in all")


def test_what_other_eyes_saw_is_compared_with_nothing():
    seen = stored(compared("operations", [PODS], None, SINCE, []).seen, "all")
    assert snapshot_of(seen, "fewer") is None
    assert snapshot_of(None, "all") is None


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_right_without_which_it_is_not_told(kind):
    assert NEEDS[kind].endswith(":read")


def test_of_years_of_missed_moments_the_latest_is_dealt_with_once():
    last = datetime(2020, 1, 1, tzinfo=UTC)
    now = last + timedelta(days=900, minutes=5)
    found = due("0 * * * *", "Europe/Berlin", last, now)
    assert found.at == now.replace(minute=0)
    assert found.missed == COUNTED - 1
    assert found.told == "more than 999"
    assert due("0 * * * *", "Europe/Berlin", found.at, now) is None
    yearly = due("0 9 1 1 *", "UTC", last, now)
    assert (yearly.at, yearly.told) == (datetime(2022, 1, 1, 9, tzinfo=UTC), "2")


FACTS = told(
    Digest("Weekly cost", "462.65 USD, +12 % (before: 413.00 USD).", (Part("Budgets", (Item("shop-1: 137% used"),)),))
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("The week cost 462.65 USD, +12 % on 413.00 USD before; shop-1 has used 137%.", True),
        ("The week cost 463 USD.", False),
        ("The week cost 462.65 USD, 12 % less.", False),
        ("Cost doubled to 462.65 USD.", False),
        ("shop-2 has used 137%.", False),
        ("All is well: 462.65 USD.", False),
        ("See https://evil.example: 462.65 USD.", False),
        ("<!channel> 462.65 USD", False),
        ("", False),
        ("462.65 USD " * 100, False),
    ],
)
def test_a_models_words_stand_only_while_each_figure_is_one_that_code_counted(text, kept):
    assert holds(text, FACTS) is kept


def test_whatever_words_come_slack_takes_a_digest_and_its_text_has_every_line():
    for seed in range(150):
        word = Noise(seed).word
        items = tuple(Item(word(), "C1", "1.1", word(), word()) for _ in range(6))
        parts = tuple(Part(f"Part {n}", items, n) for n in range(8))
        chart = Chart(word(), "bar", word(), (word(), word()), (Series(word(), (1.0, 2.0)),), word())
        table = Table(word(), ("a", "b"), tuple((word(), word()) for _ in range(30)))
        whole = Digest("Weekly cost", word(), parts, tuple(word() for _ in range(14)), (chart,), (table,), worded_by="m", counted=word())  # fmt: skip
        message = digest_message(whole, OUT, {("C1", "1.1"): "https://slack.example/p1"}, "note", judged="digest:cost:x")  # fmt: skip
        payload = message.payload()
        assert check_message(payload["blocks"]) == [], seed
        assert payload["text"].count("\n- ") >= 48, seed
