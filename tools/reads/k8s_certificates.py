"""Which certificates of a cluster expire soon? Its own, its webhooks', cert-manager's, and TLS secrets where asked for."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta

from pydantic import Field

from tools.cluster.certificates import (
    CERTIFICATES,
    SECRETS,
    TLS,
    WEBHOOKS,
    Certificate,
    of_cert_manager,
    of_secret,
    of_webhooks,
    only_certificate,
    parsed,
)
from tools.cluster.objects import meta, name, spec
from tools.cluster.several import Several, several
from tools.errors import GiveUp, ToolError
from tools.reads.digest import counted, listed
from tools.reads.told import Answer, Thing, told
from tools.services.where import Place, find
from tools.spec import Call, Json, Result, Scoped, Tool

SOON, SOMETIME = timedelta(days=7), timedelta(days=30)
COLUMNS = ("certificate", "expires", "names", "used by")
NOT_ASKED = "TLS secrets: ask with secrets=true, which needs the right to read who may do what, and a cluster that lets my account list secrets"


class Args(Scoped):
    days: int = Field(30, ge=1, le=3650, description="what expires within so many days is named first")
    secrets: bool = Field(False, description="TLS secrets, too: only their certificates are read")
    limit: int = Field(30, ge=1, le=200, description="how many, those that expire first")


def needs(args: Args) -> str:
    """Secrets are looked at only for whoever may read who holds which right."""
    return "iam:read" if args.secrets else "kubernetes:read"


async def run(call: Call, args: Args) -> Result:
    place = await find(call, args)
    seen = await several(place.api, (*WEBHOOKS, "ingresses"), place.namespace, reach=call.reach)
    found: list[Certificate] = []
    for plural in WEBHOOKS if not place.namespace else ():
        found += of_webhooks(place.api.name, plural, seen.of(plural))
    parts = await asyncio.gather(_own(place), _managed(call, place), _secret(call, place, args, seen))
    unseen = [*seen.unseen, *(gap for _, gaps in parts for gap in gaps)]
    found += [one for some, _ in parts for one in some]
    return _result(call, args, place, found, unseen)


Part = tuple[list[Certificate], list[str]]


async def _own(place: Place) -> Part:
    """Of the connection itself."""
    if place.namespace:
        return [], []
    name_, ref = place.api.name, f"k8s:{place.api.name}/-/apiserver/{place.api.name}"
    try:
        shown = await place.api.certificates()
        words = {"server": "the API server's certificate", "client": "my own client certificate", "authority": "the cluster's authority"}  # fmt: skip
        return [c for key, data in shown.items() for c in parsed(data, words[key], f"{ref}#{key}", used_by=f"every connection to {name_}")], []  # fmt: skip
    except ToolError as error:
        return [], [f"the connection's own certificates: {error.reason}"]
    except (ValueError, OSError):
        return [], ["the connection's own certificates: they cannot be read"]


async def _managed(call: Call, place: Place) -> Part:
    """A cluster without cert-manager serves no such kind: that is no gap."""
    try:
        items = await place.api.listing(CERTIFICATES, place.namespace)
    except GiveUp as error:
        return [], [] if error.not_found else [f"certificates of cert-manager: {error.reason}"]
    except ToolError as error:
        return [], [f"certificates of cert-manager: {error.reason}"]
    mine = [i for i in items if call.reach.namespace(place.api.name, str(meta(i).get("namespace", "")))]
    return [of_cert_manager(place.api.name, item) for item in mine], []


async def _secret(call: Call, place: Place, args: Args, seen: Several) -> Part:
    if not args.secrets:
        return [], [NOT_ASKED]
    try:
        items = await place.api.listing(SECRETS, place.namespace, reduce=only_certificate, fieldSelector=f"type={TLS}")  # fmt: skip
    except ToolError as error:
        return [], [f"TLS secrets: {error.reason}"]
    users = _users(seen)
    mine = [i for i in items if call.reach.namespace(place.api.name, str(meta(i).get("namespace", "")))]
    return [c for item in mine for c in of_secret(place.api.name, item, listed(users[str(meta(item)["namespace"]), name(item)], 3))], []  # fmt: skip


def _users(seen: Several) -> dict[tuple[str, str], list[str]]:
    """Ingresses by the secret that they show to the world."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for item in seen.of("ingresses"):
        for tls in spec(item).get("tls") or []:
            hosts = ", ".join(tls.get("hosts") or [])
            found[str(meta(item).get("namespace", "")), str(tls.get("secretName"))].append(f"ingress {name(item)} ({hosts})")  # fmt: skip
    return found


def _result(call: Call, args: Args, place: Place, found: list[Certificate], unseen: list[str]) -> Result:
    within = timedelta(days=args.days)
    late = sum(one.until <= call.now for one in found if not one.note)
    soon = sum(call.now < one.until <= call.now + within for one in found)
    where = f"in namespace {place.namespace}" if place.namespace else f"of {place.api.name}"
    head = (
        f"{counted(len(found), 'certificate')} {where}: {late} expired, {soon} more within {args.days} days."
    )
    ordered = sorted(found, key=lambda one: one.until)
    return told(
        Answer(head, "Certificates", COLUMNS, "certificates", place.scope("now"), args.limit, unseen, (), {"expired": late, "soon": soon}, untrusted=True),
        (_thing(call.now, one, number) for number, one in enumerate(ordered)),
    )  # fmt: skip


def _words(one: Certificate, now: datetime) -> str:
    if one.note and one.until.year < 1971:
        return one.note
    left = one.until - now
    days = abs(left.days)
    when = f"expired {days} days ago" if left < timedelta(0) else f"expires in {days} days"
    return f"{when} ({one.until:%Y-%m-%d})" + (f", {one.note}" if one.note else "")


def _thing(now: datetime, one: Certificate, number: int) -> Thing:
    words = _words(one, now)
    more = [f"for {listed(list(one.names), 3)}"] if one.names else []
    more += [f"used by {one.used_by}"] if one.used_by else []
    data: Json = {"what": one.what, "until": one.until.isoformat(), "days": (one.until - now).days, "names": list(one.names), "issuer": one.issuer, "namespace": one.namespace, "used_by": one.used_by, "note": one.note}  # fmt: skip
    return Thing(one.what, ", ".join([words, *more]), one.ref, (one.what, words, listed(list(one.names), 3), one.used_by), data, rank=number, value=words, untrusted=True)  # fmt: skip


K8S_CERTIFICATES = Tool(
    name="k8s_certificates",
    summary="TLS certificates near expiry: the cluster's own, webhooks', cert-manager's, and TLS secrets with explicit right.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    examples=("which certificates expire soon?", "when does the certificate of the cluster expire?", "expired TLS secrets in shop"),
    cache_s=60,
    stricter=needs,
)  # fmt: skip
