"""Answers, cards and Home tabs made of noise, from a seed: quick enough for thousands."""

import random
from datetime import UTC, datetime

from agents.changes.requests import OriginView, PlanView, Vote
from agents.outcomes import Answer, Artifact, Failure, Question, Refusal, ToolUse
from bot.glance import Glance, Part
from bot.replies.homepage import HomePage
from bot.replies.states import _STATES
from storage.digests import DigestRow
from storage.preferences import Preferences
from tools.plan import Blast, FieldChange, Ownership, Target
from tools.spec import Chart, Evidence, Scope, Series, Table

NASTY = [
    "<!channel>", "<@UBOB>", "&", "&amp;", "```", "``` code ```", "**bold**", "\n\n\n", "＜!here＞", "x" * 5_000, "",
    " ", "\u202e", "- a\n- b\n1. c", "# head", "https://evil.example/x|y", "\x00\x07", "é" * 400, "<http://a|b>", "`a` ~b~ _c_",
]  # fmt: skip
WHEN = "2026-11-25T04:00:00+00:00"


class Noise:
    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def word(self) -> str:
        if self.rng.random() < 0.5:
            return self.rng.choice(NASTY)
        return "".join(
            chr(self.rng.choice((self.rng.randint(32, 126), self.rng.randint(0, 0xD7FF))))
            for _ in range(self.rng.randint(0, 40))
        )

    def yes(self) -> bool:
        return self.rng.random() < 0.5

    def some(self, make, most: int = 12) -> tuple:
        return tuple(make() for _ in range(self.rng.choice((0, 1, 2, self.rng.randint(0, most)))))

    def words(self, most: int = 12) -> tuple[str, ...]:
        return self.some(self.word, most)

    def evidence(self) -> Evidence:
        return Evidence(self.word(), self.word(), self.word(), self.yes())

    def chart(self) -> Chart:
        labels = tuple(f"{n}{self.word()}" for n in range(self.rng.randint(1, 12)))
        series = self.some(lambda: Series(self.word(), tuple(self.rng.uniform(-1e6, 1e6) for _ in labels)), 8)
        return Chart(
            self.word(), self.rng.choice(("line", "area", "bar")), self.word(), labels, series, self.word()
        )

    def table(self) -> Table:
        rows = tuple((self.word(), self.word()) for _ in range(self.rng.choice((0, 1, 3, 150))))
        return Table(self.word(), ("a", self.word()), rows)

    def outcome(self):
        kind = self.rng.randrange(5)
        if kind == 0:
            return Question(self.word(), self.words())
        if kind == 1:
            return Refusal(self.word(), self.words(), self.word())
        if kind == 2:
            return Failure(self.word(), self.word(), self.word(), self.word())
        return Answer(
            text="\n".join(self.words()), scope=Scope(*(self.word() for _ in range(6))), evidence=self.some(self.evidence, 20),
            ruled_out=self.words(), could_not_see=self.words(), charts=self.some(self.chart, 3), tables=self.some(self.table, 2),
            artifacts=self.some(lambda: Artifact("art_1", self.word(), 1), 5), suggestions=self.words(), notes=self.words(20),
            tools=self.some(lambda: ToolUse(self.word(), {}, ok=True, ms=1), 2), model=self.word(),
        )  # fmt: skip

    def change(self) -> FieldChange:
        return FieldChange(path=self.word(), before=self.word(), after=self.word())

    def view(self, number: int = 1, **fixed) -> PlanView:
        target = Target(
            provider="kubernetes", cluster=self.word(), namespace=self.word(), kind=self.word(), name=self.word(), uid=self.word()
        )  # fmt: skip
        owner = Ownership(detail=self.word(), reverts=self.yes(), lasting_route=self.word())
        made = {
            "id": f"plan_{number}", "hash": self.word(), "state": self.rng.choice(sorted(_STATES)), "title": self.word(),
            "action": self.word(), "args": {self.word(): self.word() for _ in range(3)}, "target": target,
            "environment": self.word(), "risk": self.word(), "requester": self.word(), "requester_id": self.word(),
            "reason": self.word(), "changes": self.some(self.change, 40), "dry_run": self.word(), "blast": Blast(summary=self.word()),
            "reversible": self.yes(), "undo": self.word(), "ownership": owner, "warnings": self.words(), "criterion": self.word(),
            "origins": self.some(lambda: OriginView(self.word(), self.word(), self.word()), 9), "deadline_s": 60.0,
            "approvals_needed": self.rng.randrange(4), "approvals_given": self.rng.randrange(4), "not_requester": self.yes(),
            "approve_permission": self.word(), "who_may": self.words(40),
            "votes": self.some(lambda: Vote(self.word(), self.rng.choice(("approve", "reject")), "04:00:00", self.word()), 5),
            "created_at": WHEN, "expires_at": WHEN, "progress": self.word(), "detail": self.word(), "drift": self.some(self.change, 30),
            "before_after": self.some(lambda: (self.word(), self.word(), self.word()), 15),
            "elapsed_s": self.rng.choice((None, 0.1, 1e6)), "history": self.some(lambda: (WHEN, self.word()), 30),
            "can_approve": self.yes(), "can_undo": self.yes(), "undo_of": self.word(), "unaudited": self.yes(),
            "altered": self.rng.random() < 0.2, "correlation": self.word(),
        }  # fmt: skip
        return PlanView(**{**made, **fixed})

    def glance(self) -> Glance | None:
        parts = self.some(
            lambda: Part(self.word(), self.word(), self.some(self.chart, 1), self.words(), self.word()), 6
        )
        return self.rng.choice((None, Glance(parts, datetime(2026, 11, 25, tzinfo=UTC))))

    def digest(self) -> DigestRow:
        words = (self.word() for _ in range(6))
        when = datetime(2026, 11, 25, tzinfo=UTC)
        return DigestRow(
            next(words),
            "T1",
            self.rng.choice(("C123", self.word())),
            next(words),
            next(words),
            next(words),
            "T1:U1",
            when,
            when,
        )

    def preferences(self) -> Preferences:
        return Preferences(
            "T1",
            "T1:U1",
            **{
                name: self.word()
                for name in (
                    "zone",
                    "verbosity",
                    "service",
                    "cluster",
                    "namespace",
                    "compartment",
                    "quiet_from",
                    "quiet_until",
                )
            },
        )

    def page(self) -> HomePage:
        return HomePage(
            name=self.word(), roles=self.words(), here=self.words(40), waiting=[self.view(n) for n in range(self.rng.randrange(11))],
            mine=[self.view(n) for n in range(self.rng.randrange(9))], states={"a": self.word(), "b": "ok"}, notice=self.word(),
            at=datetime(2026, 11, 25, tzinfo=UTC), glance=self.glance(), budget=self.word(),
            digests=self.rng.choice((None, self.some(self.digest, 14))),
        )  # fmt: skip
