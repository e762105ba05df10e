"""Which dashboards are there, and what do their panels show? Those of Grafana and those that the service map names."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from tools.errors import AskBack, GiveUp
from tools.metrics.grafana import Grafana
from tools.reads.digest import counted, listed, short
from tools.reads.told import Answer, Thing, told
from tools.services.model import Service
from tools.services.where import service_of
from tools.spec import Call, Json, Result, Scope, Scoped, Tool

WITHIN_S = 8.0
DASHBOARDS = ("dashboard", "folder", "tags", "link")
PANELS = ("panel", "kind", "asks")


class Args(Scoped):
    text: str | None = Field(None, max_length=200, description="words of the title")
    tag: str | None = Field(None, max_length=100, description="only those with this tag")
    uid: str | None = Field(
        None, max_length=60, pattern=r"^[A-Za-z0-9_-]+$", description="one dashboard's id: shows its panels"
    )
    limit: int = Field(20, ge=1, le=200, description="how many")


async def run(call: Call, args: Args) -> Result:
    grafana = call.clients.grafana
    if grafana is None:
        raise GiveUp("no Grafana is set up here: set GRAFANA_URL and GRAFANA_TOKEN", "grafana")
    service = await service_of(call, args)
    if args.uid:
        return await _one(call, args, grafana)
    words = args.text or (service.name if service else "")
    found = await grafana.search(words, (args.tag,) if args.tag else (), min(WITHIN_S, call.deadline_s))
    mapped = list(service.dashboards) if service else []
    if not found and not mapped and service and not args.text:
        found = [
            d for d in await grafana.search("", (), min(WITHIN_S, call.deadline_s)) if _about(d, service)
        ]
    return _result(args, grafana, found, mapped, words)


def _about(found: Json, service: Service) -> bool:
    texts = [
        str(found.get("title", "")),
        str(found.get("folderTitle", "")),
        *map(str, found.get("tags") or []),
    ]
    return any(word in text.lower() for text in texts for word in service.words())


def _result(args: Args, grafana: Grafana, found: list[Json], mapped: list[str], words: str) -> Result:
    about = f" for {words}" if words else ""
    named = f" The service map names {counted(len(mapped), 'more')}." if mapped else ""
    head = f"{counted(len(found), 'dashboard')} in Grafana{about}.{named}"
    if not found and not mapped:
        head = f"Grafana shows me no dashboard{about}: there is none, or its token may not see it."
    notes = [f"from the service map: {short(link, 200)}" for link in mapped]
    return told(
        Answer(head, "Dashboards", DASHBOARDS, "dashboards", Scope(service=args.service or "", since="now"), args.limit, (), notes, {"mapped": mapped}, untrusted=True),
        (_dashboard(grafana, one) for one in found),
    )  # fmt: skip


def _dashboard(grafana: Grafana, one: Json) -> Thing:
    title, link = short(str(one.get("title", "untitled")), 120), grafana.link(str(one.get("url", "")))
    folder, tags = str(one.get("folderTitle") or "General"), [str(tag) for tag in one.get("tags") or []]
    words = f"in {folder}{f', tags {listed(tags, 4)}' if tags else ''}: {link} (uid {one.get('uid')})"
    data: Json = {
        "uid": str(one.get("uid", "")),
        "title": title,
        "folder": folder,
        "tags": tags,
        "link": link,
    }
    return Thing(
        title,
        words,
        f"grafana:{one.get('uid')}#title",
        (title, folder, ", ".join(tags), link),
        data,
        value=link,
        untrusted=True,
    )


async def _one(call: Call, args: Args, grafana: Grafana) -> Result:
    try:
        found = await grafana.dashboard(str(args.uid), min(WITHIN_S, call.deadline_s))
    except GiveUp as error:
        if error.not_found:
            raise AskBack(
                f"Grafana shows me no dashboard with the id {args.uid}. Search by words of its title."
            ) from None
        raise
    panels = list(_panels(found))
    link = grafana.link(f"/d/{args.uid}")
    title = short(str(found.get("title", "untitled")), 120)
    variables = [str(v.get("name")) for v in (found.get("templating") or {}).get("list") or []]
    notes = [f"opened at {link}", *([f"variables: {listed(variables, 8)}"] if variables else [])]
    return told(
        Answer(f"{title}: {counted(len(panels), 'panel')}.", f"Panels of {title}", PANELS, "panels", Scope(since="now"), args.limit, (), notes, {"title": title, "link": link, "variables": variables}, untrusted=True),
        (_panel(str(args.uid), number, panel) for number, panel in enumerate(panels)),
    )  # fmt: skip


def _panels(found: Json) -> Iterator[Json]:
    """Those in collapsed rows, too."""
    for panel in found.get("panels") or []:
        if panel.get("type") == "row":
            yield from panel.get("panels") or []
        else:
            yield panel


def _panel(uid: str, number: int, panel: Json) -> Thing:
    title, kind = (
        short(str(panel.get("title") or f"panel {panel.get('id')}"), 100),
        str(panel.get("type", "")),
    )
    asks = [
        short(str(t.get("expr") or t.get("query") or ""), 240)
        for t in panel.get("targets") or []
        if t.get("expr") or t.get("query")
    ]
    words = f"{kind}: {listed(asks, 3)}" if asks else kind
    data: Json = {"id": panel.get("id"), "title": title, "kind": kind, "queries": asks}
    return Thing(
        title,
        words,
        f"grafana:{uid}#panels[{panel.get('id')}]",
        (title, kind, listed(asks, 2)),
        data,
        rank=number,
        untrusted=True,
    )


PROM_DASHBOARDS = Tool(
    name="prom_dashboards",
    summary="Grafana dashboards: find them by words, tag or service with their links, and what the panels of one ask.",
    permission="monitoring:read",
    args=Args,
    run=run,
    examples=("dashboards of checkout", "is there a grafana dashboard for postgres?", "what do the panels of that dashboard show?"),
    cache_s=60,
)  # fmt: skip
