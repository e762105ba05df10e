"""Plans of Terraform, read and said: the riskiest first, no secret in any line, and no guess about what cannot be read."""

import hashlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.terraform_plans import plan, row
from tools.spec import Risk
from tools.terraform.reading import NoPlan, What
from tools.terraform.summary import before_and_after, lines, stateful, summarise


def said(raw: bytes) -> str:
    return "\n".join(lines(summarise(raw), 50))


def test_what_holds_data_and_goes_comes_first_then_by_danger():
    summary = summarise(
        plan(
            row("oci_core_subnet.new", ["create"]),
            row("oci_core_instance.web", ["update"], before={"shape": "A"}, after={"shape": "B"}),
            row("oci_core_instance.old", ["delete"]),
            row("oci_core_instance.re", ["delete", "create"]),
            row("oci_core_volume.data", ["create", "delete"]),
            row("oci_database_autonomous_database.orders", ["delete"]),
            row("oci_core_volume_attachment.data", ["delete"]),
            row("oci_core_vcn.same", ["no-op"]),
            row("oci_identity_compartment.seen", ["read"], mode="data"),
        )
    )
    assert [one.address for one in summary.changes] == [
        "oci_database_autonomous_database.orders",
        "oci_core_volume.data",
        "oci_core_instance.old",
        "oci_core_volume_attachment.data",
        "oci_core_instance.re",
        "oci_core_instance.web",
        "oci_core_subnet.new",
    ]
    assert summary.headline == "3 to destroy, 2 to replace, 1 to change, 1 to add"
    assert summary.risk is Risk.CRITICAL
    assert (
        "2 of what goes hold data or keys: oci_database_autonomous_database.orders, oci_core_volume.data"
        in summary.warnings
    )


@pytest.mark.parametrize(
    ("actions", "kind", "risk"),
    [
        (["create"], "oci_core_vcn", Risk.MEDIUM),
        (["update"], "oci_core_vcn", Risk.MEDIUM),
        (["delete"], "oci_core_vcn", Risk.HIGH),
        (["delete", "create"], "oci_core_vcn", Risk.HIGH),
        (["forget"], "oci_core_vcn", Risk.HIGH),
        (["delete"], "oci_kms_key", Risk.CRITICAL),
        (["create", "delete"], "oci_objectstorage_bucket", Risk.CRITICAL),
        (["create"], "oci_kms_vault", Risk.MEDIUM),
    ],
)
def test_the_class_is_that_of_the_worst(actions, kind, risk):
    assert summarise(plan(row(f"{kind}.x", actions), row("oci_core_subnet.new", ["create"]))).risk is risk


def test_what_only_joins_two_things_holds_no_data():
    assert stateful("oci_core_volume")
    assert stateful("aws_db_instance")
    assert not stateful("oci_core_volume_attachment")
    assert not stateful("oci_core_volume_backup_policy_assignment")
    assert not stateful("oci_core_subnet")


def test_a_replacement_says_what_forces_it_and_which_goes_first():
    one = row(
        "oci_core_instance.re", ["create", "delete"], before={"ad": "1", "shape": "A"}, after={"ad": "2", "shape": "A"},
        after_unknown={"id": True}, replace_paths=[["ad"]], action_reason="replace_because_cannot_update",
    )  # fmt: skip
    text = before_and_after(summarise(plan(one)).changes[0])[1]
    assert text.startswith("destroyed and made anew, the new one first")
    assert "ad: 1 → 2 (forces replacement)" in text
    assert "replace because cannot update" in text
    assert "shape" not in text
    other = row("oci_core_instance.re", ["delete", "create"])
    assert "the old one goes first" in before_and_after(summarise(plan(other)).changes[0])[1]


def test_moved_imported_and_forgotten():
    summary = summarise(
        plan(
            row("oci_core_vcn.b", ["no-op"], previous_address="oci_core_vcn.a"),
            row("oci_core_vcn.c", ["no-op"], importing={"id": "ocid1.vcn.x"}),
            row("oci_core_vcn.d", ["update"], importing={"id": "ocid1.vcn.y"}, before={"n": 1}, after={"n": 2}),
            row("oci_core_vcn.e", ["forget"]),
        )
    )  # fmt: skip
    assert [one.what for one in summary.changes] == [What.FORGET, What.UPDATE, What.MOVE, What.IMPORT]
    text = "\n".join(lines(summary, 9))
    assert "was oci_core_vcn.a" in text
    assert "n: 1 → 2; imported" in text
    assert summary.destroys == 0


def test_unknown_after_apply_is_said():
    one = row(
        "oci_core_vcn.x", ["update"], before={"cidr": "10.0.0.0/16"}, after={}, after_unknown={"cidr": True}
    )
    assert "cidr: 10.0.0.0/16 → (known after apply)" in said(plan(one))


