"""`policy test` and `policy diff` on the command line."""

import pytest

from tests.unit.cli_process import ROOT, run

EXAMPLE = str(ROOT / "policy.example.yaml")
SHOP = ("--channel", "COPS", "--cluster", "local", "--namespace", "shop", "--file", EXAMPLE)


def asked(tmp_path, *words):
    return run(tmp_path, "policy", "test", *words)


def line_of(words):
    return next(
        n
        for n, line in enumerate((ROOT / "policy.example.yaml").read_text().splitlines(), 1)
        if words in line
    )


def test_yes_names_the_binding_and_its_line(tmp_path):
    found = asked(tmp_path, "scale", "--as", "alice", *SHOP)
    line = line_of('subjects: ["group:sre"]')
    assert (found.code, found.out) == (
        0, f"yes  alice: remediation:execute, role operator (bindings[0]:operator, line {line})\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("scale", "--as", "carol", *SHOP), "your roles do not include remediation:execute (default-deny)"),
        (
            ("scale", "--as", "alice", "--risk", "critical", *SHOP),
            "ends at risk high there; this is critical",
        ),
        (("approve:high", "--as", "alice", *SHOP), "do not include approve:high"),
        (("scale", "--as", "alice", "--channel", "CSHARED", "--file", EXAMPLE), "channels.CSHARED.deny"),
        (("remediation:break_glass", "--as", "bob", *SHOP), "do not include remediation:break_glass"),
        (("scale", "--as", "TLOCAL:UNOBODY", *SHOP), "you have no role here"),
    ],
)
def test_no_says_why_and_is_one(tmp_path, words, said):
    found = asked(tmp_path, *words)
    assert (found.code, said in found.out, found.out.startswith("no ")) == (1, True, True), found


def test_without_a_person_everybody_is_asked_about(tmp_path):
    found = asked(tmp_path, "approve:high", "--json", *SHOP)
    assert {one["person"] for one in found.json if one["allow"]} == {"bob", "dan"}
    assert all(one["line"] for one in found.json if one["allow"])
    assert (
        asked(tmp_path, "approve:high", "--cluster", "local", "--namespace", "shop", "--file", EXAMPLE).code
        == 1
    )


def test_a_deny_is_named_with_its_line(tmp_path):
    text = (ROOT / "policy.example.yaml").read_text()
    deny = '  - {subjects: ["person:alice"], role: operator, deny: true, namespaces: ["shop"]}\n'
    (tmp_path / "p.yaml").write_text(text.replace("bindings:\n", "bindings:\n" + deny))
    found = asked(tmp_path, "scale", "--as", "alice", *SHOP[:-1], "p.yaml")
    assert (found.code, "deny:bindings[0]:operator, line" in found.out) == (1, True), found


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sclae", *SHOP), "did you mean scale?"),
        (("scale", "--risk", "huge", *SHOP), "--risk: one of low"),
        (("scale", "--as", "zed", *SHOP), "no person 'zed'"),
        (("scale", "--file", "nowhere.yaml"), "cannot be read"),
    ],
)
def test_what_cannot_be_asked_is_two(tmp_path, words, said):
    found = asked(tmp_path, *words)
    assert (found.code, said in found.err) == (2, True), found


def test_diff_says_it_in_words_and_by_its_exit_code(tmp_path):
    text = (ROOT / "policy.example.yaml").read_text()
    (tmp_path / "new.yaml").write_text(
        text.replace(
            '["person:bob", "person:dan"], role: approver', '["person:bob"], role: approver'
        ).replace("max_objects: 10", "max_objects: 9")
    )
    found = run(tmp_path, "policy", "diff", EXAMPLE, "new.yaml")
    assert found.code == 1
    assert "dan loses approve:low, approve:medium, approve:high in CINCIDENTS, COPS" in found.out
    assert "also changed: risk" in found.out
    assert not [line for line in found.out.splitlines() if line.startswith(("alice", "bob"))], found.out
    same = run(tmp_path, "policy", "diff", EXAMPLE, EXAMPLE)
    assert (same.code, same.out) == (0, "nobody gains or loses a right\n")
    (tmp_path / "bad.yaml").write_text("bindings:\n  - {subjects: [x], role: viewer}\n")
    bad = run(tmp_path, "policy", "diff", EXAMPLE, "bad.yaml")
    assert (bad.code, "bad.yaml: line 2, bindings[0].subjects[0]" in bad.err) == (2, True), bad
