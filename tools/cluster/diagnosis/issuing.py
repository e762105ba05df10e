"""Certificates that are not issued or have run out, and requests for one that nobody approves or signs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tools.cluster.diagnosis.finding import Finding, Severity
from tools.cluster.objects import EPOCH, condition, created, name, spec, stamp, status, when
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Evidence, Json

PATIENCE = timedelta(minutes=5)  # issuing takes a while
SOON = timedelta(days=7)
OVERDUE = timedelta(hours=1)
_NODE, _ACCOUNT = "system:node:", "system:serviceaccount:"


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for certificate in snap.of("certificates"):
        yield from _certificate(snap, certificate, found)
    for request in snap.of("certificatesigningrequests"):
        yield from _request(snap, request, found)


def _certificate(snap: Snapshot, item: Json, found: tuple[Workload, ...]) -> Iterator[Finding]:
    ready, until = condition(item, "Ready"), when(status(item).get("notAfter"))
    since = when(ready.get("lastTransitionTime")) if ready else created(item)
    expired = EPOCH < until <= snap.now
    if expired:
        yield _certified(snap, item, f"expired at {stamp(until)} and was not renewed{_failure(item)}", found)
    elif ready.get("status") != "True" and snap.now - max(since, created(item)) > PATIENCE:
        why = f"is not issued ({ready.get('reason') or 'nobody works on it'}){_failure(item)}"
        yield _certified(snap, item, why, found)
    elif EPOCH < until < snap.now + SOON and _overdue(snap, item):
        why = f"expires at {stamp(until)}, and its renewal is overdue{_failure(item)}"
        yield _certified(snap, item, why, found, severity="risk")


def _overdue(snap: Snapshot, item: Json) -> bool:
    return EPOCH < when(status(item).get("renewalTime")) < snap.now - OVERDUE


def _failure(item: Json) -> str:
    """What the last try to issue it said."""
    issuing = condition(item, "Issuing")
    words = issuing if issuing.get("reason") == "Failed" else condition(item, "Ready")
    text = " ".join(str(words.get("message", "")).split())[:200]
    return f": {text}" if text and words.get("status") != "True" else ""


def _certified(
    snap: Snapshot, item: Json, why: str, found: tuple[Workload, ...], *, severity: Severity = "fault"
) -> Finding:
    secret, issuer = str(spec(item).get("secretName", "")), spec(item).get("issuerRef") or {}
    ready = condition(item, "Ready")
    facts = [
        snap.fact("certificates", item, "status.conditions[Ready].reason", f"{ready.get('status', 'not set')}: {ready.get('reason', '')}", label="ready"),
        snap.fact("certificates", item, "status.notAfter", status(item).get("notAfter") or "never issued", label="valid until"),
        snap.fact("certificates", item, "spec.issuerRef.name", f"{issuer.get('kind', 'Issuer')} {issuer.get('name', '')}", label="issuer"),
    ]  # fmt: skip
    if ready.get("message"):
        facts.append(snap.fact("certificates", item, "status.conditions[Ready].message", " ".join(str(ready["message"]).split())[:300]))  # fmt: skip
    users = [f"ingress/{name(i)}" for i in snap.of("ingresses") if secret in _shown(i)]
    users += [f"{w.kind}/{w.name}" for w in found if any(secret in _mounted(pod) for pod in w.live[:1])]
    needed = f"; {', '.join(users[:4])} need it" if users else ""
    return Finding(
        "certificate_expiry", snap.address("certificates", name(item)),
        f"Certificate {name(item)} (Secret {secret}) {why}{needed}",
        stamp(when(ready.get("lastTransitionTime"))), tuple(facts), 0.9, 26,
        frozenset({f"certificate/{name(item)}", f"secret/{secret}", *users}), severity=severity,
    )  # fmt: skip


def _shown(ingress: Json) -> set[str]:
    return {str(tls.get("secretName")) for tls in spec(ingress).get("tls") or []}


def _mounted(pod: Json) -> set[str]:
    volumes = spec(pod).get("volumes") or []
    return {str(v["secret"].get("secretName")) for v in volumes if v.get("secret")}


def _request(snap: Snapshot, item: Json, found: tuple[Workload, ...]) -> Iterator[Finding]:
    """Requests of nodes and of this namespace's own accounts; those of people are their business."""
    if snap.now - created(item) < PATIENCE or status(item).get("certificate"):
        return
    states = {c.get("type"): c for c in status(item).get("conditions") or []}
    if "Denied" in states or "Failed" in states:
        return  # somebody has decided
    who = str(spec(item).get("username", ""))
    touched, node = _of_account(snap, who, found), _of_node(snap, who)
    if not touched and node is None:
        return
    lost = node is not None and condition(node, "Ready").get("status") != "True"
    users = [f"node/{name(node)}"] if node is not None else touched
    yield _unsigned(snap, item, users, approved="Approved" in states, hurts=bool(touched) or lost)


def _of_account(snap: Snapshot, who: str, found: tuple[Workload, ...]) -> list[str]:
    space, _, account = who.removeprefix(_ACCOUNT).partition(":")
    if not who.startswith(_ACCOUNT) or space != snap.namespace:
        return []
    mine = [w for w in found if any(spec(pod).get("serviceAccountName", "default") == account for pod in w.live[:1])]  # fmt: skip
    return [f"{w.kind}/{w.name}" for w in mine]


def _of_node(snap: Snapshot, who: str) -> Json | None:
    return snap.named("nodes", who.removeprefix(_NODE)) if who.startswith(_NODE) else None


def _unsigned(snap: Snapshot, item: Json, users: list[str], *, approved: bool, hurts: bool) -> Finding:
    signer, who = str(spec(item).get("signerName", "")), str(spec(item).get("username", ""))
    why = f"it is approved, and signer {signer} issues nothing" if approved else "nobody has approved it"
    plural = "certificatesigningrequests"
    facts: list[Evidence] = [
        snap.fact(plural, item, "status.conditions", "Approved" if approved else "none: pending", label="decision"),
        snap.fact(plural, item, "spec.signerName", signer, label="signer"),
        snap.fact(plural, item, "spec.username", who, label="asked for by"),
    ]  # fmt: skip
    return Finding(
        "certificate_expiry", snap.address(plural, name(item)),
        f"CertificateSigningRequest {name(item)} of {', '.join(users[:3]).replace('/', ' ')} waits since {stamp(created(item))}: {why}",
        stamp(created(item)), tuple(facts), 0.9, 13 if hurts else 62,
        frozenset({f"certificatesigningrequest/{name(item)}", *users}), severity="fault" if hurts else "risk",
    )  # fmt: skip
