"""Statements spoilt at random: never a crash, never a word lost. 5,000 in CI, 100,000 with --full (`make soak`)."""

import json
import random

import pytest

from tools.access import shown
from tools.access.statements import parse
from tools.access.syntax import written
from tools.access.tokens import Kind, Unreadable, tokens

SEEDS = (
    "Allow group Admins to manage all-resources in tenancy",
    "allow group 'Default'/'My group', id ocid1.group.oc1..aaaa to use instance-family in compartment a:b:'c d'",
    "Deny dynamic-group \"D/1\" to {INSTANCE_DELETE, volume_delete} in compartment id ocid1.compartment.oc1..bb where request.region = 'phx'",
    "Allow any-user to read buckets in tenancy where all {!request.principal.type, any {target.bucket.name = /log*/, request.operation not in ('A', 'B')}}",
    "Allow any-group to inspect users in tenancy where request.utc-timestamp.time-of-day between '08:00:00Z' and '17:00:00Z' // office",
    "Allow service faas, objectstorage-eu-frankfurt-1 to use keys in compartment kms where sets-intersect(target.key.tag.a.b, ('x', 'y'))",
    "Allow resource apm domain to use metrics in tenancy where request.utc-timestamp before '2027-01-01T00:00Z'",
    "Define tenancy Acme as ocid1.tenancy.oc1..aaaa",
    "Admit group id ocid1.group.oc1..g of tenancy Acme to read audit-events in tenancy",
    "deny admit any-user of any-tenancy to manage buckets in tenancy",
    "Endorse group A to associate drgs in tenancy with drg-attachments in tenancy Acme where request.principal.group.tag.Ops.Team = 'net'",
)  # fmt: skip
BITS = (
    " ", "\n", "\t", "'", '"', "/", "{", "}", "(", ")", ",", ":", "=", "!", "!=", "//", "*", ";", "\x00", "\u00a0", "é", "日本", "\ufffd", "\u202e",
    " where ", " in ", "all {", "any {", "not in", " to ", "group", "id ", "ocid1.x", "tenancy", "compartment ", "deny ", "between", "and",
)  # fmt: skip
KEYWORDS = frozenset(
    [
        "allow",
        "deny",
        "endorse",
        "admit",
        "define",
        "to",
        "in",
        "where",
        "with",
        "of",
        "as",
        "id",
        "and",
        "associate",
        "tenancy",
        "any-tenancy",
        "compartment",
    ]
)


def spoilt(dice: random.Random) -> str:
    text = dice.choice(SEEDS)
    for _ in range(dice.choice((0, 1, 1, 2, 3, 8))):
        at, to = sorted((dice.randrange(len(text) + 1), dice.randrange(len(text) + 1)))
        match dice.randrange(5):
            case 0:
                text = text[:at] + dice.choice(BITS) + text[at:]
            case 1:
                text = text[:at] + text[min(to, at + 12) :]
            case 2:
                text = text[:to] + text[at:to] + text[to:]
            case 3:
                text = text[:at] + text[at:to].swapcase() + text[to:]
            case _:
                text = text[:at] + dice.choice(SEEDS)[: dice.randrange(60)] + text[at:]
    return text


def words_of(text: str) -> set[str]:
    """Every name, text and value that was written."""
    found = (
        one.plain.lower().strip("/")
        for one in tokens(text)
        if one.kind in {Kind.WORD, Kind.TEXT, Kind.PATTERN}
    )
    return {one for one in found if one}


@pytest.mark.timeout(900)
def test_no_statement_crashes_the_parser_and_none_loses_a_word(pytestconfig, record_property):
    count = 100_000 if pytestconfig.getoption("full") else 5_000
    dice = random.Random(20261126)
    read = 0
    for _ in range(count):
        text = spoilt(dice)
        try:
            found = parse(text)
        except Unreadable as error:
            assert 0 <= error.at <= len(text)
            assert error.expected
            continue
        read += 1
        assert written(found) == text
        said = json.dumps(shown.statement(found), ensure_ascii=False).lower()
        lost = {
            word
            for word in words_of(text) - KEYWORDS
            if json.dumps(word, ensure_ascii=False)[1:-1] not in said
        }
        assert not lost, text
    assert read > count // 10
    record_property("figure", f"{count:,} statements, {read:,} of them still in the language")
