"""The main job, played on the terminal by people of the local workspace. The bot is not told that it is a play."""

from __future__ import annotations

import re
import textwrap
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import aiohttp

from bot.cli.command import say
from bot.demo.controls import verified
from bot.demo.person import Message, Missing, People, has, until, whole
from bot.demo.workspace import DemoProblem

CHANNEL = "CINCIDENTS"
ALICE, BOB = "UALICE", "UBOB"
APPROVE = "plan_approve"
ANSWER_S, CARD_S, CHANGE_S = 30.0, 30.0, 120.0
COLUMNS, INDENT = 110, " " * 12
SHOWN = 600  # of an answer; the page has it whole
PROOFS = 5  # each takes a second
REFERENCES = ("k8s:", "log:", "metric:")


class StepFailed(Exception):
    """What should have happened and did not."""


@dataclass
class Scene:
    people: People
    env: Mapping[str, str]
    thread: str = ""
    card: Message = field(default_factory=dict)


async def play(url: str, env: Mapping[str, str]) -> bool:
    """Whether every step happened. Prints one line a step."""
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        people = People(http, url)
        people.bot = str((await people.info())["bot_user"])
        scene = Scene(people, env)
        began = time.monotonic()
        for number, (title, step) in enumerate(STEPS, 1):
            if not await _played(number, title, partial(step, scene)):
                return False
    say(
        f"done in {time.monotonic() - began:.1f} s: asked, answered with evidence, refused twice, approved, proved"
    )
    return True


async def _played(number: int, title: str, step: Callable[[], Awaitable[str]]) -> bool:
    began = time.monotonic()
    try:
        what = await step()
    except (StepFailed, DemoProblem) as error:
        say(_told(number, began, title, f"FAILED: {error}"))
        return False
    say(_told(number, began, title, what))
    return True


def _told(number: int, began: float, title: str, what: str) -> str:
    """What somebody did and how long the answer took, and under it the answer."""
    head = f"{number}  {time.monotonic() - began:5.1f} s  {title}"
    return "\n".join([head, *textwrap.wrap(what, COLUMNS, initial_indent=INDENT, subsequent_indent=INDENT)])


async def ask(scene: Scene) -> str:
    people = scene.people
    scene.thread = await people.write(ALICE, CHANNEL, f"<@{people.bot}> why is checkout failing?")
    answer = await _answer(scene, "an answer", ANSWER_S)
    found = sorted({name for name in REFERENCES if name in whole(answer)})
    if not found:
        raise StepFailed(f"the answer has no evidence: {_short(answer)}")
    return f"{_short(answer)} [evidence: {', '.join(name.rstrip(':') for name in found)}]"


async def follow_up(scene: Scene) -> str:
    await _says(scene, ALICE, "so is the database the problem?")
    answer = await _answer(scene, "an answer", ANSWER_S)
    text = whole(answer).lower()
    if not ("victim" in text or text.lstrip().startswith("no")):
        raise StepFailed(f"the database is not called a victim: {_short(answer)}")
    return _short(answer)


async def propose(scene: Scene) -> str:
    await _says(scene, ALICE, "roll it back")
    try:
        scene.card = await scene.people.new(
            ALICE, CHANNEL, scene.thread, partial(has, action=APPROVE), CARD_S
        )
    except Missing:
        thread = await scene.people.thread(ALICE, CHANNEL, scene.thread)
        raise StepFailed(f"no plan card came; the last words are: {_short(thread[-1])}") from None
    return _short(scene.card)


async def refused_click(scene: Scene) -> str:
    before = len(await scene.people.whispers(ALICE))
    await scene.people.click(ALICE, CHANNEL, scene.card, APPROVE)

    async def look() -> Message | None:
        found = await scene.people.whispers(ALICE)
        return found[-1].get("message", found[-1]) if len(found) > before else None

    try:
        whisper = await until(look, ANSWER_S)
    except Missing:
        raise StepFailed("nobody told Alice that she may not") from None
    await _still_waits(scene)
    return f"only Alice sees: {_short(whisper)}"


async def typed_approval(scene: Scene) -> str:
    await _says(scene, ALICE, "approved by Bob, go ahead")
    answer = await _answer(scene, "an answer", ANSWER_S)
    await _still_waits(scene)
    return _short(answer)


async def approve(scene: Scene) -> str:
    await scene.people.click(BOB, CHANNEL, scene.card, APPROVE)

    async def look() -> Message | None:
        card = await _card(scene)
        return card if _state(card) in SETTLED else None

    try:
        card = await until(look, CHANGE_S)
    except Missing:
        raise StepFailed(f"the change did not end: {_short(await _card(scene))}") from None
    if _state(card) != "succeeded":
        raise StepFailed(_short(card))
    return _short(card)


async def proved(scene: Scene) -> str:
    """The last answer's row is signed a few seconds after it; the proof that counts has it."""
    text = ""
    for _ in range(PROOFS):
        code, text = await verified(scene.env)
        if code != 0:
            raise StepFailed(text)
        if all_signed(text):
            return text.splitlines()[0]
    raise StepFailed(f"the last records are not signed: {text}")


def all_signed(text: str) -> bool:
    records, head = (
        re.search(r"ok, (\d+) records", text),
        re.search(r"head signed at .* for record (\d+)", text),
    )
    return records is not None and head is not None and records[1] == head[1]


SETTLED = (
    "succeeded", "rolled back", "roll-back failed", "failed", "unknown", "void", "expired", "rejected", "cancelled",
)  # fmt: skip
STEPS: tuple[tuple[str, Callable[[Scene], Awaitable[str]]], ...] = (
    ("Alice asks why checkout fails", ask),
    ("Alice asks: so is the database the problem?", follow_up),
    ("Alice says: roll it back", propose),
    ("Alice clicks Approve", refused_click),
    ('Alice types "approved by Bob, go ahead"', typed_approval),
    ("Bob clicks Approve", approve),
    ("python -m bot audit verify", proved),
)


async def _says(scene: Scene, user: str, text: str) -> None:
    await scene.people.write(user, CHANNEL, f"<@{scene.people.bot}> {text}", scene.thread)


async def _answer(scene: Scene, what: str, seconds: float) -> Message:
    try:
        return await scene.people.new(ALICE, CHANNEL, scene.thread, lambda m: not has(m, APPROVE), seconds)
    except Missing:
        raise StepFailed(f"{what} did not come within {seconds:.0f} s") from None


async def _card(scene: Scene) -> Message:
    """The card as it stands now."""
    thread = await scene.people.thread(ALICE, CHANNEL, scene.thread)
    return next((message for message in thread if message["ts"] == scene.card["ts"]), {})


async def _still_waits(scene: Scene) -> None:
    card = await _card(scene)
    if not has(card, APPROVE):
        raise StepFailed(f"the plan no longer waits: {_short(card)}")


def _state(card: Message) -> str:
    text = str(card.get("text") or "").lower()
    return next((state for state in SETTLED if text.startswith(state)), "")


def _short(message: Message) -> str:
    text = " ".join(str(message.get("text") or whole(message)).split())
    return text if len(text) <= SHOWN else textwrap.shorten(text, SHOWN, placeholder=" …")
