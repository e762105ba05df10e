"""What a tool ruled out is not said again in a model's words."""

from agents.conversation.once import beyond
from tools.marks import mark, spelled

TOOL = (
    "orders-db: it is the victim; it reached its limit after the rollout, not before",
    "crashes, images, probes: 6 of 6 pods are ready",
)


def test_clauses_that_a_tool_said_already_go() -> None:
    model = [
        "orders-db as the cause, it reached its limit only after the rollout; crashes and probes, 6 of 6 pods are ready"
    ]
    assert beyond(TOOL, model) == []


def test_what_goes_beyond_stays() -> None:
    model = ["a database fault; crashes, images and probes", "cart and catalog, both below 0.1 % errors"]
    assert beyond(TOOL, model) == ["a database fault", "cart and catalog, both below 0.1 % errors"]


def test_the_same_line_twice_is_said_once() -> None:
    assert beyond((), ["a bad node", "a bad node"]) == ["a bad node"]


def test_marks_become_words_or_go() -> None:
    text = f"6 of 6 pods{mark(2)}, one more{mark(3)}"
    assert spelled(text, ["[4]", "[7]"]) == "6 of 6 pods [7], one more"
    assert spelled(text) == "6 of 6 pods, one more"
