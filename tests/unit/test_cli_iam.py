"""`iam` on the command line: statements read a line each, and who can do something in a tenancy."""

import pytest

from tests.unit.cli_process import POLICY, run
from tests.unit.oci_running import running
from tests.unit.oci_tenancy import tenancy

FINE = "Allow group A to use x in tenancy // why"


def test_each_line_of_a_file_is_read_or_refused_on_its_own(tmp_path):
    (tmp_path / "p.txt").write_text(
        f"{FINE}\r\n\n// a comment\nAllow everything\n  allow any-user to {{A}} in tenancy\n"
    )
    ran = run(tmp_path, "iam", "parse", "p.txt", "--json")
    one, two, three = ran.lines
    assert (ran.code, ran.err) == (1, "2 of 3 statements read\n")
    assert (one["line"], one["ok"], one["text"], one["error"]) == (1, True, f"{FINE}\r", None)
    assert one["parsed"]["subject"] == {"kind": "group", "names": [{"name": "A"}]}
    assert (two["line"], two["ok"], two["text"], two["parsed"]) == (4, False, None, None)
    assert two["error"].startswith("column 7: expected `group`")
    assert (three["line"], three["text"]) == (5, "  allow any-user to {A} in tenancy")


def test_standard_input_is_read_and_a_missing_file_is_named(tmp_path):
    ran = run(tmp_path, "iam", "parse", "-", stdin=FINE)
    assert (ran.code, ran.json["text"]) == (0, FINE)
    missing = run(tmp_path, "iam", "parse", "nowhere.txt")
    assert missing.code == 2
    assert "nowhere.txt" in missing.err


@pytest.fixture
def world(tmp_path):
    (tmp_path / "oci").mkdir()
    with running(tenancy(), tmp_path / "oci", speed=20) as local:
        yield local.server.environment()


def test_who_runs_it_asks_with_their_own_profile_and_is_answered_with_addresses(tmp_path, world):
    ran = run(tmp_path, "iam", "who-can", "stop", "instances", "--in", "prod", **world)
    assert ran.code == 0, ran.err
    assert "2 granting it (group Administrators, group Operators)" in ran.out
    assert "(oci:ocid1.policy.oc1" in ran.out
    found = run(tmp_path, "iam", "who-can", "INSTANCE_DELETE", "--in", "prod", "--json", **world).json
    assert [row["who"] for row in found["data"]["grants"]] == ["group Administrators"]


def test_a_doubtful_question_ends_with_what_can_be_asked(tmp_path, world):
    ran = run(tmp_path, "iam", "who-can", "fly", "instances", **world)
    assert ran.code == 1
    assert "  manage instances" in ran.out.splitlines()


def test_with_a_person_named_their_rights_count(tmp_path, world):
    ran = run(
        tmp_path,
        "iam",
        "who-can",
        "stop",
        "instances",
        "--as",
        "T1:UNOBODY",
        POLICY_FILE=str(POLICY),
        **world,
    )
    assert ran.code == 1
    assert "granting" not in ran.out


def test_what_statements_of_a_file_would_add_is_said_and_findings_are_listed(tmp_path, world):
    (tmp_path / "p.txt").write_text("// new\nAllow group Operators to manage policies in compartment lab\n")
    ran = run(tmp_path, "iam", "diff", "p.txt", "--json", **world)
    assert ran.code == 0, ran.err
    (change,) = ran.json["data"]["changes"]
    assert (change["who"]["name"], change["compartment"]) == ("Operators", "lab")
    assert "TOXIC policies" in ran.json["data"]["breaks"][0]
    found = run(tmp_path, "iam", "findings", "TOXIC", "--json", **world).json
    assert found["data"]["total"] == 0
