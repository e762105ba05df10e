"""How much is said, in whose time: short never hides what could not be seen, and what others wrote keeps its times."""

import pytest

from agents.outcomes import Answer, Failure
from agents.people import Actor, Own, Place, Request
from agents.policy.models import ScopePart
from bot.mine import checked
from bot.replies.answer import Footer, render
from bot.replies.liked import as_liked, evidence_shown
from bot.replies.text import Outbound
from tests.contracts.conftest import NOW
from tools.spec import Evidence, Scope, Table

OUT = Outbound(lambda text: text)
BERLIN = Own(zone="Europe/Berlin")
EVIDENCE = tuple(Evidence(f"r{n}", f"e{n}", str(n), untrusted=False) for n in range(50))


def asked(own, text="what is unhealthy?"):
    return Request("in_1", "c_1", Actor("T1", "UA"), Place("T1", "C1", "1.1"), text, NOW, own=own)


def liked(answer, own, text="what is unhealthy?", channel=None):
    return as_liked(answer, asked(own, text), channel or ScopePart())


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("since 2026-07-06 09:00 UTC, worse.", "since 2026-07-06 11:00 CEST, worse."),
        ("at 2026-01-06T23:30:15Z", "at 2026-01-07 00:30:15 CET"),
        ("2026-13-40 09:00 UTC", "2026-13-40 09:00 UTC"),
        ("2026-07-06 09:00 in their log", "2026-07-06 09:00 in their log"),
    ],
)
def test_times_that_say_their_zone_are_told_in_the_persons(said, heard):
    assert liked(Answer(said), BERLIN).text == heard
    assert liked(Failure(said, "", "", ""), BERLIN).what == heard
    assert liked(Answer(said), Own()).text == said


def test_what_others_wrote_keeps_its_times():
    line = "2026-07-06 09:00 UTC ERROR out of memory"
    answer = Answer("x", evidence=(Evidence("r", "log", line, untrusted=True),), tables=(Table("t", ("a", "b"), ((line, "2026-07-06 09:00 UTC"),)),))  # fmt: skip
    found = liked(answer, BERLIN)
    assert found.evidence[0].value == line
    assert found.tables[0].rows == ((line, "2026-07-06 11:00 CEST"),)
    assert liked(Answer("2026-07-06 09:00 UTC"), Own(zone="Asia/Kolkata")).text == "2026-07-06 14:30 IST"
    assert "America/Sao_Paulo" in liked(Answer("2026-07-06 09:00 UTC"), Own(zone="America/Sao_Paulo")).text


def test_short_leaves_out_much_and_never_what_could_not_be_seen():
    answer = Answer("x", evidence=EVIDENCE, ruled_out=("a",), could_not_see=("the other namespace",))
    short = Own(verbosity="short")
    found = liked(answer, short)
    assert found.could_not_see == ("the other namespace",) and not found.ruled_out
    message = render(found, OUT, Footer("in_1", "c_1", evidence_shown(short)))
    assert "e2" in str(message.blocks) and "e3" not in str(message.blocks)
    assert "Short, as you set it" in str(message.blocks) and "first 3 shown" in str(message.blocks)
    full = render(answer, OUT, Footer("in_1", "c_1", evidence_shown(Own(verbosity="full"))))
    assert "e39" in str(full.blocks) and "e39" not in str(render(answer, OUT, Footer("in_1", "c_1")).blocks)


def test_ones_own_scope_is_named_where_it_was_used_and_nowhere_else():
    own, answer = Own(Scope(namespace="shop")), Answer("x", scope=Scope(namespace="shop"))
    assert "your own default: namespace shop" in str(liked(answer, own).notes)
    assert not liked(answer, own, "what is unhealthy in shop?").notes
    assert not liked(answer, own, channel=ScopePart(namespace="shop")).notes
    assert not liked(Answer("x", scope=Scope(namespace="stg")), own).notes


def test_what_is_typed_is_taken_or_explained():
    taken, wrong = checked({"zone": "Europe/Berlin", "quiet": "7:00 - 21:30", "verbosity": "SHORT", "namespace": "none"})  # fmt: skip
    assert taken == {"zone": "Europe/Berlin", "quiet_from": "07:00", "quiet_until": "21:30", "verbosity": "short", "namespace": ""}  # fmt: skip
    assert not wrong
    bad = {
        "zone": "../etc/passwd",
        "quiet": "25:00-26:00",
        "verbosity": "x",
        "service": "<!here>",
        "language": "fr",
    }
    assert set(checked(bad)[1]) == set(bad)
    assert set(checked({"quiet": "07:00-07:00", "zone": "\x00", "cluster": "a" * 121})[1]) == {"quiet", "zone", "cluster"}  # fmt: skip
