"""Certificates of a cluster: the connection's own, those of webhooks and of cert-manager, and, where it is allowed, TLS secrets.

Of a secret nothing is kept but what its certificate says; its key is never looked at.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from tools.cluster.kinds import BY_PLURAL, Kind
from tools.cluster.objects import condition, meta, name, spec, status, when
from tools.spec import Json

SECRETS = Kind("secrets", "Secret")
CERTIFICATES = BY_PLURAL["certificates"]
WEBHOOKS = ("validatingwebhookconfigurations", "mutatingwebhookconfigurations")
TLS = "kubernetes.io/tls"


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate: whose it is, for which names, until when. `ref` is the evidence, `used_by` what would fail."""

    what: str
    ref: str
    names: tuple[str, ...]
    until: datetime
    issuer: str = ""
    namespace: str = ""
    used_by: str = ""
    note: str = ""


def parsed(data: bytes, what: str, ref: str, **more: str) -> list[Certificate]:
    """Every certificate in PEM or DER; the first to expire of a chain counts as much as the leaf. Raises ValueError."""
    from cryptography import x509

    if not data:
        return []
    found = (
        x509.load_pem_x509_certificates(data)
        if b"-----BEGIN" in data
        else [x509.load_der_x509_certificate(data)]
    )
    return [_one(each, what if number == 0 else f"{what} (chain {number})", ref, more) for number, each in enumerate(found)]  # fmt: skip


def _one(found: object, what: str, ref: str, more: dict[str, str]) -> Certificate:
    from cryptography import x509

    if not isinstance(found, x509.Certificate):
        raise TypeError("no certificate")
    try:
        names = tuple(found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName))  # fmt: skip
    except x509.ExtensionNotFound:
        names = ()
    common = [str(one.value) for one in found.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    issuer = [str(one.value) for one in found.issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    return Certificate(
        what, ref, names or tuple(common), found.not_valid_after_utc, ", ".join(issuer), **more
    )


def of_webhooks(cluster: str, plural: str, items: Iterable[Json]) -> Iterator[Certificate]:
    """The authority by which the API server knows a webhook: when it is over, the webhook fails."""
    kind = plural.removesuffix("s")
    for item in items:
        for hook in item.get("webhooks") or []:
            ref = f"k8s:{cluster}/-/{kind}/{name(item)}#webhooks[{hook.get('name')}].clientConfig.caBundle"
            policy = hook.get("failurePolicy", "Fail")
            bundle = (hook.get("clientConfig") or {}).get("caBundle") or ""
            yield from _safely(bundle, f"authority of webhook {hook.get('name')}", ref, used_by=f"{kind} {name(item)}, failure policy {policy}")  # fmt: skip


def of_secret(cluster: str, item: Json, used_by: str) -> list[Certificate]:
    space = str(meta(item).get("namespace", ""))
    ref = f"k8s:{cluster}/{space}/secret/{name(item)}#data[tls.crt]"
    return list(_safely(str(item.get("certificate") or ""), f"secret {space}/{name(item)}", ref, namespace=space, used_by=used_by))  # fmt: skip


def only_certificate(item: Json) -> Json:
    """What is kept of a secret while a list of them is read: never its key."""
    kept = {"name": name(item), "namespace": str(meta(item).get("namespace", ""))}
    return {"metadata": kept, "certificate": str((item.get("data") or {}).get("tls.crt") or "")}


def _safely(text: str, what: str, ref: str, **more: str) -> Iterator[Certificate]:
    if not text:
        return
    try:
        yield from parsed(base64.b64decode(text), what, ref, **more)
    except (ValueError, binascii.Error):
        yield Certificate(
            what, ref, (), datetime.min.replace(tzinfo=UTC), note="cannot be read as a certificate", **more
        )


def of_cert_manager(cluster: str, item: Json) -> Certificate:
    space = str(meta(item).get("namespace", ""))
    ready = condition(item, "Ready")
    note = "" if ready.get("status") == "True" else f"not ready: {ready.get('reason', 'no condition')}"
    until = when(status(item).get("notAfter"))
    ref = f"k8s:{cluster}/{space}/certificate/{name(item)}#status.notAfter"
    return Certificate(f"certificate {space}/{name(item)} of cert-manager", ref, tuple(spec(item).get("dnsNames") or ()), until, str((spec(item).get("issuerRef") or {}).get("name", "")), space, f"secret {spec(item).get('secretName')}", note)  # fmt: skip
