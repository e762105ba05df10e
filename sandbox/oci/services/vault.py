"""Secrets of vaults and their versions. What a version holds is kept aside, and no operation here shows it."""

from __future__ import annotations

from typing import Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.errors import bad_parameter, incorrect_state
from sandbox.oci.services.listing import getting, listing, shown
from sandbox.oci.tenancy.records import Json, Record
from sandbox.oci.times import stamp

UPDATED_S: Final = 4.0
CHANGEABLE: Final = frozenset({"description", "freeformTags", "definedTags", "metadata"})


def _versions(secret: Record) -> list[Json]:
    """Their summaries, the first version first; a secret begins with one."""
    first = {
        "secretId": secret.id,
        "versionNumber": 1,
        "timeCreated": secret.body["timeCreated"],
        "stages": ["CURRENT", "LATEST"],
        "contentType": "BASE64",
    }
    found: list[Json] = secret.hidden.setdefault("versions", [first])
    return found


def _list_versions(call: Call) -> Answer:
    return Answer([dict(one) for one in reversed(_versions(call.record("Secret", call.path["secretId"])))])


def _update(call: Call) -> Answer:
    """New content is a new version, the current one; a number alone makes an earlier version current again."""
    secret = call.record("Secret", call.path["secretId"])
    _resting(secret)
    before: Json = {"currentVersionNumber": secret.body.get("currentVersionNumber")}
    number, content = call.body.get("currentVersionNumber"), call.body.get("secretContent")
    if number is not None and content is not None:
        raise bad_parameter("secretContent and currentVersionNumber exclude each other")
    if number is not None and number not in {one["versionNumber"] for one in _versions(secret)}:
        raise bad_parameter(f"{secret.name} has no version {number}")
    patch = {key: value for key, value in call.body.items() if key in CHANGEABLE}
    if content is not None:
        number = _add(call, secret, str(content.get("content") or ""), str(content.get("name") or ""))
    _become(call, secret, number, patch)
    return Answer(shown("vault", "Secret", secret), secret, before=before)


def _rotate(call: Call) -> Answer:
    """Oracle makes the value: only where it was told how."""
    secret = call.record("Secret", call.path["secretId"])
    _resting(secret)
    if not (secret.body.get("rotationConfig") or secret.body.get("isAutoGenerationEnabled")):
        raise bad_parameter(f"{secret.name} has no rotation configuration and is not generated")
    before: Json = {"currentVersionNumber": secret.body.get("currentVersionNumber")}
    _become(call, secret, _add(call, secret, "(made by Oracle)", ""), {})
    return Answer(None, secret, before=before)


def _resting(secret: Record) -> None:
    if secret.state != "ACTIVE":
        raise incorrect_state(f"Secret {secret.id} is {secret.state}; this takes one that is ACTIVE")


def _add(call: Call, secret: Record, content: str, name: str) -> int | None:
    """The number of the new version; none comes of it where it `fails`."""
    if call.fails:
        return None
    versions = _versions(secret)
    number = int(versions[-1]["versionNumber"]) + 1
    versions.append(
        {
            "secretId": secret.id,
            "versionNumber": number,
            "timeCreated": stamp(call.now),
            "stages": ["LATEST"],
            "contentType": "BASE64",
            "name": name or None,
        }
    )
    secret.hidden.setdefault("contents", {})[str(number)] = content
    return number


def _become(call: Call, secret: Record, number: int | None, patch: Json) -> None:
    """UPDATING for a moment, then ACTIVE with that version."""
    records = call.tenancy.records
    records.change(secret, {"lifecycleState": "UPDATING"}, call.now)
    current = {} if number is None or call.fails else {"currentVersionNumber": number}
    done = {**patch, **current, "lifecycleState": "ACTIVE"}
    records.later(call.now + UPDATED_S / call.speed, secret, done)


TABLE: Final[Table] = {
    "list_secrets": listing("vault", "Secret", "SecretSummary"),
    "get_secret": getting("vault", "Secret", "secretId"),
    "list_secret_versions": _list_versions,
    "update_secret": _update,
    "rotate_secret": _rotate,
}
