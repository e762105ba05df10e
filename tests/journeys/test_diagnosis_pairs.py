"""Two faults at once that have nothing to do with each other, from the recordings of a real server: both are found, none is invented."""

import itertools
import re
from datetime import datetime
from functools import cache

import pytest

from tests.journeys.test_diagnosis_recorded import DATA, EXPECTED, recording, renamed, snapshot
from tools.cluster.diagnosis.analyse import analyse
from tools.cluster.objects import name, when
from tools.cluster.snapshot import Snapshot

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not DATA.is_dir(), reason="shared data absent")]
# These are about nodes or the namespace as a whole: another fault beside them would be one of theirs.
WHOLE = {"taint-own", "node-notready-own", "finalizer-ns-own"}
STAMP = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ALONE = sorted(set(EXPECTED) - WHOLE)
PAIRS = list(itertools.combinations(ALONE, 2))


@cache
def one(scenario: str) -> Snapshot:
    return snapshot(recording(scenario))


def moved(scenario: str, namespace: str, now: datetime) -> Snapshot:
    """The recording as if it had been made in that namespace at that time, of things with other names."""
    late, home = now - one(scenario).now, one(scenario).namespace
    text, fresh = renamed(scenario, 3)
    text = text.replace(fresh.get(home, home), namespace)
    return snapshot(STAMP.sub(lambda m: (when(m[0]) + late).strftime("%Y-%m-%dT%H:%M:%SZ"), text))


def together(first: str, second: str) -> Snapshot:
    base = one(first)
    other = moved(second, base.namespace, base.now)
    items = {plural: list(found) for plural, found in base.items.items()}
    for plural, found in other.items.items():
        known = {name(item) for item in items.setdefault(plural, [])}
        items[plural] += [item for item in found if name(item) not in known]
    return Snapshot("local", base.namespace, max(base.now, other.now), items, [*base.logs, *other.logs])


def faults(snap: Snapshot) -> set[str]:
    return {finding.fault for finding in analyse(snap).findings}


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=lambda value: value)
def test_both_faults_are_found_and_nothing_else(first, second):
    snap = together(first, second)
    found = faults(snap)
    assert analyse(snap).unexplained == ()
    assert {EXPECTED[first], EXPECTED[second]} <= found
    assert found <= faults(one(first)) | faults(one(second))
