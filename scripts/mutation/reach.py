"""Which test reaches which line: a pytest plugin (`-p scripts.mutation.reach`) that leaves what it saw as JSON.

`REACH_FOLDER` is where to, `REACH_OF` the folders watched, separated by commas. One file a process: {"seconds": {test: of its
call}, "failed": [test], "lines": {file: {line: [test]}}}. The test "" is what happens while modules are imported.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path

import pytest
from coverage import Coverage

SEEN = Coverage(data_file=None, include=[f"{folder}/*" for folder in os.environ["REACH_OF"].split(",")])
SEEN.start()  # before anything of the project is imported
SECONDS: dict[str, float] = defaultdict(float)
FAILED: set[str] = set()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    SEEN.switch_context(item.nodeid)
    try:
        return (yield)
    finally:
        SEEN.switch_context("")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    SECONDS[report.nodeid] += report.duration
    if report.failed:
        FAILED.add(report.nodeid)


def pytest_sessionfinish() -> None:
    SEEN.stop()
    data, here = SEEN.get_data(), Path.cwd()
    lines = {
        str(Path(file).relative_to(here)): {
            str(line): tests for line, tests in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }
    told = {"seconds": SECONDS, "failed": sorted(FAILED), "lines": lines}
    (Path(os.environ["REACH_FOLDER"]) / f"reach-{os.getpid()}.json").write_text(json.dumps(told))
