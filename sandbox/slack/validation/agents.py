"""What agents show: tasks, plans, and buttons for feedback under an answer."""

from __future__ import annotations

from typing import Final

from sandbox.slack.validation import limits
from sandbox.slack.validation.elements import distinct_actions, element
from sandbox.slack.validation.richtext import rich_text
from sandbox.slack.validation.spot import Spot

STATUSES: Final = ("pending", "in_progress", "complete", "error")


def task_card(spot: Spot) -> None:
    if spot.fields("task_id title", "block_id status details output sources icon hide_title"):
        spot["title"].string()
    for each in spot.get("status"):
        each.one_of(*STATUSES)
    for name in ("details", "output"):
        for each in spot.get(name):
            rich_text(each)
    for each in spot.get("sources"):
        for source in each.items(least=0):
            if source.fields("url text"):
                source["url"].string(limits.BUTTON_URL)


def plan(spot: Spot) -> None:
    if spot.fields("title", "block_id tasks"):
        spot["title"].string()
    for each in spot.get("tasks"):
        for task in each.items(least=0):
            task_card(task)


def context_actions(spot: Spot) -> None:
    if not spot.fields("elements", "block_id"):
        return
    found = spot["elements"].items(limits.CONTEXT_ACTIONS)
    for each in found:
        element(each, ("feedback_buttons", "icon_button"))
    if found:
        distinct_actions(spot["elements"])
