"""The mutation tester: each mutant is the same file with one place changed, and still a program."""

import ast
import json
from pathlib import Path

import pytest

from scripts.mutation.map import Map
from scripts.mutation.mutate import Mutant, mutants
from scripts.mutation.report import markdown
from scripts.mutation.run import Tried, killer

ROOT = Path(__file__).resolve().parents[2]


def news(source: str) -> list[str]:
    return [mutant.new for mutant in mutants(source)]


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("x = a < b", ["(a <= b)"]),
        ("x = a in b", ["(a not in b)"]),
        ("x = a and b and c", ["(a or b or c)", "(a)"]),
        ("x = not a", ["(a)"]),
        ("x = True", ["False"]),
        ("x = 5", ["6"]),
        ("x = a if b else c", ["(a)", "(c)"]),
        ("raise Denied", ["pass"]),
        ("check(it)", ["pass"]),
    ],
)
def test_a_place_goes_wrong_as_a_careless_edit_would(source, wrong):
    assert news(source) == wrong


@pytest.mark.parametrize(
    "source", ["@dataclass(slots=True)\nclass A: ...", "x = f'{a == b}'", '"""Words."""']
)
def test_what_says_nothing_about_behaviour_is_spared(source):
    assert news(source) == []


def test_only_the_named_place_changes():
    first, second = mutants("ü = a == b  # why\ny = c == d\n")
    assert (first.line, first.text) == (1, "ü = (a != b)  # why\ny = c == d\n")
    assert (second.line, second.text) == (2, "ü = a == b  # why\ny = (c != d)\n")


@pytest.mark.parametrize("package", ["gate", "policy", "changes"])
def test_every_mutant_of_the_code_that_decides_is_a_program(package, request):
    """Each fifth file, all with `--full`: files are parsed whole, thousands of times."""
    step = 1 if request.config.getoption("--full") else 5
    for path in sorted((ROOT / "agents" / package).rglob("*.py"))[::step]:
        for mutant in mutants(path.read_text()):
            ast.parse(mutant.text)


def project(root: Path) -> Path:
    """One file, and a test that holds half of it."""
    (root / "agents/gate").mkdir(parents=True)
    (root / "tests/unit").mkdir(parents=True)
    (root / "agents/gate/pair.py").write_text("held = 1\nloose = 1\n")
    (root / "pyproject.toml").write_text(
        "[tool.pytest.ini_options]\npythonpath = ['.']\nmarkers = ['chaos']\n"
    )
    (root / "tests/unit/test_gate_pair.py").write_text(
        "from agents.gate.pair import held\n\ndef test_held():\n    assert held == 1\n"
    )
    return root


def test_a_mutant_that_no_test_notices_survives_and_is_listed(tmp_path):
    root = project(tmp_path)
    file, test = "agents/gate/pair.py", "tests/unit/test_gate_pair.py::test_held"
    text = (root / file).read_text()
    tried = [Tried(file, mutant, killer(root, file, mutant, [test]), 1) for mutant in mutants(text)]
    assert [one.killer for one in tried] == [test, ""]
    assert (root / file).read_text() == text
    page = markdown(tried, "A run.")
    assert f"| `{file}` | 1 | 1 |" in page
    assert "Killed: 50.0 % of 2." in page
    assert f"- `{file}:2`: `1` made `2` (1 tests)" in page


def test_a_mutant_meets_the_tests_that_reach_its_lines_quickest_first(tmp_path):
    seen = {
        "seconds": {"slow": 9.0, "quick": 1.0, "other": 1.0, "broken": 0.1},
        "failed": ["broken"],
        "lines": {"a.py": {"1": [""], "2": ["slow", "quick", "broken"], "3": ["other"]}},
    }
    (tmp_path / "reach-1.json").write_text(json.dumps(seen))
    reach = Map()
    reach.add(tmp_path / "reach-1.json")
    assert reach.tests("a.py", Mutant(2, 2, "", "", "")) == ["quick", "slow"]
    assert reach.tests("a.py", Mutant(1, 1, "", "", "")) == ["other", "quick", "slow"], "run by the import"
    assert reach.tests("a.py", Mutant(9, 9, "", "", "")) == []
