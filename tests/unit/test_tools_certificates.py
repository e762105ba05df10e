"""Certificates by when they expire; of a secret nothing is read but its certificate, and only with the right to."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.unit.cluster_desk import desk
from tests.unit.cluster_running import running
from tools.reads.k8s_certificates import K8S_CERTIFICATES

NOW = datetime.now(UTC).replace(microsecond=0)
KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(host, days):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(KEY.public_key()).serial_number(1)
        .not_valid_before(NOW - timedelta(days=400)).not_valid_after(NOW + timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False).sign(KEY, hashes.SHA256())
    )  # fmt: skip
    return base64.b64encode(made.public_bytes(serialization.Encoding.PEM)).decode()


def secret(name, host, days, namespace="shop"):
    return {"metadata": {"name": name, "namespace": namespace}, "type": "kubernetes.io/tls", "data": {"tls.crt": certificate(host, days) if host else "bm9uZQ==", "tls.key": "c2VjcmV0LWtleQ=="}}  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with running(tmp_path_factory.mktemp("certificates")) as one:
        for space in ("shop", "ops"):
            one.store.create("v1/namespaces", {"metadata": {"name": space}})
        for item in (secret("shop-tls", "shop.example", 3), secret("old", "old.example", -2), secret("broken", "", 0), secret("other", "ops.example", 90, "ops")):  # fmt: skip
            one.store.create("v1/secrets", item)
        one.store.create("networking.k8s.io/v1/ingresses", {"metadata": {"name": "front", "namespace": "shop"}, "spec": {"tls": [{"hosts": ["shop.example"], "secretName": "shop-tls"}], "rules": [{"host": "shop.example"}]}})  # fmt: skip
        hook = {"name": "gate.example", "clientConfig": {"url": "https://gate.example", "caBundle": certificate("gate", 20)}, "admissionReviewVersions": ["v1"], "sideEffects": "None", "failurePolicy": "Ignore"}  # fmt: skip
        one.store.create("admissionregistration.k8s.io/v1/validatingwebhookconfigurations", {"metadata": {"name": "gate"}, "webhooks": [hook]})  # fmt: skip
        yield one


async def test_the_clusters_own_and_its_webhooks_are_told_without_any_secret(shop):
    with desk(shop) as at:
        found = await at.run(K8S_CERTIFICATES, now=NOW)
    told = {one["what"]: one["days"] for one in found.data["certificates"]}
    assert told["authority of webhook gate.example"] == 20
    assert {"the API server's certificate", "the cluster's authority"} <= told.keys()
    assert next(iter(told)) == "authority of webhook gate.example", "the first to expire comes first"
    assert any(gap.startswith("TLS secrets: ask with secrets=true") for gap in found.could_not_see)
    assert "used by validatingwebhookconfiguration gate, failure policy Ignore" in found.digest


async def test_secrets_are_read_only_where_asked_for_and_never_their_keys(shop):
    with desk(shop, who="admin") as at:
        found = await at.run(K8S_CERTIFICATES, now=NOW, namespace="shop", secrets=True)
    rows = {one["what"]: (one["days"], one["used_by"], one["note"]) for one in found.data["certificates"]}
    assert rows["secret shop/shop-tls"] == (3, "ingress front (shop.example)", "")
    assert rows["secret shop/old"][0] == -2
    assert rows["secret shop/broken"][2] == "cannot be read as a certificate"
    assert (found.data["expired"], found.data["soon"]) == (1, 1)
    said = found.digest + json.dumps(found.data)
    assert "c2VjcmV0" not in said
    assert "secret-key" not in said
    assert "ops.example" not in said


async def test_an_account_that_may_not_list_secrets_says_so(shop):
    with desk(shop) as at:
        found = await at.run(K8S_CERTIFICATES, now=NOW, secrets=True)
    assert any(gap.startswith("TLS secrets: I may not list secrets") for gap in found.could_not_see)


def test_secrets_need_a_right_of_their_own():
    args = K8S_CERTIFICATES.args
    assert (K8S_CERTIFICATES.needs(args()), K8S_CERTIFICATES.needs(args(secrets=True))) == ("kubernetes:read", "iam:read")  # fmt: skip


async def test_other_namespaces_are_not_told(shop):
    with desk(shop, who="admin") as at:
        found = await at.run(K8S_CERTIFICATES, now=NOW, secrets=True, sees=("ops",))
    assert not [one for one in found.data["certificates"] if one["namespace"] == "shop"]
