"""Redaction of JSON-like values: keys decide, structure and numbers stay."""

import pytest

from agents.redaction import Redactor, TurnMemory
from tests.unit.secret_samples import GITHUB, GROQ, WEAK

REDACTOR = Redactor()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"password": WEAK}, {"password": "[redacted:password]"}),
        ({"dbPassword": 123456}, {"dbPassword": "[redacted:password]"}),
        ({"name": "API_TOKEN", "value": "x"}, {"name": "API_TOKEN", "value": "[redacted:secret]"}),
        ({"args": ["--token", "abc", "-v"]}, {"args": ["--token", "[redacted:secret]", "-v"]}),
        ({"kind": "Secret", "data": {"a": "eA=="}}, {"kind": "Secret", "data": {"a": "[redacted:kubernetes-secret]"}}),
        ({"kind": "ConfigMap", "data": {"a": "b"}}, {"kind": "ConfigMap", "data": {"a": "b"}}),
        ({"user_data": "IyEv"}, {"user_data": "[redacted:instance-metadata]"}),
        ({"api_keys": ["a1", "b2"]}, {"api_keys": ["[redacted:key]", "[redacted:key]"]}),
        ({"credentials": {"user": "bob", "password": "x1"}}, {"credentials": {"user": "bob", "password": "[redacted:password]"}}),
        ({"text": [f"use {GROQ}"]}, {"text": ["use [redacted:groq-api-key]"]}),
        ({GITHUB: 1}, {"[redacted:github-pat]": 1}),
        ((f"a {GITHUB}", 1.5, None, True), ("a [redacted:github-pat]", 1.5, None, True)),
    ],
)  # fmt: skip
def test_secrets_go_and_the_rest_stays(value, expected):
    assert REDACTOR.redact_json(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        {"tokens": 1200, "max_tokens": 5, "token_count": 7, "ms": 3, "ok": True},
        {
            "secretName": "checkout-tls",
            "pull_secrets": "regcred",
            "secretKeyRef": {"name": "db", "key": "password"},
        },
        {"automountServiceAccountToken": False, "token": None, "password": ""},
        {"next_page_token": "abc", "opc_retry_token": "P-12:1", "token_url": "https://x"},
        {"verbs": {"secrets": 3}, "resource": "secrets"},
        {"name": "LOG_LEVEL", "value": "info"},
    ],
)
def test_names_counts_and_references_stay(value):
    assert REDACTOR.redact_json(value) == value


def test_a_value_that_a_later_key_gives_away_is_gone_from_an_earlier_text():
    clean = REDACTOR.redact_json({"message": f"login with {WEAK} failed", "password": WEAK})
    assert clean == {"message": "login with [redacted:password] failed", "password": "[redacted:password]"}


def test_memory_goes_from_json_to_text():
    memory = TurnMemory()
    REDACTOR.redact_json({"env": [{"name": "DB_PASSWORD", "value": WEAK}]}, memory)
    assert REDACTOR.redact(f"psql: {WEAK} rejected", memory).text == "psql: [redacted:password] rejected"
