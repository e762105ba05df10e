"""The traps of the safety specification, each by name: the secret is gone, and a second pass changes nothing."""

import base64
import json
import time

import pytest

from agents.redaction import Redactor, TurnMemory
from tests.unit.secret_samples import GITHUB, GROQ, SHA, SLACK, WEAK, made, pem

REDACTOR = Redactor()
PAIR = [{"name": "DB_PASSWORD", "value": WEAK}, {"name": "LOG_LEVEL", "value": "info"}]
TOKEN_OF_OCI = made("", 20, "abcdXYZ12345;<>(){}[]&#-_+")


def wrapped(token: str) -> str:
    """As `base64` prints it: the token begins on one line and ends on the next."""
    return base64.encodebytes(f"{'x' * 45}{token} and what comes after it\n".encode()).decode()


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def secret(**more):
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, **more}


TRAPS = {
    "a PEM key of many lines": (pem(), pem().splitlines()[1:-1]),
    "an indented PEM key": ("key: |\n  " + pem().replace("\n", "\n  ") + "\nnext: 1", pem().splitlines()[1:-1]),
    "a PEM key in JSON": (json.dumps({"k": pem()}), pem().splitlines()[1:-1]),
    "a PEM key without its end": (pem()[:200], pem()[40:190].splitlines()),
    "a PEM key without its beginning": (pem()[60:], pem().splitlines()[2:-1]),
    "an EC key": (pem("EC "), pem("EC ").splitlines()[1:-1]),
    "a zero-width character in a token": (f"{GROQ[:9]}\u200b{GROQ[9:]}", [GROQ, GROQ[9:]]),
    "ANSI colours in a token": (f"{GITHUB[:9]}\x1b[31m{GITHUB[9:]}\x1b[0m", [GITHUB, GITHUB[9:]]),
    "a tag character in a token": (f"{GROQ[:9]}\U000e0041{GROQ[9:]}", [GROQ, GROQ[9:]]),
    "a variation selector in a token": (f"{GROQ[:9]}\ufe0f{GROQ[9:]}", [GROQ, GROQ[9:]]),
    "full-width letters": ("\uff47\uff53\uff4b_" + GROQ[4:], [GROQ[4:]]),
    "an env pair in YAML": (f"env:\n- name: DB_PASSWORD\n  value: {WEAK}\n- name: A\n  value: info\n", [WEAK]),
    "an env pair in YAML, value first": (f"- value: {WEAK}\n  name: DB_PASSWORD\n- name: A\n  value: info\n", [WEAK]),
    "an env pair in YAML, quoted": ('- name: "DB_PASSWORD"\n  value: "hun ter2"\n', ["hun ter2", "ter2"]),
    "an env pair in flow YAML": (f"env: [{{name: DB_PASSWORD, value: {WEAK}}}]", [WEAK]),
    "an env pair in JSON": (json.dumps({"env": PAIR}), [WEAK]),
    "an env pair in printed JSON": (json.dumps({"env": PAIR}, indent=4), [WEAK]),
    "an env pair in JSON in JSON": (json.dumps({"last-applied": json.dumps({"env": PAIR})}), [WEAK]),
    "an env pair in a printed dict": (str({"env": PAIR}), [WEAK]),
    "an env pair as described": (f"    Environment:\n      DB_PASSWORD:  {WEAK}\n      DB_USER:      app\n", [WEAK]),
    "--password X": (f"run --password {WEAK} --verbose", [WEAK]),
    "--password=X": (f"run --password={WEAK} --verbose", [WEAK]),
    "--password in a JSON list": (f'args: ["--password", "{WEAK}"]', [WEAK]),
    "--password in a YAML list": (f"args:\n- --password\n- {WEAK}\n- --port\n- '80'", [WEAK]),
    "--password in printed JSON": (json.dumps({"args": ["--password", WEAK]}, indent=2), [WEAK]),
    "a weak password": (f"DB_PASSWORD={WEAK}", [WEAK]),
    "a weak password in a JSON log": (json.dumps({"msg": f"env DB_PASSWORD={WEAK}"}), [WEAK]),
    "base64 of a token": (f"payload {encoded(GROQ)}", [encoded(GROQ)]),
    "base64 of a token in a path": (f"GET /x/{encoded(GITHUB)}", [encoded(GITHUB)]),
    "base64 in lines": (f"data:\n  {wrapped(GITHUB)}", [encoded(f"{'x' * 45}{GITHUB[:9]}")[20:]]),
    "base64 in lines of a JSON text": (json.dumps(wrapped(GITHUB)), [encoded(f"{'x' * 45}{GITHUB[:9]}")[20:]]),
    "base64 of base64": (encoded(f"x {encoded(GITHUB)}"), [encoded(f"x {encoded(GITHUB)}")[4:]]),
    "base64 of a PEM key": (f"key: {encoded(pem())}", [encoded(pem())[30:90]]),
    "a bare hex token seen above": (f"sourcegraph_token={SHA}\nlater {SHA} again", [SHA]),
    "data of a Secret in YAML": (f"apiVersion: v1\ndata:\n  user: {encoded('bob')}\nkind: Secret\n", [encoded("bob")]),
    "stringData of a Secret": ("kind: Secret\nstringData:\n  user: bobby\n  x: |\n    abc\n    def\n", ["bobby", "abc", "def"]),
    "a Secret in a list": (f"items:\n- data:\n    user: {encoded('bob')}\n  kind: Secret\n- kind: Pod\n", [encoded("bob")]),
    "a Secret in JSON": (json.dumps(secret(data={"user": encoded("bob")})), [encoded("bob")]),
    "a Secret in printed JSON": (json.dumps(secret(data={"user": encoded("bob")}), indent=4), [encoded("bob")]),
    "Groq": (f"key {GROQ}", [GROQ]),
    "a DSN": ("postgresql://app:s3cr3t!@db:5432/x redis://:pw123@r", ["s3cr3t!", "pw123"]),
    "a DSN with @ in its password": ("mysql://app:p@ss:w@db/x", ["p@ss", "ss:w"]),
    "Authorization: Bearer": ("Authorization: Bearer abc.def-123", ["abc.def-123"]),
    "Authorization: Basic": (f"authorization: Basic {encoded('u:p')}", [encoded("u:p")]),
    "Authorization in JSON": ('{"Authorization":"Bearer tok12345"}', ["tok12345"]),
    "a PAR": (f"https://objectstorage.x.com/p/{made('', 64, seed=3)}/n/ns/b/bk/o/f", [made("", 64, seed=3)]),
    "OCI pass_phrase and key_file": ("pass_phrase = correct horse\nkey_file=~/.oci/k.pem", ["correct", "horse", "k.pem"]),
    "client-key-data": (f"    client-key-data: {encoded(pem())}\n", [encoded(pem())[:40]]),
    "a kubeconfig token": ("  user:\n    token: abc-def-token\n", ["abc-def-token"]),
    "an OCI auth token": (f"auth token: {TOKEN_OF_OCI}", [TOKEN_OF_OCI, TOKEN_OF_OCI[6:]]),
    "a customer secret key": (f"Customer Secret Key: {encoded(SHA)}", [encoded(SHA)]),
    "an SMTP password": ("smtp_password: weakpw", ["weakpw"]),
    "AUTH PLAIN": (f"AUTH PLAIN {encoded('bob-pw')}", [encoded("bob-pw")]),
    "instance metadata": (json.dumps({"ssh_authorized_keys": "ssh-rsa AAAAB3 me", "user_data": "IyEv"}), ["AAAAB3", "IyEv"]),
    "a repr of settings": (f"Settings(slack_bot_token='xoxb-x', db_password='{WEAK}')", ["xoxb-x", WEAK]),
    "a Slack token": (f"token is {SLACK}.", [SLACK]),
    "a token before a comma": (f"({SLACK}, {GITHUB})", [SLACK, GITHUB]),
}  # fmt: skip


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_gives_nothing_away(name):
    text, secrets = TRAPS[name]
    redacted = REDACTOR.redact(text)
    assert [s for s in secrets if s in redacted.text] == []
    assert redacted.found
    assert REDACTOR.redact(redacted.text).text == redacted.text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"- name: DB_PASSWORD\n  value: {WEAK}\n- name: LOG_LEVEL\n  value: info\n", "value: info"),
        ("- name: DB_PASSWORD\n  valueFrom: {}\n- name: LOG_LEVEL\n  value: info\n", "value: info"),
        (json.dumps({"env": PAIR}), '"value": "info"'),
        (
            json.dumps([secret(data={"a": "eA=="}), {"kind": "ConfigMap", "data": {"colour": "blue"}}]),
            '"blue"',
        ),
        ("kind: Secret\ndata:\n  a: eA==\n---\nkind: ConfigMap\ndata:\n  colour: blue\n", "colour: blue"),
        (f"run --password {WEAK} --verbose", "--verbose"),
        (f"{pem()}after the key", "after the key"),
    ],
)
def test_what_stands_beside_a_secret_stays(text, kept):
    assert kept in REDACTOR.redact(text).text


