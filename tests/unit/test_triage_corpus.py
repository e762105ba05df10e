"""Alerts put together as people would: measured on stories with a known answer."""

from collections import defaultdict
from itertools import combinations

import pytest

from agents.triage.correlate import Correlator
from agents.triage.reading import read
from agents.triage.topology import Topology
from tests.unit.triage_corpus import Corpus, corpus

SEEDS = (1, 2, 3, 4, 5)


@pytest.fixture(scope="module")
def found() -> dict[int, tuple[Corpus, dict[str, str]]]:
    return {seed: (one := corpus(seed), placed(one)) for seed in SEEDS}


def placed(one: Corpus) -> dict[str, str]:
    """Delivery to incident."""
    correlator = Correlator(Topology(one.services()))
    return {d.id: correlator.place(read(d.source, d.payload, d.at)[0]).incident.id for d in one.deliveries}


def pairs(groups: dict[str, str]) -> set[tuple[str, str]]:
    together = defaultdict(list)
    for key, group in groups.items():
        together[group].append(key)
    return {pair for keys in together.values() for pair in combinations(sorted(keys), 2)}


def test_the_corpus_is_large_and_every_story_is_told(found):
    assert sum(len(one.deliveries) for one, _ in found.values()) >= 2500
    assert all(len(one.deliveries) >= 500 for one, _ in found.values())
    assert {d.source for d in found[1][0].deliveries} == {
        "oci",
        "alertmanager",
        "grafana",
        "generic",
        "slack",
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_pairs_are_put_together_and_kept_apart(found, seed):
    one, got = found[seed]
    truth, told = pairs({d.id: d.truth for d in one.deliveries}), pairs(got)
    precision, recall = len(truth & told) / len(told), len(truth & told) / len(truth)
    assert 2 * precision * recall / (precision + recall) >= 0.95, (precision, recall)
    assert len(told - truth) / len(told) <= 0.005, wrong(one, got)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_incident_is_hidden_in_another(found, seed):
    one, got = found[seed]
    first = {}
    for delivery in one.deliveries:
        first.setdefault(delivery.truth, got[delivery.id])
    shared = [truth for truth, incident in first.items() if list(first.values()).count(incident) > 1]
    assert not shared, wrong(one, got)


def wrong(one: Corpus, got: dict[str, str]) -> list[str]:
    held = defaultdict(set)
    for delivery in one.deliveries:
        held[got[delivery.id]].add(delivery.truth)
    return [f"{incident}: {sorted(truths)}" for incident, truths in held.items() if len(truths) > 1]
