"""A text in pieces gives away no more than the same text at once, wherever it was cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.redaction import Redactor
from agents.redaction.redactor import OVERLAP
from tests.unit.secret_samples import GITHUB, GROQ, WEAK, pem

REDACTOR = Redactor()
BEFORE = "2026-11-23 INFO nothing to see here, move along\n" * 180
AFTER = "2026-11-23 INFO still nothing, thank you\n" * 220
SECRETS = {
    "a token": (f"key {GROQ} end\n", [GROQ, GROQ[:30], GROQ[-30:]]),
    "an env pair": (f"- name: DB_PASSWORD\n  value: {WEAK}-{WEAK}\n", [f"{WEAK}-", f"-{WEAK}"]),
    "colours in a token": (f"key {GITHUB[:9]}\x1b[31m{GITHUB[9:]} end\n", [GITHUB[9:], GITHUB[-20:]]),
    "a PEM key": (pem(lines=3), pem(lines=3).splitlines()[1:-1]),
}


@pytest.mark.parametrize("name", SECRETS)
def test_a_cut_anywhere_gives_nothing_away(name):
    text, secrets = SECRETS[name]
    whole = BEFORE + text + AFTER
    expected = REDACTOR.clean(whole)
    for offset in range(len(text) + 1):
        cut = len(BEFORE) + offset
        out = "".join(REDACTOR.redact_chunks([whole[:cut], whole[cut:]]))
        assert out == expected
        assert not any(secret in out for secret in secrets)


def test_small_pieces_are_the_same_as_one():
    whole = BEFORE + "".join(text for text, _ in SECRETS.values()) + AFTER
    pieces = [whole[at : at + 997] for at in range(0, len(whole), 997)]
    assert "".join(REDACTOR.redact_chunks(pieces)) == REDACTOR.clean(whole)


def test_a_value_that_cannot_be_remembered_is_gone_though_its_name_has_left():
    text = "- name: DB_PASSWORD\n  value: abc\n"
    whole = BEFORE + text + AFTER
    for offset in range(len(text) + 1):
        held = len(BEFORE) + offset + OVERLAP
        assert "value: abc" not in "".join(REDACTOR.redact_chunks([whole[:held], whole[held:]]))


TEXT = st.text(st.sampled_from("abAB01 \t\n=:-_.,;'\"\\{}[]()<>@/$\u200b\u00e9\U0001f680"), max_size=60)
PART = st.sampled_from(
    ["password", "DB_PASSWORD=", "token: ", '"secret":', "--password ", "name: API_KEY\n  value: ", "kind: Secret\ndata:\n  a: ",
     GROQ, GITHUB, "Authorization: Bearer ", "postgres://u:", "[redacted:password]", "[redacted:", "-----BEGIN PRIVATE KEY-----",
     "-----END PRIVATE KEY-----", "aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ="]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXT | PART, max_size=8).map("".join))
def test_redaction_is_stable(text):
    once = REDACTOR.clean(text)
    assert REDACTOR.clean(once) == once


@settings(max_examples=200, deadline=None)
@given(TEXT, TEXT, st.sampled_from([GROQ, GITHUB]))
def test_a_token_is_gone_whatever_stands_around_it(before, after, token):
    out = REDACTOR.clean(f"{before} {token} {after}")
    assert token not in out
    assert token[8:] not in out


@settings(max_examples=200, deadline=None)
@given(st.from_regex(r"[!-~]{1,40}", fullmatch=True))
def test_a_named_value_is_gone_from_json_whatever_it_is(value):
    clean = REDACTOR.redact_json({"env": [{"name": "DB_PASSWORD", "value": value}]})
    kept = clean["env"][0]["value"]
    assert kept == "[redacted:password]" or REDACTOR.redact_json({"password": value}) == {"password": kept}
