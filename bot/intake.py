"""From a delivery to durable work: who, where, once. Runs before the ack, so that what Slack saw acknowledged is stored.

When the store is down this raises, Slack gets no ack and delivers again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

from agents.people import Actor, Place, Request
from agents.trail import Trail
from bot.directory import Directory
from bot.envelope import Delivery, filled_in, read, text_of
from storage.audit.events import AuditEvent, EventType
from storage.clock import Clock
from storage.database import Database
from storage.inbox import InboxRow
from storage.tx import Tx

TEXT_KEPT = 40_000
PlaceKind = Literal["home", "dm", "channel"]
MESSAGES = frozenset({"mention", "dm", "reply", "edit"})
SAID = MESSAGES - {"edit"}  # an edit comes later than what it names
TS = re.compile(r"\d{1,10}\.\d{1,9}")
STANDINGS_SERVED = frozenset({"member"})


@dataclass(frozen=True, slots=True)
class Admitted:
    """A delivery that is now a row. `request` is what the agents get; `begun`: stored as begun by whoever admitted it."""

    row_id: str
    delivery: Delivery
    request: Request
    payload: Mapping[str, Any]
    begun: bool = False

    @property
    def actor(self) -> Actor:
        return self.request.actor

    @property
    def place(self) -> Place:
        return self.request.place

    @property
    def served(self) -> bool:
        return self.actor.standing in STANDINGS_SERVED


@dataclass
class Intake:
    db: Database
    trail: Trail
    directory: Directory
    clock: Clock
    bot_user: str
    app_id: str = ""
    at_once: Callable[[Actor, Place], bool] = lambda _actor, _place: (
        False
    )  # is a message worked on right away?

    async def admit(self, body: Mapping[str, Any]) -> Admitted | Delivery | None:
        """The admitted work; the delivery itself when it is not for us; None for a duplicate."""
        delivery = read(body, self.bot_user, self.app_id)
        if delivery.kind in {"ignored", "closed", "agent"} or not delivery.workspace:
            return delivery
        means = _reply_means(body)
        actor, place = await self._actor(delivery), await self._place(delivery, means)
        payload = {"delivery": asdict(delivery), **means, "standing": actor.standing}
        engine = through_engine(delivery.kind, payload)
        row = self.db.inbox.row(
            workspace=delivery.workspace,
            kind=delivery.kind,
            channel=delivery.channel,
            thread=place.thread,
            actor_id=actor.id,
            payload=payload,
            correlation=correlation_of(place),
            started=not engine or self.at_once(actor, place),
            lane=place.key if engine and self.db.shared else "",
            said_at=said_at(delivery.kind, payload, self.clock.now()),
        )
        keys = delivery.keys or (f"unkeyed:{row.correlation}:{row.received_at.timestamp()}",)
        received = self.trail.redacted(self._received(row, delivery, actor))
        stored = await self.db.write_whole(partial(self._store, row=row, keys=keys, received=received))
        if stored is None:
            return None
        request = self._request(stored, delivery, actor, place)
        return Admitted(row.id, delivery, request, payload, stored.attempts > 0)

    async def _store(
        self, tx: Tx, row: InboxRow, keys: Sequence[str], received: AuditEvent
    ) -> InboxRow | None:
        """Row and record in one transaction; None for a duplicate."""
        stored = await self.db.inbox.admit(tx, row, keys)
        if stored is not None:
            await self.db.audit.append(tx, received)
        return stored

    async def again(self, row: InboxRow) -> Admitted:
        """The work of a stored row; the actor's standing is read anew, it may have changed."""
        stored = dict(row.payload["delivery"])
        lists = {key: tuple(stored.get(key) or ()) for key in ("keys", "files", "file_ids")}
        delivery = Delivery(**{**stored, **lists})
        actor, place = await self._actor(delivery), await self._place(delivery, row.payload)
        return Admitted(row.id, delivery, self._request(row, delivery, actor, place), row.payload)

    async def _actor(self, delivery: Delivery) -> Actor:
        profile = await self.directory.person(delivery.user, delivery.actor_team)
        return Actor(
            team=delivery.actor_team, user=delivery.user, name=profile.name, standing=profile.standing
        )

    async def _place(self, delivery: Delivery, payload: Mapping[str, Any]) -> Place:
        shared = delivery.shared_externally
        if delivery.channel and not delivery.in_dm and not shared:
            shared = await self.directory.shared_externally(delivery.channel)
        if delivery.kind == "submission" and (opened := opened_from(payload).get("channel")):
            shared = await self.directory.shared_externally(opened, anew=True)
        kind: PlaceKind = "home" if delivery.kind == "home" else "dm" if delivery.in_dm else "channel"
        return Place(
            workspace=delivery.workspace,
            channel=delivery.channel,
            thread=delivery.thread,
            kind=kind,
            shared_externally=shared,
        )

    def _request(self, row: InboxRow, delivery: Delivery, actor: Actor, place: Place) -> Request:
        at: datetime = row.received_at
        return Request(
            id=row.id,
            correlation=row.correlation,
            actor=actor,
            place=place,
            text=delivery.text[:TEXT_KEPT],
            at=at,
            opens=delivery.kind in SAID and 0 < row.attempts <= 1 and delivery.ts == place.thread,
        )

    def _received(self, row: InboxRow, delivery: Delivery, actor: Actor) -> AuditEvent:
        return AuditEvent(
            type=EventType.MESSAGE_RECEIVED,
            workspace=delivery.workspace,
            actor={"id": actor.id, "standing": actor.standing},
            channel=delivery.channel,
            thread=delivery.thread,
            correlation=row.correlation,
            request=row.id,
            detail={"kind": delivery.kind, "characters": len(delivery.text), "text": delivery.text[:400]},
        )


