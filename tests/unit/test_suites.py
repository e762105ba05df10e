"""The lists of the long suites are true, and their page says what came out."""

from pathlib import Path

import pytest

from scripts.suites.lists import SUITES
from scripts.suites.page import markdown, row, write
from scripts.suites.run import read

ROOT = Path(__file__).resolve().parents[2]
LISTED = [suite for suites in SUITES.values() for suite in suites]
PAGE = """<testsuites><testsuite>
<testcase name="test_a"><properties><property name="figure" value="7 kills"/></properties></testcase>
<testcase name="test_b">{}</testcase>
</testsuite></testsuites>"""


@pytest.mark.parametrize("test", [test for suite in LISTED for test in suite.tests])
def test_each_listed_test_exists(test):
    file, _, name = test.partition("::")
    assert f"def {name}" in (ROOT / file).read_text()


@pytest.mark.parametrize(
    ("inside", "line"),
    [("", "| 7 kills | 2 passed | 3 s |"), ("<failure/>", "| 7 kills | **failed**: `test_b` | 3 s |")],
)
def test_the_page_has_figures_and_what_failed(tmp_path, inside, line):
    page = tmp_path / "junit.xml"
    page.write_text(PAGE.format(inside))
    outcome = read(LISTED[0], page, 3.2)
    assert line in markdown("Chaos", {outcome.suite.says: row(outcome, "A run.")})


def test_a_suite_that_never_ran_has_failed(tmp_path):
    assert row(read(LISTED[0], tmp_path / "none", 1), "A run.")["result"] == "**failed**: `no test ran`"


def test_a_row_that_is_run_anew_leaves_the_others_as_they_were(tmp_path):
    first, second = SUITES["soak"][:2]
    write(tmp_path, "soak", SUITES["soak"], read(second, tmp_path / "none", 1), "The first run.")
    write(tmp_path, "soak", SUITES["soak"], read(first, tmp_path / "none", 2), "The second run.")
    page = (tmp_path / "soak.md").read_text()
    assert page.index(f"- {first.says}: The second run.") < page.index(f"- {second.says}: The first run.")
