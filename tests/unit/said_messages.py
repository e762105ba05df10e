"""Every kind of message that the bot posts, made of marked words: `w1`, `w2`, ... each with something live beside it."""

from datetime import UTC, datetime, timedelta
from itertools import count

from agents.changes.requests import OriginView, PlanView, Vote
from agents.digests.digest import Digest, Item, Part
from agents.firstday import Changing
from agents.notifications.event import Event
from agents.outcomes import Answer, Artifact, Failure, Question, Refusal, ToolUse
from agents.policy.detecting import DetectorPart
from agents.servicemap import Looked
from agents.triage.alert import Alert
from agents.triage.correlate import Correlator
from agents.triage.history import ASSIGNED, ESCALATED, FOUND, PLANNED, SNOOZED, History
from agents.triage.topology import Topology
from bot.notify.slackway import SlackWay
from bot.notify.ways import Delivery
from bot.replies import detector, digest, firstday, incident, judging, memory, room, watch
from bot.replies.answer import Footer, render
from bot.replies.card import card
from bot.replies.followup import followup
from bot.replies.question import asked
from bot.replies.states import _STATES
from bot.replies.text import Outbound
from storage.facts import FactRow
from storage.notifications import NotificationRow
from storage.rooms import OPEN, RoomRow
from storage.shadow import JudgedRow, TrustRow, VoteRow
from storage.triagenotes import NoteRow
from storage.watches import WatchRow
from tools.plan import Blast, FieldChange, Ownership, Target
from tools.spec import Chart, Evidence, Scope, Series, Table

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
OUT = Outbound(lambda text: text)
FOOTER = Footer("in_1", "c_1")
LIVE = (
    "<!channel>",
    "<!here>",
    "<!everyone>",
    "<!subteam^S1>",
    "＜!channel＞",
    "@channel",
    "@here",
    "&lt;!here&gt;",
)


class Marked:
    """Words that are each said once, so that a missing one is seen; every one with something live behind it."""

    def __init__(self) -> None:
        self._next = count(1)

    def __call__(self, times: int = 1) -> str:
        number = next(self._next)
        return " ".join(f"word{number}x{n} {LIVE[(number + n) % len(LIVE)]}" for n in range(times))

    def bare(self) -> str:
        """For names of which only the first characters fit."""
        return f"name{next(self._next)}"

    def many(self, number: int) -> tuple[str, ...]:
        return tuple(self() for _ in range(number))


def outcomes():
    say = Marked()
    chart = Chart(say(), "line", "EUR", ("a", "b"), (Series(say.bare(), (1.0, 2.0)),), say())
    untold = Chart(say(), "bar", "EUR", ("a", "b"), (Series(say.bare(), (1.0, 2.0)),))
    table = Table(say(), (say.bare(), say.bare()), tuple((say(), say()) for _ in range(4)))
    yield "question", render(Question(say(), say.many(3)), OUT, FOOTER)
    yield "refusal", render(Refusal(say(), say.many(2), "r", order=say(), because=say()), OUT, FOOTER)
    yield "failure", render(Failure(say(), say(), say(), "r"), OUT, FOOTER)
    answer = Answer(
        text=f"**{say()}**\n- {say()}\n```\n{say()}\n```", scope=Scope(namespace="shop"), evidence=tuple(Evidence("k8s:a/b", say(), say(), untrusted) for untrusted in (True, False)),
        ruled_out=say.many(2), could_not_see=say.many(2), charts=(chart, untold), tables=(table,), artifacts=(Artifact("art_1", say(), 1),),
        suggestions=say.many(2), notes=say.many(2), tools=(ToolUse("t", {}, ok=True, ms=1),), model="offline",
    )  # fmt: skip
    yield "answer", render(answer, OUT, FOOTER)


