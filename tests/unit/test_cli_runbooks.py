"""`runbooks list | check | show` on the command line: what is usable, what is wrong and where."""

import shutil

import pytest

from tests.unit.cli_process import POLICY, run

FOLDER = POLICY.parent / "runbooks"


@pytest.fixture
def beside(tmp_path):
    """A policy file with the demo's runbooks."""
    shutil.copy(POLICY, tmp_path / "policy.yaml")
    shutil.copytree(FOLDER, tmp_path / "runbooks")
    return tmp_path


def test_the_demos_runbooks_are_fine_and_listed(beside):
    found = run(beside, "runbooks", "check", POLICY_FILE="policy.yaml")
    assert (found.code, found.out) == (0, f"{len(list(FOLDER.glob('*.yaml')))} runbooks are fine\n")
    listed = run(beside, "runbooks", "list", "--json", POLICY_FILE="policy.yaml")
    assert {one["name"] for one in listed.json} == {path.stem for path in FOLDER.glob("*.yaml")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\nsummary: s\nsteps:\n  - {name: a, action: scale, argz: {}}\n", "argz"),
        ("version: 1\nsummary: s\nsteps:\n  - {name: a, action: destroy_all, args: {}}\n", "destroy_all"),
        ("version: 1\nsummary: s\nsteps:\n  - {name: a, action: scale, args: {service: '{who}'}}\n", "who"),
        ("version: 1\nsummary: [\n", "wrong.yaml"),
    ],
)
def test_a_file_that_is_wrong_is_named_with_what_is_wrong(beside, text, said):
    (beside / "runbooks" / "wrong.yaml").write_text(text)
    found = run(beside, "runbooks", "check", POLICY_FILE="policy.yaml")
    assert found.code == 1
    (line,) = [one for one in found.out.splitlines() if one.startswith("WRONG")]
    assert "wrong.yaml" in line
    assert said in line


def test_without_a_folder_there_are_none(tmp_path):
    shutil.copy(POLICY, tmp_path / "policy.yaml")
    found = run(tmp_path, "runbooks", "list", POLICY_FILE="policy.yaml")
    assert (found.code, found.out) == (0, "no runbooks\n")


def test_a_parameter_that_is_none_is_told(beside):
    found = run(
        beside,
        "runbooks",
        "show",
        "surge-restart",
        "--param",
        "high",
        "--as",
        "alice",
        POLICY_FILE="policy.yaml",
    )
    assert found.code == 2
    assert "'high' is not NAME=VALUE" in found.err
