"""Half a wish is never dropped in silence: what a route does not take up is named with it."""

import pytest

from agents.planner import Context, route
from tests.unit.planner_corpus_reader import CATALOG, NOW


@pytest.mark.parametrize(
    ("text", "tool", "left"),
    [
        ("scale cart to 5 replicas and delete the old pods", "scale", ("delete the old pods",)),
        ("delete the old pods and scale cart to 5", "scale", ("delete the old pods",)),
        ("scale cart to 5, then set cart memory to 64Mi", "set_resources", ("scale cart to 5",)),
        ("restart cart and show me its last errors", "rollout_restart", ("show me its last errors",)),
        ("show the logs of cart and delete the old pods", "k8s_logs", ("delete the old pods",)),
        ("restart cart", "rollout_restart", ()),
        ("please go ahead and restart cart", "rollout_restart", ()),
        ("set cart memory to 64Mi and cpu to 500m", "set_resources", ()),
        ("restart cart because it leaks and is slow", "rollout_restart", ()),
        ("turn cart off and on again", "rollout_restart", ()),
        ("restart cart and do not delete anything", "rollout_restart", ()),
    ],
)
def test_what_is_left_out_is_named(text, tool, left):
    found = route(text, Context(CATALOG, NOW))
    assert (found.tool, found.left) == (tool, left)