def view(**fixed) -> PlanView:
    say = Marked()
    target = Target(
        provider="kubernetes",
        cluster="local",
        namespace="shop",
        kind="Deployment",
        name=say.bare(),
        uid="uid",
    )
    made = {
        "id": "plan_1", "hash": "abc", "state": "pending", "title": say(), "action": "scale", "args": {"replicas": say.bare()}, "target": target, "environment": "production",
        "risk": "high", "requester": "alice", "requester_id": "TLOCAL:UALICE", "reason": say(), "changes": (FieldChange(path=say.bare(), before=say.bare(), after=say.bare()),),
        "dry_run": say(), "blast": Blast(summary=say()), "reversible": True, "undo": say(), "ownership": Ownership(detail=say(), reverts=True, lasting_route=say()), "warnings": say.many(5),
        "origins": (OriginView(say.bare(), say(), say()),), "criterion": say(), "deadline_s": 60.0, "approvals_needed": 1, "approvals_given": 0, "not_requester": True,
        "approve_permission": "approve:high", "who_may": ("bob", "dan"), "votes": (Vote("bob", "approve", "04:00:00", say()),), "created_at": NOW.isoformat(), "expires_at": NOW.isoformat(),
        "progress": say(), "detail": say(), "drift": (FieldChange(path=say.bare(), before=say.bare(), after=say.bare()),), "before_after": (("latency", "1", "2"),), "elapsed_s": 1.0, "history": (),
        "can_approve": True, "can_undo": False, "undo_of": "", "unaudited": True, "altered": False, "correlation": "c_1", "saving": say(), "costs": say(), "undo_gone": say(),
        "advice": say(), "advised_by": "model", "who_may_break": ("dan",),
    }  # fmt: skip
    return PlanView(**{**made, **fixed})


def plans():
    for state in sorted(_STATES):
        ends = {"state": state, "can_approve": state == "pending", "can_undo": state == "succeeded"}
        yield f"card {state}", card(view(**ends), OUT)
    yield "card altered", card(view(altered=True, title="This plan was altered"), OUT)
    yield "ask about", asked("UBOB", view(), Marked()(), OUT)
    yield "followup", render(followup(view(state="succeeded")), OUT, FOOTER)


def history(say):
    found = {
        "asked": ["t"], "read": ["t"], "ruled_out": say.many(2), "gaps": say.many(2), "healthy": False, "plan": {}, "alarms": say.many(2), "facts": say.many(1), "measured": say.many(1),
        "hypotheses": [{"words": say(), "for": say.many(2), "against": say.many(1)} for _ in range(2)], "runbooks": say.many(1), "not_proposed": say(), "advice": say.bare(),
        "alike": [{"id": "inc_1", "began": NOW.isoformat(), "about": say(), "fixed": say()}], "about": {"service": say.bare(), "failing": say.bare(), "owner": say.bare(), "on_call": say.bare()},
    }  # fmt: skip
    until = (NOW + timedelta(hours=1)).isoformat()
    kinds = (
        (ASSIGNED, {}), (ESCALATED, {}), (SNOOZED, {"until": until}), (FOUND, found), (PLANNED, {"what": say(), "plan": "plan_1"}),
    )  # fmt: skip
    return History.of(
        [NoteRow(f"n{n}", "T", "inc", "C1", NOW, kind, "TLOCAL:UBOB", detail) for n, (kind, detail) in enumerate(kinds)]
    )  # fmt: skip


def an_incident(say, *, fires=True):
    correlator = Correlator(Topology(()))
    labels = {"namespace": "shop", "service": say.bare()}
    for n in range(7):
        placed = correlator.place(Alert("alertmanager", f"{say.bare()} <!here>", "firing", "critical", NOW, {**labels, "pod": f"p{n}"}, say()))  # fmt: skip
    for seen in placed.incident.seen.values():
        seen.firing = fires
    return placed.incident


