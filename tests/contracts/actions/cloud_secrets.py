"""API keys of users and secrets of vaults: one of its own a case."""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.oci.signing.keys import fingerprint
from sandbox.oci.tenancy.records import Record
from sandbox.oci.times import stamp
from tests.contracts.actions.cloud import NO_TRY, WHOLE
from tests.contracts.actions.rig import Case, Rig


@cache
def pem():
    """The same public key for all: a key is one of its user."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return public.public_bytes(serialization.Encoding.PEM, form).decode()


def key_of(place, user, public=None):
    public = public or pem()
    root, print_ = place.local.root, fingerprint(public)
    body = {
        "keyId": f"{root}/{user.id}/{print_}", "keyValue": public, "fingerprint": print_, "userId": user.id,
        "timeCreated": stamp(place.local.clock()), "lifecycleState": "ACTIVE",
    }  # fmt: skip
    return place.records.add(Record(body["keyId"], root, "identity", "ApiKey", body))


def key(place, n):
    root, name = place.local.root, f"person-{n}@acme.example"
    body = {
        "id": place.local.ocid("user", name), "compartmentId": root, "name": name, "description": "p",
        "timeCreated": stamp(place.local.clock()), "lifecycleState": "ACTIVE", "isMfaActivated": False,
    }  # fmt: skip
    user = place.records.add(Record(body["id"], root, "identity", "User", body))
    kept = [key_of(place, user)]

    def seen():
        return [one.id for one in place.records.of("identity", "ApiKey") if one.body["userId"] == user.id]

    def put(before):
        if kept[0].id in before and kept[0].id not in place.records.by_id:
            place.records.add(kept[0])

    def drift():
        place.records.change(user, {"freeformTags": {"leaves": "soon"}}, place.local.clock())

    begins = kept[0].body["fingerprint"][:11]
    words = f"delete api key {begins} of user {name}"
    return Case({"user": name, "fingerprint": begins}, words, user.id, seen, put, drift, lambda: None)


def secret(place, n, **fields):
    prod, name = place.local.ocid("compartment", "prod"), f"secret-{n}"
    body = {
        "id": place.local.ocid("vaultsecret", name), "compartmentId": prod, "secretName": name, "vaultId": place.local.ocid("vault", "v"),
        "timeCreated": stamp(place.local.clock()), "lifecycleState": "ACTIVE", "currentVersionNumber": 1, **fields,
    }  # fmt: skip
    record = place.records.add(Record(body["id"], prod, "vault", "Secret", body))

    def seen():
        place.records.settle()
        return record.body["currentVersionNumber"]

    def put(before):
        place.records.change(record, {"currentVersionNumber": before}, place.local.clock())

    def drift():
        place.records.change(record, {"freeformTags": {"held": "yes"}}, place.local.clock())

    return Case({"resource": name}, f"rotate secret {name}", record.id, seen, put, drift, lambda: None)


RIGS = (
    Rig("api_key_delete", key, without=NO_TRY | WHOLE, at="cloud"),
    Rig("secret_rotate", secret, without=NO_TRY | WHOLE, at="cloud"),
)
