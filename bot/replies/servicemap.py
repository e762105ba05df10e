"""The proposed service map: as a message with one button, as a window in which people choose, as what was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.replies import limits
from bot.replies.blocks import Block, Element, context, modal, plain, section
from bot.replies.text import Outbound, cut

REVIEW: Final = "map_review"
MAP_VIEW: Final = "map_confirm"
MAP_TITLE: Final = "Service map"
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


def summary(data: Mapping[str, Any], out: Outbound) -> str:
    """In a few sentences, of what was read: what would be added and what is left out."""
    return " ".join(filter(None, (_added(data.get("entries", ()), out), _left_out(data, out))))


def _left_out(data: Mapping[str, Any], out: Outbound) -> str:
    told, namesakes = [], data.get("namesakes", ())
    if namesakes:
        more = f" and {len(namesakes) - 5} more" if len(namesakes) > 5 else ""
        told.append(
            f"called as a service of the map and no part of it: {out.mrkdwn(', '.join(namesakes[:5]), 600)}{more}"
        )
    if odd := data.get("odd", 0):
        told.append(f"{odd} whose labels hold no name of a service")
    if more := data.get("more", 0):
        told.append(f"{more} for which there is no room here; they come with the next proposal")
    return f"Left out: {'; '.join(told)}." if told else ""


def _added(entries: Sequence[Mapping[str, Any]], out: Outbound) -> str:
    if not entries:
        return "I see no workload here that could be added to the service map."
    names = [str(one["label"]) for one in entries[:8]]
    more = f" and {len(entries) - 8} more" if len(entries) > 8 else ""
    asked = sum(bool(one["asks"]) for one in entries)
    open_ = f" {asked} of them have a question open; what it is about is not written." if asked else ""
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
        MAP_TITLE,
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
