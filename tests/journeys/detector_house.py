"""A tenancy with a month of metrics, and the bot's detectors on it as several processes, at whatever time a test says."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

from agents.people import Actor, Place, Request
from bot.commands.grammar import parse
from bot.commands.run import Commands
from bot.core import open_core
from bot.replies.answer import Footer
from bot.replies.text import Outbound
from bot.wiring import open_slack, wire
from storage.clock import FixedClock
from storage.ids import new_id
from tests.journeys.bot_house import POLICY, texts_of
from tests.unit.oci_tenancy import instances, tenancy

HOUR = timedelta(hours=1)
START = datetime.now(UTC).replace(minute=20, second=0, microsecond=0)
USUAL = {"base": 40, "day": 10, "noise": 3, "unit": "percent", "high": 100}
TOLD = POLICY.replace(
    "CINCIDENTS: {follow_up: never,", "CINCIDENTS: {incidents: true, follow_up: never,"
).replace("groups:\n", '  - {id: "system:triage", name: triage}\ngroups:\n')
TRIAGE = (
    '  - {subjects: ["person:triage"], role: viewer, channels: ["CINCIDENTS"], compartments: ["prod"]}\n'
    '  - {subjects: ["group:sre"], role: viewer, channels: ["CINCIDENTS", "COPS"], compartments: ["prod"]}\n'
)
GRANTED = TOLD.replace("environments:\n", f"{TRIAGE}environments:\n")
ONE = "detectors:\n  - {name: shop cpu, resource: node-1, metric: cpu, compartment: prod}\n"


def story(*then, created="-60d", name="node-1", tags=None):
    """An instance whose CPU is as usual but for what `then` says."""
    return (name, created, USUAL | {"then": list(then)}, {"freeformTags": tags or {}})


def month(*stories):
    nodes = [
        instances(1, **fields)[0] | {"name": name, "created": created} for name, created, _, fields in stories
    ]
    metrics = [
        {"namespace": "oci_computeagent", "resource": f"@instance/{name}", "metrics": {"CpuUtilization": metric}}
        for name, _, metric, _ in stories
    ]  # fmt: skip
    return tenancy(resources={"core": {"Instance": nodes}}, metrics=metrics)


def oracle(local):
    env = local.server.environment()
    names = ("OCI_CONFIG_FILE", "OCI_CHANGE_PROFILE", "OCI_ENDPOINTS")
    return {name.lower(): env[name] for name in names}


class Process:
    """A bot whose clock is ours and whose looks are taken by hand."""

    def __init__(self, place, core, wired):
        self.place, self.core, self.wired = place, core, wired

    async def look(self, at, *, cards=True):
        self.core.clock.at = at
        await self.core.cache.forget("TLOCAL")
        await self.wired.detectors.look()
        if cards:
            await self.wired.incidents.look()

    async def row(self):
        db = self.core.db
        return (await db.read_whole(lambda tx: db.detectors.of(tx, "TLOCAL")))[0]

    async def ask(self, text, user="UALICE", channel="CINCIDENTS"):
        """What a person is answered who types it there."""
        actor = Actor("TLOCAL", user, standing="member")
        request = Request(new_id("req_"), "t", actor, Place("TLOCAL", channel, ""), text, self.core.clock.now())  # fmt: skip
        commands = Commands(self.core, Outbound(self.core.redactor.clean), _states)
        return await commands.outcome(parse(text), request, Footer(request=request.id, correlation="t"))

    async def policy(self, text):
        """As the file's watch does it."""
        (self.place.root / "policy.yaml").write_text(text)
        await asyncio.to_thread(self.core.policy.reload)


@asynccontextmanager
async def process(place, name, **changed):
    async with AsyncExitStack() as stack:
        settings = place.settings(**changed)
        core = await stack.enter_async_context(
            open_core(settings, worker=name, clock=FixedClock(START), agent=False)
        )
        stack.push_async_callback(core.lease.end)
        await core.lease.begin()
        slack = await stack.enter_async_context(open_slack(settings))
        yield Process(place, core, wire(core, slack, _states, _no_conversation))


async def _states():
    return {}


async def _no_conversation():
    raise AssertionError("no detector talks")


def cards(place, channel="CINCIDENTS"):
    said = place.slack.workspace.messages.all(channel)
    return [m for m in said if "Incident `" in texts_of(m.get("blocks", []))]


def lines(place, words, channel="CINCIDENTS"):
    return [m["text"] for m in place.slack.workspace.messages.all(channel) if words in m["text"]]
