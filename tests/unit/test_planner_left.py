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


@pytest.mark.parametrize(
    ("text", "tool", "args", "left"),
    [
        ("who deployed checkout yesterday?", "k8s_rollouts", {"since": "2026-11-23T00:00:00Z", "until": "2026-11-24T00:00:00Z"}, ()),
        ("what happened at 9:46?", "k8s_events", {"since": "2026-11-24T09:36:00Z", "until": "2026-11-24T09:56:00Z"}, ()),
        ("what changed in checkout at 9:46?", "k8s_rollouts", {"since": "2026-11-24T09:36:00Z", "until": "2026-11-24T09:56:00Z"}, ()),
        ("show me the logs of checkout yesterday", "k8s_logs", {"since": "2026-11-23T00:00:00Z"}, ("the end of the time “yesterday”: this goes on until now",)),
        ("list the pods of checkout yesterday", "k8s_resources", {}, ("the time “yesterday”",)),
        ("why was checkout failing yesterday?", "k8s_diagnose", {}, ("the time “yesterday”: this is how it is now",)),
        ("logs of checkout in the last 15 minutes", "k8s_logs", {"since": "15m"}, ()),
        ("why is checkout slow since 9:40?", "k8s_diagnose", {}, ()),
        ("scale cart to 3 at 17:00", "scale", {"replicas": 3}, ()),
    ],
)  # fmt: skip
def test_a_time_is_taken_or_said_to_be_left(text, tool, args, left):
    found = route(text, Context(CATALOG, NOW))
    assert (found.tool, found.left) == (tool, left)
    assert {key: found.args.get(key) for key in args} == args


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("restart everything", "restart checkout"),
        ("roll back", "roll back checkout"),
        ("why is the chekot thing broken?", "why is the checkout broken?"),
    ],
)
def test_options_are_plain_words(text, option):
    assert option in route(text, Context(CATALOG, NOW)).options
