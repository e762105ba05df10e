"""What the policy says about changes, whoever asks: environments, approval rules, freezes, limits, channels."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from agents.policy.decision import ApprovalRule, Where
from agents.policy.defaults import DEFAULT_APPROVALS, PRODUCTION
from agents.policy.freeze import blocks
from agents.policy.globs import any_matches, in_subtree
from agents.policy.hours import applies
from agents.policy.models import (
    ChannelPart,
    FreezePart,
    HoursPart,
    LimitsPart,
    PolicyFile,
    RiskPart,
    ScopePart,
)
from agents.policy.permissions import Permission
from tools.spec import Risk

PRODUCTION_NAMES = frozenset({PRODUCTION, "prod", "live"})
_PLAIN_CHANNEL = ChannelPart()


class ChangeRules:
    def __init__(self, file: PolicyFile) -> None:
        self.file = file

    def environment_of(self, target: Where) -> str:
        """The first environment that matches; production when none does. Taken from the policy, never from a tag."""
        for environment in self.file.environments:
            if target.cluster:
                fits = any_matches(environment.clusters, target.cluster)
                fits = fits and any_matches(environment.namespaces, target.namespace)
            else:
                fits = in_subtree(environment.compartments, target.compartment)
            if fits:
                return environment.name
        return PRODUCTION

    def environment_named_for(self, path: str) -> str:
        """Which environment the policy itself gives a compartment to; empty for one that is production by default alone."""
        claiming = (one for one in self.file.environments if in_subtree(one.compartments, path))
        return next((one.name for one in claiming), "")

    @staticmethod
    def is_production(environment: str) -> bool:
        return environment.lower() in PRODUCTION_NAMES

    def is_protected(self, target: Where, tags: Iterable[str] = ()) -> bool:
        """By namespace, by compartment, or by a tag, `key=value`."""
        protected = self.file.risk.protected
        if not set(protected.tags).isdisjoint(tags):
            return True
        return any_matches(protected.namespaces, target.namespace) or (
            bool(target.compartment) and in_subtree(protected.compartments, target.compartment)
        )

    def approval_rule(self, risk: Risk, environment: str = PRODUCTION) -> ApprovalRule:
        """Who must approve. From high risk on, and in production always, the requester's own click never counts."""
        part = self.file.approvals.get(risk.value) or DEFAULT_APPROVALS[risk]
        four_eyes = part.not_requester or self.is_production(environment) or risk.rank >= Risk.HIGH.rank
        permission = Permission(part.role) if part.role else Permission.REMEDIATION_EXECUTE
        return ApprovalRule(max(1, part.count), four_eyes, permission, part.expires)

    def freeze_at(self, environment: str, action: str, now: datetime) -> FreezePart | None:
        """The window that stops `action` in `environment` now, if any."""
        return next((w for w in self.file.freeze if blocks(w, environment, action, now)), None)

    def outside_at(self, environment: str, action: str, now: datetime) -> tuple[HoursPart, ...]:
        """The hours outside of which `action` in `environment` would be now; each makes it riskier."""
        return tuple(hours for hours in self.file.risk.hours if applies(hours, environment, action, now))

    # plain settings

    @property
    def limits(self) -> LimitsPart:
        return self.file.limits

    @property
    def risk(self) -> RiskPart:
        return self.file.risk

    def channel(self, channel: str) -> ChannelPart:
        return self.file.channels.get(channel, _PLAIN_CHANNEL)

    @property
    def audit_channels(self) -> tuple[str, ...]:
        """Where plans that have ended are posted."""
        return tuple(name for name, channel in self.file.channels.items() if channel.audit)

    def scope_for(self, channel: str) -> ScopePart:
        return self.channel(channel).scope
