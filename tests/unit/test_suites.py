"""The lists of the long suites are true, and their page says what came out."""

from pathlib import Path

import pytest

from scripts.suites.lists import SUITES
from scripts.suites.run import markdown, read

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
    ("inside", "row"),
    [("", "| 7 kills | 2 passed | 3 s |"), ("<failure/>", "| 7 kills | **failed**: `test_b` | 3 s |")],
)
def test_the_page_has_figures_and_what_failed(tmp_path, inside, row):
    page = tmp_path / "junit.xml"
    page.write_text(PAGE.format(inside))
    assert row in markdown("Chaos", "A run.", [read(LISTED[0], page, 3.2)])


def test_a_suite_that_never_ran_has_failed(tmp_path):
    assert "**failed**: `no test ran`" in markdown("Soak", "A run.", [read(LISTED[0], tmp_path / "none", 1)])
