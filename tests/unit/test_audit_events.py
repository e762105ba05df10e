"""What can be recorded, and what the record of it looks like."""

import dataclasses
import json
import re

from hypothesis import given
from hypothesis import strategies as st

from storage.audit.chain import GENESIS, Mac, body_of, canonical, link
from storage.audit.events import AuditEvent, EventType
from storage.states import PlanState

OTHERS = {"proposed", "write_intended"}


def test_every_state_of_a_plan_has_its_event_and_no_event_is_of_no_state():
    of_plans = {t.value.removeprefix("plan.") for t in EventType if t.value.startswith("plan.")}
    assert of_plans == {state.value for state in PlanState} | OTHERS


def test_the_states_are_those_of_the_specification(root):
    spec = root.parent / "shared" / "design" / "safety.md"
    if not spec.exists():
        import pytest

        pytest.skip("shared data absent")
    text = spec.read_text()
    part = text[text.index("### 2.1") : text.index("### 2.2")]
    named = set(re.findall(r"\b[a-z_]+\b", part))
    assert {state.value for state in PlanState} <= named


def test_a_body_says_what_the_event_says_and_nothing_empty():
    event = AuditEvent(
        type=EventType.TOOL_RESULT, workspace="T1", tool="k8s_logs", duration_ms=0, approvers=("a",)
    )
    body = json.loads(body_of(event, seq=7, event_id="ev_1", time="2026", key_id="k"))
    assert body == {
        "type": "tool.result", "workspace": "T1", "tool": "k8s_logs", "duration_ms": 0, "approvers": ["a"],
        "seq": 7, "id": "ev_1", "time": "2026", "key_id": "k",
    }  # fmt: skip


def test_nothing_that_an_event_says_can_take_the_place_of_what_we_say():
    names = {f.name for f in dataclasses.fields(AuditEvent)}
    assert not names & {"seq", "id", "time", "key_id"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_any_value_has_a_canonical_text(value):
    text = canonical(value)
    assert text == canonical(value)
    assert json.loads(text.encode()) is not NotImplemented


@given(st.binary(min_size=1, max_size=200), st.binary(min_size=32, max_size=32))
def test_the_quick_mac_is_the_standard_one(key, digest):
    import hmac

    assert Mac(key).of(digest) == hmac.digest(key, digest, "sha256")


def test_the_arithmetic_of_the_chain_is_as_documented():
    import hashlib

    assert link(GENESIS, 1, b"{}") == hashlib.sha256(b"\0" * 32 + b"\0\0\0\0\0\0\0\x01" + b"{}").digest()
