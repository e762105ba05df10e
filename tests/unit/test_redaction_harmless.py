"""What looks like a secret and is none stays readable: an operator needs it."""

import pytest

from agents.redaction import Redactor
from tests.unit.secret_samples import SHA, made

REDACTOR = Redactor()
HEX = "0123456789abcdef"


@pytest.mark.parametrize(
    "line",
    [
        "Error: couldn't find key password in Secret shop/checkout-db",
        'MountVolume.SetUp failed for volume "db-secret" : secret "db-credentials" not found',
        'MountVolume.SetUp failed for volume "db-password" : configmap "x" not found',
        "references non-existent secret key: password",
        'failed to list *v1.Secret: secrets is forbidden: User "system:serviceaccount:shop:x" cannot list resource "secrets"',
        "failed to list *v1.Secret: unauthorized",
        "  Tokens:              checkout-token-x7k2p",
        '"secret"="default/checkout-tls" msg="synced"',
        "max_tokens: 1000, prompt_tokens=55",
        "secretName: checkout-tls",
        "imagePullSecrets:\n- name: regcred",
        "  secretKeyRef:\n    name: db\n    key: password",
        "      API_TOKEN:    <set to the key 'token' in secret 'api'>  Optional: false",
        "password:  16 bytes",
        "DB_PASSWORD=$(cat /run/x)",
        "DB_PASSWORD=${DB_PASSWORD}",
        "invalid token: expired",
        'FATAL: password authentication failed for user "app"',
        "error reading password: EOF",
        "token is required",
        "type: kubernetes.io/service-account-token",
        "kubectl create secret generic x",
        "use --token to authenticate",
        "k8s:local/shop/secret/checkout-db#data",
        "https://github.com/org/repo.git and http://host:8080/path/user@example.com",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me@host",
        "kind: ConfigMap\ndata:\n  colour: blue",
        "bearer token missing; Basic authentication failed; signature verification failed",
        "opc-retry-token: P-12:1",
        f"commit {SHA}",
        f"image: fra.ocir.io/ns/app@sha256:{made('', 64, HEX)}",
        f"trace_id={made('', 32, HEX)} span_id={made('', 16, HEX)}",
        f"ocid1.instance.oc1.eu-frankfurt-1.{made('', 60, 'abcdefghijklmnopqrstuvwxyz234567')} RUNNING",
        f"pod/orders-api-{made('', 10, HEX)}-8ff5s Running",
        "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUabc\n-----END CERTIFICATE-----",
    ],
)
def test_a_harmless_line_stays(line):
    assert REDACTOR.redact(line).text == line


def test_only_what_nobody_sees_is_stripped():
    assert (
        REDACTOR.clean("caf\u00e9 \u2713 \U0001f680 a\tb\r\nc\u200bd")
        == "caf\u00e9 \u2713 \U0001f680 a\tb\ncd"
    )
