"""Deliveries as nobody should send them: broken, cut, huge, deep, of wrong types, wrongly signed; from a seed."""

import copy
import hashlib
import hmac
import json
import random
import time
import urllib.parse
from dataclasses import dataclass

from tests.journeys.test_bot_delivery import event

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
KINDS = (
    JSON,
    FORM,
    "application/json; charset=utf-8",
    "text/plain",
    "multipart/form-data; boundary=x",
    "\u00e9",
)
TOO_MUCH = 1024 * 1024 + 1
STRANGE = [
    None, True, 0, -1, 3.5, 10**30, 1e308, "", " ", "x", "\x00", "\ud800", "\u202e", "x" * 4_000, "<!channel>", "../../etc",
    "' OR 1=1 --", "{}", "[]", [], {}, [None], [[]], [{}], {"id": None}, {"id": []}, {"": {}}, ["x"] * 500,
]  # fmt: skip
CLICKER = {"id": "UALICE", "team_id": "TLOCAL", "name": "alice"}


def command(text: str = "whoami", trigger: str = "1.2.abc") -> dict:
    return {
        "command": "/cloudops", "text": text, "team_id": "TLOCAL", "user_id": "UALICE", "channel_id": "COPS",
        "trigger_id": trigger, "response_url": "",
    }  # fmt: skip


def _click(kind: str) -> dict:
    return {
        "type": kind, "team": {"id": "TLOCAL"}, "user": CLICKER, "api_app_id": "ACLOUDOPS", "trigger_id": "9.9.x",
        "channel": {"id": "COPS"}, "message": {"user": "UCLOUDOPS", "ts": "1764000001.000100", "text": "a card"},
        "container": {"type": "message", "message_ts": "1764000001.000100", "channel_id": "COPS"},
        "view": {"id": "V1", "type": "modal", "callback_id": "reject", "private_metadata": "plan_x", "state": {"values": {}}, "blocks": []},
        "actions": [{"action_id": "plan_approve", "value": "plan_x", "type": "button", "block_id": "plan:plan_x", "action_ts": "1.2"}],
        "response_urls": [{"response_url": "", "channel_id": "COPS"}],
    }  # fmt: skip


def _events() -> list[dict]:
    mention = event(1)
    inner = mention["event"]
    edited = {
        "type": "message",
        "subtype": "message_changed",
        "channel": "COPS",
        "message": inner,
        "previous_message": inner,
    }
    others = (
        inner | {"type": "message", "channel_type": "im", "channel": "D1"},
        inner | {"type": "message", "thread_ts": "1764000000.000100"},
        edited,
        {"type": "app_home_opened", "user": "UALICE", "channel": "D1", "tab": "home"},
        {"type": "app_context_changed", "user": "UALICE", "context": {"entities": [{"type": "slack#/types/channel_id", "value": "COPS"}]}},
        {"type": "reaction_added", "user": "UALICE", "item": {"type": "message", "channel": "COPS", "ts": "1.2"}},
    )  # fmt: skip
    return [mention, *(mention | {"event": other} for other in others)]


EVENTS = _events()
CLICKS = [
    _click(kind)
    for kind in ("block_actions", "view_submission", "view_closed", "shortcut", "block_suggestion")
]
CHALLENGE = {"type": "url_verification", "challenge": "3eZbr", "token": "x"}


@dataclass(frozen=True, slots=True)
class Hostile:
    """One request; `signed` when a bot that knows the secret must take the signature."""

    body: bytes
    headers: dict[str, str]
    signed: bool


