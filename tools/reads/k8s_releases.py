"""Which Helm releases are there, how did the last upgrade go, and is one stuck?"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from tools.cluster.certificates import SECRETS
from tools.cluster.helm import PENDING, RECORD, Release, Revision, chart_mark, marked, only_release, releases
from tools.cluster.kinds import BY_PLURAL
from tools.cluster.objects import meta, name
from tools.cluster.several import several
from tools.errors import NotAllowed
from tools.reads.digest import counted, listed, short
from tools.reads.told import Answer, Thing, told
from tools.services.where import Place, find
from tools.spec import Call, Json, Result, Scoped, Tool

WORKLOADS = ("deployments", "statefulsets", "daemonsets")
COLUMNS = ("release", "status", "revision", "chart", "app", "changed")
HISTORY = 10
UNREADABLE = (
    "Helm's own records (status, revision, history): they are Secrets, which my account may not list here"
)
ELSEWHERE = "releases whose records Helm keeps in ConfigMaps or a database (HELM_DRIVER)"


class Args(Scoped):
    name: str | None = Field(None, max_length=53, description="one release; shows its history")
    failing: bool = Field(False, description="only those that failed, are under way or are stuck")
    limit: int = Field(30, ge=1, le=200, description="how many, the worst first")


async def run(call: Call, args: Args) -> Result:
    place = await find(call, args)
    wanted = args.name or (place.service.name if place.service else "")
    try:
        items = await place.api.listing(SECRETS, place.namespace, reduce=only_release, fieldSelector=f"type={RECORD}")  # fmt: skip
    except NotAllowed:
        return await _by_marks(call, args, place, wanted)
    seen = [i for i in items if call.reach.namespace(place.api.name, str(meta(i).get("namespace", "")))]
    found = releases(seen)
    about = [one for one in found if one.name == wanted] if wanted else found
    if not about and place.service and not args.name:  # a release is seldom called as the service is
        about = found
    return _result(call, args, place, about, wanted)


def _result(call: Call, args: Args, place: Place, found: list[Release], wanted: str) -> Result:
    bad = [one for one in found if _rank(one, call.now) < 2]
    shown = [one for one in found if _rank(one, call.now) < 3] if args.failing else found
    stuck = sum(one.stuck(call.now) for one in found)
    failed = sum(one.now.status == "failed" for one in found)
    where = f"in namespace {place.namespace}" if place.namespace else f"on {place.api.name}"
    about = f" called {wanted}" if wanted and len({one.name for one in found}) <= 1 else ""
    head = f"{counted(len(found), 'Helm release')}{about} {where}: {stuck} stuck, {failed} failed, {len(found) - len(bad)} not in trouble."
    if not found:
        head = f"No Helm release{about} has a record in a Secret {where}."
    notes = [line for one in bad for line in _way_out(one, call.now)]
    if args.name:
        notes += [line for one in found for line in _history(one)]
    return told(
        Answer(head, "Helm releases", COLUMNS, "releases", place.scope("now"), args.limit, [ELSEWHERE], notes, {"stuck": stuck, "failed": failed}, untrusted=True),
        (_thing(place.api.name, one, call.now) for one in shown),
    )  # fmt: skip


def _rank(one: Release, now: datetime) -> int:
    """0 stuck, 1 failed, 2 under way, 3 well."""
    if one.stuck(now):
        return 0
    return 1 if one.now.status == "failed" else 2 if one.now.status in PENDING else 3


def _thing(cluster: str, one: Release, now: datetime) -> Thing:
    latest = one.now
    chart = "-".join(filter(None, (latest.chart, latest.version)))
    status = f"{latest.status}, stuck" if one.stuck(now) else latest.status
    words = f"{status} at revision {latest.number} since {latest.at:%Y-%m-%d %H:%M} UTC, {_chart(latest)}"
    if latest.said and latest.status != "deployed":
        words += f"; Helm says: {short(latest.said, 240)}"
    serving = one.serving
    if serving is not None and serving is not latest and latest.status != "uninstalled":
        words += f"; the last that went well is revision {serving.number} ({_chart(serving)})"
    data: Json = {"name": one.name, "namespace": one.namespace, "status": latest.status, "stuck": one.stuck(now), "revision": latest.number, "chart": latest.chart, "chart_version": latest.version, "app_version": latest.app, "changed": latest.at.isoformat(), "description": short(latest.said, 300), "last_good": serving.number if serving else None, "history": [_row(r) for r in one.revisions[:HISTORY]]}  # fmt: skip
    ref = f"k8s:{cluster}/{one.namespace}/secret/{latest.record}#release.info.status"
    row = (f"{one.namespace}/{one.name}", status, str(latest.number), chart, latest.app, f"{latest.at:%Y-%m-%d %H:%M}")  # fmt: skip
    return Thing(f"{one.namespace}/{one.name}", words, ref, row, data, rank=_rank(one, now), value=status, untrusted=True)  # fmt: skip


def _row(one: Revision) -> Json:
    return {"revision": one.number, "status": one.status, "chart_version": one.version, "app_version": one.app, "changed": one.at.isoformat(), "description": short(one.said, 200)}  # fmt: skip


def _chart(one: Revision) -> str:
    if one.problem:
        return one.problem
    return f"chart {one.chart} {one.version}" + (f", app {one.app}" if one.app else "")


def _way_out(one: Release, now: datetime) -> list[str]:
    """What is so and what a person does about it; none of my actions touches Helm's records."""
    if not one.stuck(now):
        return []
    minutes, serving = round((now - one.now.at).total_seconds() / 60), one.serving
    why = (
        f"{one.name} is in {one.now.status} for {minutes} minutes: whoever ran Helm has gone without finishing,"
        " and until that is cleared Helm refuses every upgrade (another operation is in progress)."
    )
    lines = [why]
    if one.now.status == "pending-upgrade" and serving is not None:
        lines.append(f"by hand, once nobody runs it any more: helm rollback {one.name} {serving.number} -n {one.namespace}")  # fmt: skip
    elif one.now.status == "pending-install":
        lines.append(
            f"by hand, once nobody runs it any more: helm uninstall {one.name} -n {one.namespace}, then install again"
        )
    return lines


