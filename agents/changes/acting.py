"""As whom a plan writes to its clusters: settled when it is sealed, said on its card, and held to when it runs."""

from __future__ import annotations

from agents.changes.runbooks.sealed import parts
from agents.changes.seal import Plan
from agents.policy import Policy
from tools.clients import Clients
from tools.cluster.acting import Acting
from tools.plan import Draft

ASK_S = 8.0


def clusters_of(draft: Draft) -> tuple[str, ...]:
    """The clusters that a plan writes to."""
    return tuple(sorted({p.target.cluster for p in parts(draft) if p.target.provider == "kubernetes"}))


async def sealed_for(clients: Clients, person: Acting | None, draft: Draft) -> Acting | None:
    """The person with the clusters that let the bot act as them. Raises ToolError when one cannot say."""
    places = clusters_of(draft)
    if person is None or not places:
        return None
    where = [name for name in places if await clients.clusters.at(name, ASK_S).acts_as(person)]
    return person.model_copy(update={"where": tuple(where)})


def renamed(policy: Policy, plan: Plan) -> bool:
    """Whether the policy now has another user of the cluster, or none, for whoever asked."""
    if not clusters_of(plan.draft):
        return False
    now = policy.acting_of(plan.requester.person)
    return not now.same_person(plan.acting) if now else plan.acting is not None


def spelled(plan: Plan) -> str:
    """For the card: as whom, where. Empty for whom the policy names no user of a cluster: then it is always the bot."""
    acting = plan.acting
    if acting is None:
        return ""
    who = acting.user + (f" ({', '.join(acting.groups)})" if acting.groups else "")
    as_bot = [name for name in clusters_of(plan.draft) if name not in (acting.where or ())]
    said = [f"sent as {who}"] if acting.where else []
    said += (
        [f"sent to {', '.join(as_bot)} as the bot, which may not act as {acting.user} there"]
        if as_bot
        else []
    )
    return "; ".join(said)
