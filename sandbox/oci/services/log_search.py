"""Logging Search: `search "PLACE" ["PLACE"] | where A = 'x*' and B contains 'y' | sort by datetime desc`.

What stands in no such query is refused, as the real service refuses what it cannot parse.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.errors import bad_parameter
from sandbox.oci.tenancy.records import Json, Record
from sandbox.oci.times import epoch, given, stamp

SERVICE: Final = "loggingsearch"
LONGEST_S: Final = 14 * 86_400
USUAL: Final = 100
_PLACES: Final = re.compile(r'"([^"]+)"')
_CONDITION: Final = re.compile(r"([\w.]+)\s*(!=|=|contains)\s*'((?:[^'\\]|\\.)*)'")
_WHERE: Final = re.compile(rf"where\s+({_CONDITION.pattern}(?:\s+and\s+{_CONDITION.pattern})*)")
_STAGE: Final = re.compile(r"\|(?=(?:[^']*'[^']*')*[^']*$)")
Test = Callable[[Json], bool]


def _search(call: Call) -> Answer:
    start = given("timeStart", str(call.body["timeStart"]))
    end = given("timeEnd", str(call.body["timeEnd"]))
    if not 0 < end - start <= LONGEST_S:
        raise bad_parameter("timeEnd must be after timeStart, at most 14 days")
    places, tests = _read(call, str(call.body["searchQuery"]))
    found = [line for line in _lines(call, places) if start <= line["datetime"] / 1000 < end]
    found = [line for line in found if all(test(line["logContent"]) for test in tests)]
    found.sort(key=lambda line: -line["datetime"])
    return _page(call, found)


def _page(call: Call, found: list[Json]) -> Answer:
    """Results are no list of their own, so they are cut here; the page is a plain number."""
    begin, size = int(call.query.get("page") or 0), int(call.query.get("limit") or USUAL)
    part = found[begin : begin + size]
    more = {"opc-next-page": str(begin + size)} if begin + size < len(found) else {}
    body = {
        "results": [{"data": line} for line in part],
        "fields": [],
        "summary": {"resultCount": len(part), "fieldCount": 0},
    }
    return Answer(body, headers=more)


def _read(call: Call, text: str) -> tuple[set[str], list[Test]]:
    first, *stages = (part.strip() for part in _STAGE.split(text))
    places = {one.split("/")[0] for one in _PLACES.findall(first)}
    if not first.startswith("search ") or not places:
        raise bad_parameter("The query is not valid: it must begin with search and a place")
    for place in places:
        call.need(place)
    tests = [test for stage in stages for test in _stage(stage)]
    return places, tests


def _stage(stage: str) -> Iterator[Test]:
    if re.fullmatch(r"sort by datetime (asc|desc)", stage):
        return
    if not _WHERE.fullmatch(stage):
        raise bad_parameter(f"The query is not valid: {stage[:80]}")
    for name, operator, value in _CONDITION.findall(stage.removeprefix("where")):
        yield _test(name, operator, re.sub(r"\\(.)", r"\1", value))


def _test(name: str, operator: str, value: str) -> Test:
    def holds(content: Json) -> bool:
        said = json.dumps(content) if name == "logContent" else str(_at(content, name))
        if operator == "contains":
            return value.lower() in said.lower()
        return fnmatch.fnmatchcase(said.lower(), value.lower()) is (operator == "=")

    return holds


def _at(content: Any, name: str) -> Any:
    for key in name.split("."):
        content = content.get(key, "") if isinstance(content, dict) else ""
    return content


def _lines(call: Call, places: set[str]) -> Iterator[Json]:
    for one in call.tenancy.records.of(SERVICE, "SearchResult"):
        if one.compartment in places:
            yield from _said(one)


def _said(one: Record) -> Iterator[Json]:
    """`aside` says how often it was said, and how many seconds apart."""
    content: Json = one.body["data"]
    first = epoch(str(content["time"]))
    for number in range(int(one.hidden.get("times", 1))):
        at = first - number * float(one.hidden.get("apart", 60))
        own = {"compartmentid": one.compartment, "logid": one.hidden.get("log", ""), "loggroupid": ""}
        line = {**content, "id": f"{one.id[-12:]}-{number}", "time": stamp(at), "oracle": own}
        yield {"datetime": int(at * 1000), "logContent": line}


TABLE: Final[Table] = {"search_logs": _search}