def test_a_value_seen_once_is_gone_everywhere_in_the_turn():
    memory = TurnMemory()
    REDACTOR.redact(f"API_TOKEN={SHA}", memory)
    assert SHA not in REDACTOR.redact(f"commit {SHA}", memory).text
    assert SHA in REDACTOR.redact(f"commit {SHA}", TurnMemory()).text
    assert SHA not in repr(memory)


def test_a_value_seen_once_is_gone_in_its_other_clothes():
    memory = TurnMemory()
    REDACTOR.redact_json({"password": "p@ss/w0rd+1"}, memory)
    again = REDACTOR.redact(f"x=p%40ss%2Fw0rd%2B1 y={encoded('p@ss/w0rd+1')}", memory).text
    assert "p%40" not in again
    assert encoded("p@ss/w0rd+1").rstrip("=") not in again


def test_what_a_secret_map_holds_in_base64_is_known_as_text_too():
    memory = TurnMemory()
    REDACTOR.redact_json(secret(data={"user": encoded("s3cretuser")}), memory)
    assert "s3cretuser" not in REDACTOR.redact("login of s3cretuser failed", memory).text


def test_a_common_word_as_a_password_does_not_take_the_text_apart():
    memory = TurnMemory()
    assert "postgres" not in REDACTOR.redact("POSTGRES_PASSWORD=postgres", memory).text
    assert REDACTOR.redact("pod postgres-0 restarted", memory).text == "pod postgres-0 restarted"


def test_the_bots_own_secrets_never_leave():
    own = Redactor(known=["plain-looking-value"])
    assert "plain-looking" not in own.clean("error: plain-looking-value refused")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "line", ["aGVs" * 2_000 + "${", "\\n" * 4_000 + "{", "\\" * 8_000 + "x", "= " * 4_000 + "("]
)
def test_the_end_of_a_key_behind_a_long_line_that_is_none_takes_no_time(line):
    """Whoever may write a line of a log would otherwise stop the bot with it."""
    begun = time.perf_counter()
    REDACTOR.clean(f"{line}-----END PRIVATE KEY-----")
    assert time.perf_counter() - begun < 10


def test_half_a_character_hides_no_secret_and_does_not_leave():
    token = "ghp_" + "a1B2" * 9
    found = REDACTOR.clean(f"it is {token[:9]}\ud800{token[9:]}, \udfff says he")
    assert token[9:] not in found and not any("\ud800" <= c <= "\udfff" for c in found)
