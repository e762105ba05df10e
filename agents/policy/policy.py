"""Decisions. Deny by default, explicit deny wins, an error while deciding is a deny; text never changes any of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from agents.people import Actor, Place
from agents.policy.compile import Binding, Compiled, Offer
from agents.policy.decision import Decision, NoUserGroups, Person, UserGroups, Where
from agents.policy.matching import Question, denies, grants, place_fits, scope_of, spell, tool_fits
from agents.policy.permissions import MUTATING, Permission
from agents.policy.reach import Reach
from agents.policy.rules import ChangeRules
from tools.cluster.acting import Acting
from tools.spec import Risk, Scope, Tool

RISKS = tuple(Risk)
STALE_S = 300.0  # a user-group answer older than this grants no mutation
EVALUATION_ERRORS = (
    ArithmeticError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError, re.error,
)  # fmt: skip
NOWHERE = Scope()


class Policy(ChangeRules):
    """One reading of the policy file; immutable, so that a decision never sees half of a reload."""

    def __init__(
        self, compiled: Compiled, groups: UserGroups | None = None, held: tuple[Binding, ...] = ()
    ) -> None:
        """`held`: what people hold for a while beside the file."""
        super().__init__(compiled.file)
        self.hash = compiled.hash
        self.people = compiled.people
        self.roles = compiled.roles
        self.compiled = compiled
        self._bindings = compiled.bindings + held
        self.groups = self._groups = groups or NoUserGroups()
        self._by_account = {account: person for person in compiled.people for account in person.accounts}
        self._by_name = {person.name: person for person in compiled.people}
        self._usergroups = frozenset(g for b in compiled.bindings for g in b.usergroups)

    # people

    def person_of(self, actor: Actor) -> Person | None:
        """The human behind an account; None when neither the policy nor one of its user groups knows the account."""
        listed = self._by_account.get(actor.id)
        if listed is not None:
            return listed
        if any(actor.id in self._groups.members(group).accounts for group in self._usergroups):
            return Person(actor.id, actor.name or actor.id, (actor.id,), listed=False)
        return None

    def principal(self, actor: Actor) -> str:
        """One id a human, whichever of their accounts they use; of whom nobody knows, that of the account."""
        person = self.person_of(actor)
        return person.id if person is not None else actor.id

    def person_named(self, name: str) -> Person | None:
        return self._by_name.get(name)

    def acting_of(self, principal: str) -> Acting | None:
        """How clusters know the person of that account."""
        person = self._by_account.get(principal)
        return person.kubernetes if person else None

    # decisions

    def decide(
        self,
        actor: Actor,
        place: Place,
        permission: str,
        scope: Where = NOWHERE,
        tool: str = "",
        *,
        args: Mapping[str, Any] | None = None,
        risk: Risk = Risk.LOW,
    ) -> Decision:
        """May `actor` at `place` use `permission` on `scope` with `tool`, its final `args` and `risk`? Never raises."""
        try:
            if permission not in Permission._value2member_map_:
                return Decision(False, "unknown-permission", f"there is no permission {permission!r}")
            where = scope_of(scope, args) if args else scope
            asked = Question(actor, place, Permission(permission), where, tool, risk.rank)
            return self._refused_outright(actor, place) or self._by_bindings(asked)
        except EVALUATION_ERRORS as error:
            return Decision(False, "error", f"the policy could not be evaluated ({type(error).__name__})")

    def _refused_outright(self, actor: Actor, place: Place) -> Decision | None:
        if actor.standing != "member":
            return Decision(False, f"standing:{actor.standing}", _STANDING[actor.standing])
        if place.shared_externally:
            return Decision(False, "shared-channel", "this channel is shared with another company")
        channel = self.file.channels.get(place.channel)
        if channel is not None and channel.deny:
            return Decision(False, f"channels.{place.channel}.deny", "the bot does nothing in this channel")
        return None

    def _by_bindings(self, asked: Question) -> Decision:
        person = self._by_account.get(asked.actor.id)
        granted: Binding | None = None
        for binding in self._bindings:
            if asked.permission not in binding.permissions or not self._about(binding, asked, person):
                continue
            if binding.part.deny:
                if denies(binding, asked):
                    return self._no(asked, f"deny:{binding.rule_id}", "a rule of the policy forbids it")
            elif granted is None and place_fits(binding, asked.place) and grants(binding, asked):
                granted = binding
        if granted is not None:
            return Decision(True, granted.rule_id, f"role {granted.role}", roles=(granted.role,))
        return self._no(asked, "default-deny", self._why_not(asked, person))

    def _about(self, binding: Binding, asked: Question, person: Person | None) -> bool:
        """Whether the binding speaks of this actor. A stale user group grants no mutation, yet still denies one."""
        if person is not None and person.name in binding.people:
            return True
        for group in binding.usergroups:
            members = self._groups.members(group)
            fresh = members.age_s <= STALE_S or asked.permission not in MUTATING or binding.part.deny
            accounts = person.accounts if person is not None else (asked.actor.id,)
            if fresh and not members.accounts.isdisjoint(accounts):
                return True
        return False

    def _no(self, asked: Question, rule_id: str, reason: str) -> Decision:
        return Decision(False, rule_id, reason, who_may=self._who_may(asked))

    def _why_not(self, asked: Question, person: Person | None) -> str:
        if person is None and self.person_of(asked.actor) is None:
            return "you have no role here"
        mine = [
            b
            for b in self._bindings
            if not b.part.deny and asked.permission in b.permissions and self._about(b, asked, person)
        ]
        if not mine:
            return f"your roles do not include {asked.permission}"
        if not any(place_fits(b, asked.place) for b in mine):
            return f"your right to {asked.permission} does not hold in this channel"
        if (most := self._most_there(asked, mine)) is not None:
            return f"your right to {asked.permission} ends at risk {RISKS[most]} there; this is {RISKS[asked.rank]}"
        return f"your right to {asked.permission} does not reach {spell(asked)}"

    @staticmethod
    def _most_there(asked: Question, mine: list[Binding]) -> int | None:
        """The highest risk of the bindings that fail by the risk alone."""
        bold = replace(asked, rank=0)
        return max((b.max_rank for b in mine if place_fits(b, asked.place) and grants(b, bold)), default=None)

    def _who_may(self, asked: Question) -> tuple[str, ...]:
        """Names of those who may do it somewhere, the asking person left out."""
        me = self._by_account.get(asked.actor.id)
        names: dict[str, None] = {}
        for binding in self._bindings:
            if not binding.part.deny and asked.permission in binding.permissions and grants(binding, asked):
                names.update(dict.fromkeys(sorted(binding.people)))
        denied = {
            name
            for b in self._bindings
            if b.part.deny and asked.permission in b.permissions and denies(b, asked)
            for name in b.people
        }
        return tuple(name for name in names if name not in denied and (me is None or name != me.name))

    def offer(self, name: str) -> Offer | None:
        return next((offer for offer in self.compiled.offers if offer.name == name), None)

    @property
    def bindings(self) -> tuple[Binding, ...]:
        return self._bindings

    def rule(self, rule_id: str) -> Binding | None:
        """The binding that a decision names as its reason; None where the reason was another."""
        name = rule_id.removeprefix("deny:")
        return next((binding for binding in self._bindings if binding.rule_id == name), None)

    # what a person sees

    def visible_tools(self, actor: Actor, place: Place, tools: Iterable[Tool[Any]]) -> tuple[Tool[Any], ...]:
        """The tools that the person may use on something at this place, in the order given."""
        return tuple(t for t in tools if self.holds(actor, place, t.permission, t.name))

    def holds(self, actor: Actor, place: Place, permission: str, tool: str = "") -> bool:
        """Whether the person has the right on anything at all here; for help, buttons and tool lists, never to act."""
        if self._refused_outright(actor, place) or permission not in Permission._value2member_map_:
            return False
        asked = Question(actor, place, Permission(permission), NOWHERE, tool, 0)
        try:
            return any(self._granting(asked)) and not self._forbidden(asked)
        except EVALUATION_ERRORS:
            return False

    def _forbidden(self, asked: Question) -> bool:
        """Whether a deny leaves nothing of the right: one without a scope, or of just this tool."""
        person = self._by_account.get(asked.actor.id)
        return any(
            binding.part.deny
            and asked.permission in binding.permissions
            and (bool(asked.tool) or not binding.part.tools)
            and self._about(binding, asked, person)
            and denies(binding, asked)
            for binding in self._bindings
        )

    def _granting(self, asked: Question) -> Iterator[Binding]:
        person = self._by_account.get(asked.actor.id)
        for binding in self._bindings:
            if (
                not binding.part.deny
                and asked.permission in binding.permissions
                and self._about(binding, asked, person)
                and place_fits(binding, asked.place)
                and tool_fits(binding, asked.tool)
            ):
                yield binding

    def reach(
        self, actor: Actor, place: Place, permission: str = Permission.MONITORING_READ, tool: str = ""
    ) -> Reach:
        """Where the person may look with this right. Lists drop the rest."""
        if not self.holds(actor, place, permission, tool):
            return Reach((), ())
        asked = Question(actor, place, Permission(permission), NOWHERE, tool, 0)
        person = self._by_account.get(actor.id)
        denying = tuple(
            b.part
            for b in self._bindings
            if b.part.deny and asked.permission in b.permissions and self._about(b, asked, person)
            if (not b.part.channels or place_fits(b, place)) and tool_fits(b, tool)
        )
        return Reach(tuple(b.part for b in self._granting(asked)), denying)

    def places_named(self, workspace: str) -> tuple[Place, ...]:
        """Every place that a binding names; for a right that must hold somewhere, wherever it is asked about."""
        named = {c for binding in self._bindings for c in binding.part.channels if "*" not in c}
        return tuple(Place(workspace, channel, "") for channel in sorted(named))

    def roles_of(self, actor: Actor, place: Place | None = None) -> tuple[str, ...]:
        """Role names of the person, anywhere or at one place, each once."""
        person = self._by_account.get(actor.id)
        asked = Question(actor, place or _ANYWHERE, Permission.MONITORING_READ, NOWHERE, "", 0)
        roles = dict.fromkeys(
            b.role
            for b in self._bindings
            if not b.part.deny and self._about(b, asked, person) and (place is None or place_fits(b, place))
        )
        return tuple(roles)

    def permissions_of(self, account: str) -> frozenset[Permission]:
        """Everything that a listed account may do somewhere; for naming who may, never to decide."""
        person = self._by_account.get(account)
        if person is None:
            return frozenset()
        found = (b.permissions for b in self._bindings if not b.part.deny and person.name in b.people)
        return frozenset().union(*found)

    # changes

    def may_approve(
        self, actor: Actor, place: Place, risk: Risk, target: Where, action: str = ""
    ) -> Decision:
        """Whether the person's click would count by right; whether they are the requester is the change's concern."""
        rule = self.approval_rule(risk, self.environment_of(target))
        return self.decide(actor, place, rule.permission, target, tool=action, risk=risk)

    def who_may_approve(self, risk: Risk, target: Where, action: str = "") -> tuple[str, ...]:
        """Names of those who may approve somewhere; the card shows them without the requester where that matters."""
        rule = self.approval_rule(risk, self.environment_of(target))
        return self.who_may(rule.permission, risk, target, action)

    def who_may(self, permission: Permission, risk: Risk, target: Where, action: str) -> tuple[str, ...]:
        """Names of those who hold the right over this somewhere."""
        return self._who_may(Question(_NOBODY, _ANYWHERE, permission, target, action, risk.rank))


_NOBODY = Actor("", "")
_ANYWHERE = Place("", "", "")
_STANDING = {
    "guest": "guests may not use the bot",
    "outsider": "people of other companies may not use the bot",
    "bot": "bots have no rights",
    "deactivated": "the account is deactivated",
    "unknown": "Slack could not say who this is",
}
