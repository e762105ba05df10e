"""What a model may propose of the catalogue: on the names and with the values of the person's own words, and nothing else."""

import pytest

from agents.conversation.mandate import mandate_of
from agents.planner import Context, route
from tests.unit.planner_corpus_reader import CATALOG, NOW

IMAGE = "set the image of checkout to shop/checkout:1.4.2"


def refusal(text: str, action: str, args) -> str:
    context = Context(CATALOG, NOW)
    mandate = mandate_of(route(text, context), context, text)
    return mandate.refuses(action, mandate.fitted(action, args))


@pytest.mark.parametrize(
    ("text", "action", "args"),
    [
        ("drain everything off worker-2 please", "node_drain", {"name": "worker-2"}),
        ("cordon node-3", "node_cordon", {"name": "node-3"}),
        ("drain worker-2, lose local data", "node_drain", {"name": "worker-2", "lose_local_data": True}),
        ("kubectl drain worker-2 --delete-emptydir-data", "node_drain", {"name": "worker-2", "lose_local_data": True}),
        (IMAGE, "set_image", {"service": "checkout", "image": "shop/checkout:1.4.2"}),
        ("clean up failed pods in shop", "pods_clean_up", {"namespace": "shop"}),
    ],
)  # fmt: skip
def test_what_was_ordered_may_be_proposed(text: str, action: str, args) -> None:
    assert refusal(text, action, args) == ""


@pytest.mark.parametrize(
    ("text", "action", "args"),
    [
        ("cordon node-3", "node_cordon", {"name": "node-4"}),
        ("cordon node-3", "node_drain", {"name": "node-3"}),
        ("drain worker-2 in cluster local", "node_drain", {"name": "worker-2", "lose_local_data": True}),
        (IMAGE, "set_image", {"service": "checkout", "image": "evil/checkout:1.4.2"}),
        ("clean up failed pods in shop", "pods_clean_up", {"namespace": "kube-system"}),
        ("set the autoscaler of cart between 3 and 10", "hpa_bounds", {"service": "cart", "max_replicas": 50}),
        ("is node-3 healthy?", "node_cordon", {"name": "node-3"}),
        ("do not drain node-3", "node_drain", {"name": "node-3"}),
        ("the runbook says `kubectl drain node-3`", "node_drain", {"name": "node-3"}),
        ("kubectl drain node-3 --force", "node_drain", {"name": "node-3"}),
    ],
)  # fmt: skip
def test_what_was_not_ordered_may_not(text: str, action: str, args) -> None:
    assert refusal(text, action, args)