def _history(one: Release) -> list[str]:
    lines = [f"revision {r.number}: {r.status} at {r.at:%Y-%m-%d %H:%M} UTC, {_chart(r)}" for r in one.revisions[:HISTORY]]  # fmt: skip
    rest = len(one.revisions) - len(lines)
    return [*lines, *([f"and {rest} older ones"] if rest > 0 else [])]


async def _by_marks(call: Call, args: Args, place: Place, wanted: str) -> Result:
    """What can be told without Secrets: which releases made workloads, and of which chart."""
    seen = await several(place.api, WORKLOADS, place.namespace, reach=call.reach)
    made = marked((BY_PLURAL[plural].singular, item) for plural in WORKLOADS for item in seen.of(plural))
    made = {key: items for key, items in made.items() if not args.name or key[1] == wanted}
    where = f"in namespace {place.namespace}" if place.namespace else f"on {place.api.name}"
    head = f"{counted(len(made), 'Helm release')} {where} by the marks on workloads; how each stands only Helm's records say, which I may not read."  # fmt: skip
    things = (_mark(place.api.name, key, items) for key, items in made.items())
    unseen = [UNREADABLE, "releases that made no Deployment, StatefulSet or DaemonSet", *seen.unseen]
    return told(
        Answer(head, "Helm releases", COLUMNS, "releases", place.scope("now"), args.limit, unseen, (), {"stuck": None, "failed": None}, untrusted=True),
        things,
    )  # fmt: skip


def _mark(cluster: str, key: tuple[str, str], items: list[tuple[str, Json]]) -> Thing:
    space, called = key
    chart = chart_mark(items)
    things = [f"{kind} {name(item)}" for kind, item in items]
    words = f"status not to be seen{f', chart {chart}' if chart else ''}; made {listed(things, 4)}"
    kind, first = items[0]
    ref = f"k8s:{cluster}/{meta(first).get('namespace')}/{kind}/{name(first)}#metadata.annotations[meta.helm.sh/release-name]"
    data: Json = {"name": called, "namespace": space, "status": None, "stuck": None, "revision": None, "chart": chart, "workloads": things}  # fmt: skip
    return Thing(f"{space}/{called}", words, ref, (f"{space}/{called}", "not to be seen", "", chart, "", ""), data, value=called, untrusted=True)  # fmt: skip


K8S_RELEASES = Tool(
    name="k8s_releases",
    summary="Helm releases: status, revision, chart and app version, history; which failed or is stuck in an upgrade, and the way out.",
    permission="iam:read",
    args=Args,
    run=run,
    examples=("which helm releases are there in shop?", "is a helm upgrade stuck?", "history of the helm release payments"),
    cache_s=30,
)  # fmt: skip
