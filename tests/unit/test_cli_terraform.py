"""`terraform summarise` on the command line: a file or standard input, for people and programs."""

from tests.unit.cli_process import run
from tests.unit.terraform_plans import plan, row

PLAN = plan(
    row("oci_core_vcn.new", ["create"]),
    row("oci_core_volume.data", ["delete"]),
    row("a.b", ["update"], before={"p": "old-secret"}, after={"p": "new-secret", "q": "new-secret"}, after_sensitive={"p": True}, before_sensitive={"p": True}),
).decode()  # fmt: skip


def test_a_file_is_said_the_riskiest_first_and_without_secrets(tmp_path):
    (tmp_path / "plan.json").write_text(PLAN)
    ran = run(tmp_path, "terraform", "summarise", "plan.json")
    said = ran.out.splitlines()
    assert (ran.code, said[0]) == (0, "1 to destroy, 1 to change, 1 to add (risk critical)")
    assert said[1].startswith("! 1 of what goes hold data or keys")
    assert said[2].startswith("destroy  oci_core_volume.data")
    assert "-secret" not in ran.out


def test_programs_get_json_from_standard_input(tmp_path):
    found = run(tmp_path, "terraform", "summarise", "-", "--json", stdin=PLAN).json
    assert found["counts"] == {"destroy": 1, "change": 1, "add": 1}
    assert found["risk"] == "critical"
    assert [one["what"] for one in found["changes"]] == ["destroy", "change", "add"]
    assert "-secret" not in str(found)


def test_what_is_no_plan_is_refused_in_words(tmp_path):
    ran = run(tmp_path, "terraform", "summarise", "-", stdin="Plan: 1 to add")
    assert ran.code == 2
    assert "terraform show -json" in ran.err
