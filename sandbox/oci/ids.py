"""OCIDs that a scenario's names always get again, so that other worlds can name the same resources."""

import base64
import hashlib
from typing import Final

REGIONLESS: Final = frozenset(
    {"tenancy", "compartment", "user", "group", "policy", "dynamicgroup", "usergroupmembership"}
)


def ocid(kind: str, name: str, *, tenancy: str, region: str) -> str:
    """`ocid1.instance.oc1.eu-frankfurt-1.aaaaaaaa...`, as long as real ones."""
    digest = hashlib.sha256(f"{tenancy}/{kind}/{name}".encode()).digest()
    unique = base64.b32encode(digest).decode().rstrip("=").lower()
    return f"ocid1.{kind}.oc1.{'' if kind in REGIONLESS else region}.aaaaaaaa{unique}"


OWN: Final = {  # others are the model's name
    "DynamicResourceGroup": "dynamicgroup", "Job": "ormjob", "Secret": "vaultsecret", "Stack": "ormstack",
}  # fmt: skip


def kind_of(model: str) -> str:
    return OWN.get(model, model.lower())