def through_engine(kind: str, payload: Mapping[str, object]) -> bool:
    """Messages, and buttons of a message for everyone that send their own words. All else is worked on at once."""
    asks = str(payload.get("action_id", "")).startswith("ask:") and not payload.get("private")
    return kind in MESSAGES or (kind == "action" and asks)


def said_at(kind: str, payload: Mapping[str, object], received_at: datetime) -> datetime:
    """When Slack says that it was written: of two messages the later one may be delivered first."""
    ts = text_of(payload, "delivery", "ts")
    if kind not in SAID or not TS.fullmatch(ts):
        return received_at
    return min(received_at, datetime.fromtimestamp(float(ts), UTC))


def opened_from(payload: Mapping[str, Any]) -> dict[str, str]:
    """What the button left in its window: where it stood and what it was about. A window itself is in no channel."""
    try:
        found = json.loads(str(payload.get("private_metadata", "")))
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def located(work: Admitted, opened: Mapping[str, str]) -> Admitted:
    """A window that was sent, as if from where its button stood; whether others read along there was read as it came."""
    place = replace(work.place, channel=opened.get("channel", ""), thread=opened.get("thread", ""))
    return replace(work, request=replace(work.request, place=place))


def correlation_of(place: Place) -> str:
    """One id a thread, the same in every process."""
    return "c_" + hashlib.sha256(place.key.encode()).hexdigest()[:12]


def _reply_means(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a later answer needs from the envelope. The response address is a short-lived capability of this delivery."""
    actions = body.get("actions")
    first = actions[0] if isinstance(actions, list) and actions and isinstance(actions[0], Mapping) else {}
    means = {
        "response_url": text_of(body, "response_url"),
        "trigger_id": text_of(body, "trigger_id"),
        "view_id": text_of(body, "view", "id"),
        "private": "yes" if body.get("command") or _only_for_one(body) else "",
        "action_id": text_of(first, "action_id"),
        "value": text_of(first, "value"),
        "callback_id": text_of(body, "view", "callback_id"),
        "about": _about(body),
        "private_metadata": text_of(body, "view", "private_metadata"),
        "reason": text_of(body, "view", "state", "values", "reason", "text", "value"),
        "filled": filled_in(body),
        "chosen": _chosen(body),
    }
    return {key: value for key, value in means.items() if value}


def _chosen(body: Mapping[str, Any]) -> list[str]:
    """What was ticked in a window, whichever of its boxes it stood in."""
    view = body.get("view")
    state = view.get("state") if isinstance(view, Mapping) else None
    values = state.get("values") if isinstance(state, Mapping) else None
    boxes = [item for block in values.values() if isinstance(block, Mapping) for item in block.values()] if isinstance(values, Mapping) else []  # fmt: skip
    ticked = [item.get("selected_options") for item in boxes if isinstance(item, Mapping)]
    options = [one for each in ticked if isinstance(each, list) for one in each]
    return [text for one in options if (text := text_of(one, "value"))][:100]


def _about(body: Mapping[str, Any]) -> str:
    """The words of the message that a shortcut was used on, those of an alert's attachments too."""
    if text_of(body, "type") != "message_action":
        return ""
    message = body.get("message")
    attached = message.get("attachments") if isinstance(message, Mapping) else None
    rows = attached if isinstance(attached, list) else []
    parts = [text_of(one, key) for one in rows for key in ("title", "text", "fallback")]
    return "\n".join(filter(None, [text_of(body, "message", "text"), *parts]))[:TEXT_KEPT]


def _only_for_one(body: Mapping[str, Any]) -> bool:
    """A click on something that only the clicker sees; what it answers is for them alone, too."""
    container = body.get("container")
    return isinstance(container, Mapping) and container.get("is_ephemeral") is True
