"""Alerts put together as people would, on a corpus of public formats and rules by another hand than the code's."""

import pytest

from agents.triage.correlate import Correlator
from agents.triage.reading import read
from agents.triage.topology import Topology
from tests.unit.test_triage_corpus import pairs
from tests.unit.triage_public_corpus import corpus, services

SEEDS = (11, 12, 13)


@pytest.fixture(scope="module", params=SEEDS)
def groups(request) -> tuple[dict[str, str], dict[str, str]]:
    """Truth and finding, by delivery."""
    told, correlator = corpus(request.param), Correlator(Topology(services()))
    truth = {f"{n:04}": one for n, (_, one, _) in enumerate(told)}
    found = {
        f"{n:04}": correlator.place(read(source, payload, at)[0]).incident.id
        for n, (at, _, (source, payload)) in enumerate(told)
    }
    return truth, found


def test_pairs_are_put_together_and_kept_apart(groups):
    truth, found = map(pairs, groups)
    precision, recall = len(truth & found) / len(found), len(truth & found) / len(truth)
    assert len(groups[0]) >= 500
    assert 2 * precision * recall / (precision + recall) >= 0.95, (precision, recall)
    assert len(found - truth) / len(found) <= 0.005


def test_no_incident_is_hidden_in_another(groups):
    truth, found = groups
    first = {}
    for key, incident in truth.items():
        first.setdefault(incident, found[key])
    assert len(set(first.values())) == len(first)