def incidents():
    say = Marked()
    one, told = an_incident(say), history(say)
    shown = incident.card(one, NOW, OUT, told)
    yield "incident", shown
    yield "incident without findings", incident.card(one, NOW, OUT)
    yield "incident over", incident.card(an_incident(say, fires=False), NOW, OUT, told)
    judged, votes = JudgedRow("inc_1", "T", "CINC", say(), NOW, "CSHADOW"), (VoteRow("v", "T", "inc_1", "TLOCAL:UBOB", "right", NOW),)  # fmt: skip
    yield "judging", judging.with_judging(shown, *judging.judging(judged, votes))
    yield "judging line", judging.line(judged, say(), firing=True, out=OUT)
    for state in ("proposed", "trusted", "shadow"):
        yield f"trust {state}", judging.trust_message(TrustRow("t", "T", "CINC", say(), "CSHADOW", state, NOW, NOW, "TLOCAL:UBOB", "counted"), OUT)  # fmt: skip
    yield "trust lost", judging.fallen_message(TrustRow("t", "T", "CINC", say(), "CSHADOW", "fallen", NOW, NOW, "TLOCAL:UBOB", "counted"), OUT)  # fmt: skip
    row = RoomRow("r", "T", "CROOM", "inc-1", say(), "TLOCAL:UBOB", NOW, "TLOCAL:UBOB", NOW, OPEN, say(), "inc_1", 2)  # fmt: skip
    yield "room hello", room.hello(row, 5, OUT, "UCLOUDOPS")
    yield "room card", room.room_card(row, (one, told), NOW, OUT)
    yield "room card elsewhere", room.room_card(row, None, NOW, OUT, "CINC")
    yield "room without alert", room.room_card(row, None, NOW, OUT)
    yield "room summary", room.summary(row, [f"- {say()}"], OUT)
    yield "room summary alone", room.summary_alone(row, [f"- {say()}"], "CINC", OUT)
    fact = FactRow("f", "T", "cart", "fact", say(), "TLOCAL:UBOB", NOW, "COPS", NOW)
    yield "fact", memory.asked(fact, say(), OUT)
    yield "fact told", memory.told(say(), OUT)


def digests():
    say = Marked()
    item = lambda: Item(say(), lead=say.bare(), offer=say())  # noqa: E731
    charts = (Chart(say(), "bar", "EUR", ("a", "b"), (Series(say.bare(), (1.0, 2.0)),), say()), Chart(say(), "bar", "EUR", ("a",), (Series(say.bare(), (1.0,)),)))  # fmt: skip
    table = Table(say(), (say.bare(), say.bare()), ((say(), say()), (say(), say())))
    full = Digest("Weekly cost", say(), (Part("Changed", (item(), item()), 3), Part("Open", (item(),))), say.many(2), charts, (table,), worded_by="model", counted=say())  # fmt: skip
    yield "digest", digest.digest_message(full, OUT, {}, say(), judged="digest:1")
    yield "digest of nothing", digest.digest_message(Digest("Weekly cost", say(), problems=say.many(1)), OUT, {}, say())  # fmt: skip


def tellings():
    say = Marked()
    row = WatchRow("w", "T", "COPS", "1.1", "TLOCAL:UALICE", say(), "t", {}, NOW, NOW, NOW, {say.bare(): "x"}, log=say.many(2))  # fmt: skip
    yield "watch", watch.changed(row, say.many(2), OUT)
    yield "watch of one", watch.changed(row, say.many(1), OUT)
    yield "watch unread", watch.unread(row, say(), OUT)
    yield "watch over", watch.over(row, OUT)
    yield "watch lost", watch.lost(row, OUT)
    part = DetectorPart(name="cpu", service="cart")
    yield "detector blind", detector.blind(part, say(), OUT)
    yield "detector seeing", detector.seeing(part, OUT)
    event = Event("k", "incident:1", "cost", "warning", "trigger", NOW, say(), say.many(2), ((say(), say()),), counts=((say(), 2),), counted=say())  # fmt: skip
    kept = NotificationRow("n", "T", "k", "s", "cost", "warning", "trigger", "night", "slack", "slack:COPS", event.kept(), NOW, NOW)  # fmt: skip
    yield "notification", SlackWay(None, OUT).message(Delivery(kept, event, NOW))


def looked():
    say = Marked()
    data = {
        "clusters": [{"name": say.bare(), "namespaces": [say.bare()]}], "compartments": [say.bare()], "known": [say.bare()], "namesakes": [say.bare()], "odd": 1, "more": 2,
        "entries": [{"label": say.bare(), "lines": {}, "asks": ["?"], "sources": {}}],
    }  # fmt: skip
    changes = Changing((say.bare(),), (say.bare(),), (say.bare(),))
    yield "first day", firstday.first_message(Looked(data, say.many(2)), "<@UBOB>", changes, say.many(3), proposal="p", out=OUT)  # fmt: skip
    yield "first day without rights", firstday.first_message(Looked(refused=say()), "", Changing(), (), proposal="", out=OUT)  # fmt: skip


def every_message():
    for make in (outcomes, plans, incidents, digests, tellings, looked):
        yield from make()