class Attacker:
    def __init__(self, seed: int, secret: str) -> None:
        self.rng, self._secret = random.Random(seed), secret

    def unsigned(self) -> Hostile:
        """Anything, good bodies too, under a signature that does not hold."""
        body, kind = self._body() if self.rng.random() < 0.7 else (json.dumps(EVENTS[0]).encode(), JSON)
        return Hostile(body, {"Content-Type": kind, **self._forged(body)}, signed=False)

    def signed(self) -> Hostile:
        body, kind = self._body()
        return Hostile(body, {"Content-Type": kind, **_signature(self._secret, body)}, signed=True)

    def object(self) -> dict:
        """What is left of a delivery when it has been tampered with, as Socket Mode brings it."""
        whole = json.loads(json.dumps(self.rng.choice((*EVENTS, *CLICKS, command(), CHALLENGE))))
        for _ in range(self.rng.choice((1, 1, 2, 5))):
            self._tamper(whole)
        return whole

    # bodies

    def _body(self) -> tuple[bytes, str]:
        make = self.rng.choice(
            (
                self._typed,
                self._typed,
                self._typed,
                self._typed,
                self._broken,
                self._form,
                self._noise,
                self._deep,
            )
        )
        body = make()
        if self.rng.random() < 0.002:
            body += b" " * TOO_MUCH
        kind = self.rng.choice(KINDS) if self.rng.random() < 0.2 else JSON if body[:1] in b"{[" else FORM
        return body, kind

    def _typed(self) -> bytes:
        whole = self.object()
        if "command" in whole and self.rng.random() < 0.8:
            return urllib.parse.urlencode({k: _word(v) for k, v in whole.items()}).encode()
        text = json.dumps(whole)
        if "event" not in whole and self.rng.random() < 0.8:
            return urllib.parse.urlencode({"payload": text}).encode()
        return text.encode()

    def _broken(self) -> bytes:
        body = bytearray(self._typed())
        how = self.rng.randrange(3)
        if how == 0:
            return bytes(body[: self.rng.randint(0, len(body))])
        for _ in range(self.rng.randint(1, 8)):
            at = self.rng.randrange(len(body))
            body[at : at + how - 1] = bytes([self.rng.randrange(256)])
        return bytes(body)

    def _form(self) -> bytes:
        """Fields that come twice, empty, or as half a percent sign."""
        good, bad = (
            urllib.parse.quote(json.dumps(CLICKS[0])),
            self.rng.choice(("", "%", "%7B", "3", "null", "[]", "%FF%FE", "%00")),
        )
        parts = [
            f"payload={good}",
            f"payload={bad}",
            f"xpayload={bad}",
            "command=%2Fcloudops",
            "a=1",
            "&&=;",
            "ssl_check=1",
            "text=payload",
        ]
        return "&".join(self.rng.sample(parts, self.rng.randint(1, 4))).encode()

    def _noise(self) -> bytes:
        if self.rng.random() < 0.5:
            return self.rng.choice(
                (
                    b"",
                    b"{}",
                    b"[]",
                    b"3",
                    b"null",
                    b'"x"',
                    b"NaN",
                    b"{]",
                    b" {}",
                    b"\xef\xbb\xbf{}",
                    b"1" * 5_000,
                )
            )
        return self.rng.randbytes(self.rng.randint(1, 300))

    def _deep(self) -> bytes:
        """JSON within JSON within JSON: in the middle of a good one, or alone."""
        levels = self.rng.choice((50, 500, 2_000, 100_000))
        opened, closed = self.rng.choice((("[", "]"), ('{"a":', "}")))
        inside = opened * levels + ("1" + closed * levels if self.rng.random() < 0.7 else "")
        if self.rng.random() < 0.5:
            return (
                b"payload=" + urllib.parse.quote(inside).encode()
                if self.rng.random() < 0.5
                else inside.encode()
            )
        return json.dumps(EVENTS[0] | {"x": 0}).replace('"x": 0', f'"x": {inside}').encode()

    def _tamper(self, whole: dict) -> None:
        """One value somewhere is gone, of another type, or somewhere else."""
        holder, key = self.rng.choice(list(_places(whole)) or [(whole, "type")])
        how = self.rng.randrange(4)
        if how == 0 and isinstance(holder, dict):
            holder.pop(key, None)
        elif how == 1 and key in {"event_id", "ts", "trigger_id", "user", "user_id", "action_ts"}:
            holder[key] = f"{self.rng.randrange(10**9)}.{self.rng.randrange(10**6)}"
        else:
            holder[key] = copy.deepcopy(self.rng.choice(STRANGE))

    # signatures

    def _forged(self, body: bytes) -> dict[str, str]:
        good = _signature(self._secret, body)
        stamp, digest = good["X-Slack-Request-Timestamp"], good["X-Slack-Signature"]
        late = str(int(stamp) - 400)
        return self.rng.choice((
            {},
            _signature("somebody else's", body),
            _signature(self._secret, body, late),
            _signature(self._secret, body, str(int(stamp) + 400)),
            _signature(self._secret, body + b"x"),
            good | {"X-Slack-Request-Timestamp": late},
            good | {"X-Slack-Request-Timestamp": self.rng.choice(("", "x", "-1", "1e9", "\u0661", "9" * 400, "9" * 5_000, f"{stamp}.0", f" {stamp[:-1]}"))},
            good | {"X-Slack-Signature": self.rng.choice(("", "v0=", "v1=" + digest[3:], digest[3:], digest[:-1], digest.upper(), "\u00e9", "v0=" + "0" * 64))},
            {"X-Slack-Signature": digest},
            {"X-Slack-Request-Timestamp": stamp},
        ))  # fmt: skip


def _signature(secret: str, body: bytes, stamp: str = "") -> dict[str, str]:
    stamp = stamp or str(int(time.time()))
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def _places(value):
    """Where something can be put: (holder, key) of everything inside."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in inside:
        yield value, key
        yield from _places(held)


def _word(value) -> str:
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "replace").decode()
