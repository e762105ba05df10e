"""What a secret holds: shown here alone, to whoever may read bundles where the secret is."""

from __future__ import annotations

from typing import Final

from sandbox.oci.api.call import Answer, Call, Table
from sandbox.oci.errors import hidden


def _bundle(call: Call) -> Answer:
    """The version that is used now. Refused(404) for one whose content nobody gave."""
    secret = call.record("Secret", call.path["secretId"])
    number = int(secret.body.get("currentVersionNumber") or 1)
    content = secret.hidden.get("contents", {}).get(str(number))
    if content is None:
        raise hidden()
    held = {"contentType": "BASE64", "content": content}
    return Answer({"secretId": secret.id, "versionNumber": number, "secretBundleContent": held})


TABLE: Final[Table] = {"get_secret_bundle": _bundle}
