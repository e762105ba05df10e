"""The policy language is read without loss: every form, every spelling, and what is no statement is refused where it fails."""

import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.statement_strategies import CONDITIONS, spelled, statements
from tools.access import shown
from tools.access.conditions import rule
from tools.access.statements import parse
from tools.access.syntax import written
from tools.access.tokens import Unreadable

NOT_STATEMENTS = {728, 969}  # two `where` in one statement; a place holder instead of an OCID


@given(statements())
def test_a_generated_statement_is_read_as_what_it_was_made_from_and_written_out_as_it_stood(made):
    text, said = made
    found = parse(text)
    assert shown.statement(found) == said
    assert written(found) == text


@given(st.data())
def test_a_generated_rule_of_a_dynamic_group_is_read_as_what_it_was_made_from(data):
    tokens, said = data.draw(CONDITIONS)
    text = spelled(data.draw, tokens)
    found = rule(text)
    assert shown.condition(found.condition) == said
    assert written(found) == text


@given(
    st.text(
        st.sampled_from(list("alowdenygrup toinxy'\"/{}(),=!: \n\t\x00\u00a0é-")) | st.characters(),
        max_size=60,
    )
)
def test_any_text_is_either_written_out_the_same_or_refused(tail):
    for text in (
        tail,
        f"Allow group A to use x in tenancy {tail}",
        f"allow any-user to read y in tenancy where {tail}",
    ):
        try:
            assert written(parse(text)) == text
        except Unreadable as error:
            assert 0 <= error.at <= len(text)


@pytest.mark.shared
def test_every_statement_of_the_corpus_is_read_and_written_out_byte_for_byte(shared_data):
    raw = (shared_data / "oci" / "policy_statements.txt").read_bytes()
    refused = set()
    for number, line in enumerate(raw.split(b"\n")[:-1], 1):
        try:
            assert written(parse(line.decode())).encode() == line
        except Unreadable:
            refused.add(number)
    assert refused == NOT_STATEMENTS


@pytest.mark.shared
def test_the_examples_of_the_documentation_are_read(shared_data):
    found = json.loads((shared_data / "oci" / "iam" / "policy_statements.json").read_text())
    for text in found["docs_and_public_examples"]:
        assert written(parse(text)) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Define tenancy Acme as ocid1.tenancy.oc1..aa", {"effect": "define", "kind": "tenancy", "name": "Acme", "id": "ocid1.tenancy.oc1..aa"}),
        ("Admit group A of tenancy B to {X_READ} in tenancy", {"effect": "admit", "subject": {"kind": "group", "names": [{"name": "A"}], "of": {"kind": "tenancy", "name": "B"}}, "permissions": ["X_READ"], "place": {"kind": "tenancy"}}),
        ("deny endorse any-user to use x in any-tenancy", {"effect": "deny endorse", "subject": {"kind": "any-user"}, "verb": "use", "resource": "x", "place": {"kind": "any-tenancy"}}),
        ("Endorse group A to associate drgs in tenancy with drg-attachments in tenancy T", {"effect": "endorse", "subject": {"kind": "group", "names": [{"name": "A"}]}, "verb": "associate", "resource": "drgs", "place": {"kind": "tenancy"}, "with": {"resource": "drg-attachments", "place": {"kind": "tenancy", "name": "T"}}}),
        ("Allow service a, b to use keys in compartment 'My own':b", {"effect": "allow", "subject": {"kind": "service", "names": [{"name": "a"}, {"name": "b"}]}, "verb": "use", "resource": "keys", "place": {"kind": "compartment", "path": ["My own", "b"]}}),
    ],
)  # fmt: skip
def test_the_rarer_forms_are_read(text, said):
    assert shown.statement(parse(text)) == said


def test_that_something_must_not_be_there_is_never_lost():
    present, absent = (
        shown.statement(parse(f"allow any-user to use x in tenancy where {sign}request.principal.type"))
        for sign in ("", "!")
    )
    assert (present["where"]["op"], absent["where"]["op"]) == ("present", "absent")


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("", 1, "`allow`"),
        ("Alow group A to use x in tenancy", 1, "`allow`"),
        ("Allow group A to mange x in tenancy", 18, "`manage`"),
        ("Allow group A B to use x in tenancy", 15, "`to`"),
        ("Allow group A, to use x in tenancy", 19, "`to`"),
        ("Allow group A to use x in tenancy now", 35, "`where` or the end"),
        ("Allow group A to use x in tenancy;", 34, "a word"),
        ("Allow group A to use x in tenancy where", 40, "a condition"),
        ("Allow group A to use x in tenancy where a.b = 'c", 47, "a closing '"),
        ("Allow group A to use x in tenancy where a.b = 'c' and d.e = 'f'", 51, "the end"),
        ("Allow group A to use x in tenancy where any {a.b = 'c'", 55, "`}`"),
        ("Allow group A to use x in tenancy where any {}", 46, "a condition"),
        ("Allow group A to use x in tenancy where a.b ~ 'c'", 45, "a word"),
        ("Allow group A to use x in tenancy where a.b like 'c'", 45, "`between`"),
        ("Allow group A of tenancy B to use x in tenancy", 15, "`to`"),
        ("Allow group A to use x in compartment id nothing", 42, "an OCID"),
        ("Admit group A to use x in tenancy", 15, "`of`"),
        ("Allow group \u2018A\u2019 to use x in tenancy", 13, "quoted"),
        ("Allow group A\u00a0B to use x in tenancy", 14, "a digit"),
        ("Allow group A to use x in tenancy\x00", 34, "a word"),
        ("Allow group 'A\x1b[31m' to use x in tenancy", 15, "a letter"),
        ("Allow group 'A\ufffd' to use x in tenancy", 15, "a letter"),
    ],
)  # fmt: skip
def test_what_is_no_statement_is_refused_at_its_place_with_what_was_expected(text, column, expected):
    with pytest.raises(Unreadable) as refused:
        parse(text)
    assert str(refused.value).startswith(f"column {column}: expected ")
    assert expected in refused.value.expected


def test_a_thousand_braces_inside_each_other_are_refused_and_thirty_are_read():
    deep = "allow any-user to use x in tenancy where " + "any {" * 1_000 + "a.b" + "}" * 1_000
    with pytest.raises(Unreadable, match="at most 32 braces"):
        parse(deep)
    fine = "allow any-user to use x in tenancy where " + "any {" * 30 + "a.b" + "}" * 30
    assert written(parse(fine)) == fine


@pytest.mark.parametrize(
    "piece", [" ", "// x\n", "/", "'", "a,", "!", "any {", "a.b = 'c', ", "é", ":", "/a/ "]
)
@pytest.mark.parametrize(
    "start",
    [
        "allow group ",
        "allow any-user to use x in tenancy where any {",
    ],
)
def test_time_grows_with_length_alone(start, piece):
    def seconds(length):
        begun = time.process_time()
        with contextlib.suppress(Unreadable):
            parse(start + piece * (length // len(piece)))
        return time.process_time() - begun

    assert seconds(100_000) < 3  # half a second, on a machine that does nothing else
