"""The proposed service map: as a message with one button, as a window in which people choose, as what was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.replies import limits
from bot.replies.blocks import Block, Element, context, modal, plain, section
from bot.replies.text import Outbound, cut

REVIEW: Final = "map_review"
MAP_VIEW: Final = "map_confirm"
IN_BOX: Final = 10
SHOWN: Final = 40
Numbered = tuple[int, Mapping[str, Any]]  # by its place in the proposal
NAMES: Final = {"workloads": "workloads", "owner": "owner", "load_balancer": "load balancer", "database": "database", "instances": "instances", "compartment": "compartment", "dashboards": "dashboards"}  # fmt: skip


def lines_of(entry: Mapping[str, Any], out: Outbound) -> str:
    """Each line that would be written, with where it was read; and what is asked."""
    told = [
        f"• {NAMES.get(line, line)}: {out.mrkdwn(_value(value), 300)} _({out.mrkdwn(str(entry['sources'].get(line, '')), 200)})_"
        for line, value in entry["lines"].items()
    ]
    asked = [f"• :grey_question: {out.mrkdwn(ask, 300)}" for ask in entry["asks"]]
    return cut("\n".join((f"*{out.mrkdwn(entry['label'], 160)}*", *told, *asked)), limits.SECTION_TEXT)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_value(one) for one in value[:8]) + (f" and {len(value) - 8} more" if len(value) > 8 else "")  # fmt: skip
    if isinstance(value, Mapping):
        return f"{value['cluster']}/{value['namespace']}/{value['kind']}/{value['name']}"
    return str(value)


def summary(entries: Sequence[Mapping[str, Any]], out: Outbound) -> str:
    """In one or two sentences."""
    if not entries:
        return "Every workload that I see here is in the service map already."
    names = [str(one["label"]) for one in entries[:8]]
    more = f" and {len(entries) - 8} more" if len(entries) > 8 else ""
    asked = sum(bool(one["asks"]) for one in entries)
    open_ = f" Of {asked} something has to be asked first." if asked else ""
    return f"I would add to the service map: {out.mrkdwn(', '.join(names), 600)}{more}.{open_} Nothing is written until a person confirms it."


def review(entries: Sequence[Numbered], out: Outbound, private_metadata: str) -> dict[str, Any]:
    """What would be written, and a box to tick for each; only what nothing has to be asked about is ticked already."""
    shown = entries[:SHOWN]
    more = f" {len(entries) - SHOWN} more come with the next proposal." if len(entries) > SHOWN else ""
    intro = f"What is ticked is written to the service map in your name, and is on record. `services forget NAME` takes it back.{more}"
    blocks: list[Block] = [section(intro)]
    for start in range(0, len(shown), IN_BOX):
        part = shown[start : start + IN_BOX]
        blocks += [section(lines_of(entry, out)) for _, entry in part]
        blocks.append(_boxes(part, start, out))
    blocks.append(context("Read from labels, Helm's marks, tags and topology. What is not sure is left out and asked above."))  # fmt: skip
    return modal(
        "Service map",
        blocks,
        submit=plain("Write what is ticked", limits.MODAL_TITLE),
        callback_id=MAP_VIEW,
        private_metadata=private_metadata[: limits.PRIVATE_METADATA],
    )


def _boxes(part: Sequence[Numbered], start: int, out: Outbound) -> Block:
    options = [_option(entry, number, out) for number, entry in part]
    sure = [option for option, (_, entry) in zip(options, part, strict=True) if not entry["asks"]]
    element: Element = {"type": "checkboxes", "action_id": "chosen", "options": options}
    return {
        "type": "input",
        "block_id": f"chosen:{start}",
        "optional": True,
        "label": plain("Write", 200),
        "element": element | ({"initial_options": sure} if sure else {}),
    }


def _option(entry: Mapping[str, Any], number: int, out: Outbound) -> Element:
    return {"text": plain(out.plain(str(entry["label"])), 75), "value": str(number)}