def test_no_sensitive_value_is_in_any_line_wherever_it_was_copied_to():
    rows = (
        row("a.marked", ["update"], before={"size": "hunter2-old"}, after={"size": "hunter2-new"}, before_sensitive={"size": True}, after_sensitive={"size": True}),
        row("a.copied", ["update"], before={"note": "x"}, after={"note": "db://u:hunter2-new@h"}),
        row("a.whole", ["update"], before={"a": "s3cr3t-one"}, after={"a": "s3cr3t-two"}, before_sensitive=True, after_sensitive=True),
        row("a.nested", ["update"], before={"list": [{"p": "deep-secret"}]}, after={"other": "deep-secret"}, before_sensitive={"list": [{"p": True}]}),
        row("a.named", ["update"], before={"admin_password": "plain-old"}, after={"admin_password": "plain-new"}),
        row("a.number", ["update"], before={"pin": 4711}, after={"pin": 4712, "hint": "4712"}, after_sensitive={"pin": True}, before_sensitive={"pin": True}),
    )  # fmt: skip
    out = {"o": {"actions": ["update"], "before": None, "after": "out-secret", "after_sensitive": True}}
    text = said(
        plan(
            *rows,
            row("a.out", ["update"], before={"t": "1"}, after={"t": "out-secret"}),
            output_changes=out,
        )
    )
    for secret in (
        "hunter2",
        "s3cr3t",
        "deep-secret",
        "plain-old",
        "plain-new",
        "4711",
        "4712",
        "out-secret",
    ):
        assert secret not in text, (secret, text)
    assert "size: (hidden) → (hidden)" in text


@given(st.text("abcdefXYZ0123456789", min_size=8, max_size=20), st.text("abc", max_size=4))
def test_a_sensitive_value_never_shows(secret, around):
    copied = f"{around}{secret}{around}"
    rows = (
        row("x.a", ["update"], before={"v": "1"}, after={"v": secret}, after_sensitive={"v": True}),
        row("x.b", ["update"], before={"w": "1"}, after={"w": copied}),
    )
    assert secret not in said(plan(*rows))


def test_an_empty_plan_changes_nothing_and_outputs_alone_are_none():
    assert summarise(plan()).changes == ()
    assert summarise(plan()).headline == "no changes"
    out = {"o": {"actions": ["create"], "before": None, "after": 1}}
    assert summarise(plan(output_changes=out)).plan.outputs == 1


def test_five_thousand_objects_are_counted_in_little_time():
    raw = plan(*(row(f"oci_core_instance.n{n}", ["update"], before={"s": "a"}, after={"s": f"{n}"}, after_sensitive={"t": True}) for n in range(4_990)),
               *(row(f"oci_core_volume.v{n}", ["delete"]) for n in range(10)))  # fmt: skip
    began = time.perf_counter()
    summary = summarise(raw)
    took = time.perf_counter() - began
    assert len(summary.changes) == 5_000
    assert {one.what for one in summary.changes[:10]} == {What.DESTROY}
    assert lines(summary, 10)[-1] == "... and 4990 to change"
    assert took < 5, took


def test_five_thousand_secrets_do_not_make_it_slow():
    rows = [
        row(f"a.n{n}", ["update"], before={"p": f"secret-{n}"}, after={"p": f"other-{n}", "q": "open"}, before_sensitive={"p": True}, after_sensitive={"p": True})
        for n in range(5_000)
    ]  # fmt: skip
    began = time.perf_counter()
    assert "secret-" not in said(plan(*rows))
    assert time.perf_counter() - began < 10


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "no JSON"),
        (b"Terraform will perform the following actions:", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "no format_version"),
        (b'{"a": 1}', "no format_version"),
        (b'{"format_version": "2.0", "resource_changes": []}', "format version 2.0"),
        (b'{"format_version": "1.0", "values": {}}', "a Terraform state"),
        (plan(errored=True), "could not finish"),
        (plan({"address": "x"}), "a part of it is missing"),
        (plan(row("x.y", ["delete"]) | {"change": {"actions": None}}), "a part of it is missing"),
        (b'{"format_version": "1.2", "resource_changes": 7}', "a part of it is missing"),
        (
            b'{"format_version": "1.2", "resource_changes": [], "output_changes": [1]}',
            "a part of it is missing",
        ),
    ],
)
def test_what_is_no_plan_is_refused_in_words(raw, why):
    with pytest.raises(NoPlan, match=why):
        summarise(raw)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=4), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["address", "change", "actions", "type", "before", "after", "before_sensitive", "after_unknown", "replace_paths", "create"]), inner, max_size=4), max_leaves=12))  # fmt: skip
def test_whatever_stands_in_it_is_read_or_refused(rows):
    body = {"format_version": "1.2", "resource_changes": rows}
    try:
        summarise(json.dumps(body).encode())
    except NoPlan:
        return


def test_an_action_that_is_not_known_is_taken_for_the_worst():
    summary = summarise(plan(row("a.b", ["explode"])))
    assert summary.changes[0].what is What.DESTROY
    assert "unknown action explode" in summary.changes[0].why


def test_the_digest_is_that_of_the_text():
    raw = plan(row("a.b", ["create"]))
    assert summarise(raw).digest == hashlib.sha256(raw).hexdigest()
    assert summarise(raw + b" ").digest != summarise(raw).digest


def test_what_drifted_and_what_was_put_off_is_said():
    drifted = [row("a.b", ["update"], before={"n": 1}, after={"n": 2})]
    warnings = summarise(plan(row("a.b", ["update"]), resource_drift=drifted, complete=False)).warnings
    assert any("1 object differed already" in one for one in warnings)
    assert any("put a part off" in one for one in warnings)
