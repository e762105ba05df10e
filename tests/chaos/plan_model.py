"""What must become of one plan when people and the world do this and that: thirty rules, none of them the engine's code."""

from __future__ import annotations

from dataclasses import dataclass, field

APPROVERS = frozenset({"bob", "dan"})  # who are admins, too
OPERATORS = APPROVERS | {"alice"}
BREAKERS = frozenset({"alice", "dan"})  # of the glass
LIFE_S = 3600


@dataclass
class Model:
    """`needed` approvals, none of them the requester's. `gone` are people whose account was switched off."""

    requester: str
    needed: int
    state: str = "pending"
    age_s: float = 0
    votes: set[str] = field(default_factory=set)
    glass: set[str] = field(default_factory=set)  # who broke it: one at most
    gone: set[str] = field(default_factory=set)
    stopped: bool = False
    resuming: set[str] = field(default_factory=set)
    moved: bool = False
    written: bool = False

    @property
    def waiting(self) -> bool:
        return self.state in {"pending", "approved"}

    @property
    def quorum(self) -> bool:
        return len((self.votes | self.glass) - self.gone) >= self.needed or bool(self.glass - self.gone)

    def may(self, who: str) -> bool:
        return who in APPROVERS - self.gone

    # what people do

    def approve(self, who: str) -> None:
        if self._late(approving=True):
            return
        if not self.stopped and self.may(who) and who != self.requester and who not in self.votes:
            self.votes.add(who)
            self.state = "approved" if self.quorum else "pending"

    def break_glass(self, who: str) -> None:
        if self._late(approving=True):
            return
        if not self.stopped and who in BREAKERS - self.gone:
            self.glass = {who}
            self.state = "approved"

    def reject(self, who: str) -> None:
        self._end(who, "rejected")

    def cancel(self, who: str) -> None:
        self._end(who, "cancelled")

    def stop(self, who: str) -> None:
        if who in OPERATORS - self.gone:
            self.stopped = True
            self.resuming = set()

    def resume(self, who: str) -> None:
        if self.stopped and self.may(who):
            self.resuming.add(who)
            self.stopped = len(self.resuming - self.gone) < 2

    # what happens

    def leave(self, who: str) -> None:
        self.gone.add(who)

    def wait(self, seconds: float) -> None:
        self.age_s += seconds

    def drift(self) -> None:
        self.moved = True

    def tick(self) -> None:
        if self.waiting and self.age_s >= LIFE_S:
            self.state = "expired"

    def run(self) -> None:
        if self.state != "approved" or self.stopped or self.age_s >= LIFE_S:
            return
        self.written = self.quorum and not self.moved
        self.state = "succeeded" if self.written else "void"

    # alike for all clicks

    def _late(self, *, approving: bool) -> bool:
        if not self.waiting or (approving and self.state == "approved"):
            return True
        self.tick()
        return not self.waiting

    def _end(self, who: str, word: str) -> None:
        if self._late(approving=False):
            return
        mine = who == self.requester and who not in self.gone
        if mine or self.may(who):
            self.state = "cancelled" if mine else word
