"""Suggested prompts of the agent's conversation: about what the channel is about that the person looks at.

A hint and nothing else: it is not stored, grants nothing, and whoever does not get it has the manifest's prompts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from agents.people import Actor, Place
from agents.policy.models import ScopePart
from bot.core import Core
from bot.directory import Directory
from bot.envelope import Delivery
from bot.manifest import PROMPTS
from bot.outgoing import Outgoing

Prompt = tuple[str, str]  # title, message
HELP = PROMPTS[-1]
TITLE = 40  # characters of a name in it


@dataclass
class Prompts:
    core: Core
    outgoing: Outgoing
    directory: Directory
    _viewing: dict[str, str] = field(default_factory=dict)  # by conversation
    _shown: dict[str, tuple[Prompt, ...]] = field(default_factory=dict)

    async def offer(self, delivery: Delivery) -> None:
        """What fits where the person is now; nothing is sent when it is what they see already."""
        profile = await self.directory.person(delivery.user, delivery.actor_team)
        if profile.standing != "member" or not delivery.channel:
            return
        if delivery.viewing is not None:
            self._viewing[delivery.channel] = delivery.viewing
        actor = Actor(delivery.actor_team, delivery.user, standing=profile.standing)
        place = Place(delivery.workspace, delivery.channel, "", kind="dm")
        prompts = self._fitting(actor, place, self._viewing.get(delivery.channel, ""))
        if self._shown.get(delivery.channel) == prompts:
            return
        if await self.outgoing.suggest(delivery.channel, prompts):
            self._shown[delivery.channel] = prompts

    def _fitting(self, actor: Actor, place: Place, viewing: str) -> tuple[Prompt, ...]:
        """The channel's scope, if the person may look into it from here."""
        policy = self.core.policy.policy
        channel = policy.channel(viewing)
        scope = channel.scope
        cluster = scope.cluster or self.core.clients.clusters.default
        reach = policy.reach(actor, place)
        if channel.deny or not scope.namespace or not reach.namespace(cluster, scope.namespace):
            return PROMPTS
        return prompts_for(scope)


def prompts_for(scope: ScopePart) -> tuple[Prompt, ...]:
    """Each says its namespace: in a direct message nothing else does."""
    where, service = scope.namespace, scope.service
    unhealthy = (f"What is unhealthy in {where[:TITLE]}?", f"what is unhealthy in namespace {where}?")
    if not service:
        changed = (
            f"What changed in {where[:TITLE]}?",
            f"what changed in namespace {where} in the last hour?",
        )
        return (unhealthy, changed, HELP)
    why = (f"Why is {service[:TITLE]} failing?", f"why is {service} failing in namespace {where}?")
    changed = (
        f"What changed in {service[:TITLE]}?",
        f"what changed in {service} in namespace {where} in the last hour?",
    )
    return (why, changed, unhealthy, HELP)
