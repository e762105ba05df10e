"""Who we are because of where we run: an instance, a function, a pod. Blocking: asks the services beside that place, once each.

The signers fetch a fresh token by themselves when one runs out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tools.errors import GiveUp, NotAllowed, ToolError, TryLater
from tools.oracle import sdk

if TYPE_CHECKING:
    from oci.signer import AbstractBaseSigner

SOURCE: Final = "oci"
REFUSED: Final = frozenset({400, 401, 403, 404})
TENANCY_CLAIMS: Final = ("res_tenant", "tenant")  # of a resource, of an instance


@dataclass(frozen=True, slots=True)
class Signed:
    signer: AbstractBaseSigner = field(repr=False)
    tenancy: str
    region: str


def signed(mode: str, auth: str = "", token_file: Path | None = None) -> Signed:
    """`auth`: where an instance gets its token instead; `token_file`: a service account's token that is not in its usual place.

    Raises:
        GiveUp: this is no such place.
        NotAllowed: it is one and gets no token.
        TryLater: what issues tokens does not answer well.
    """
    makers: Mapping[str, Callable[[], Any]] = {
        "instance_principal": lambda: sdk.instance(f"{auth}/v1/x509" if auth else ""),
        "resource_principal": sdk.resource,
        "oke_workload_identity": lambda: sdk.workload(token_file),
    }
    try:
        signer = makers[mode]()
    except sdk.ServiceError as error:
        raise _refused(mode, error) from error
    except sdk.NO_SUCH_PLACE as error:
        raise GiveUp(
            f"OCI_AUTH={mode}: this is no place that has one ({type(error).__name__})", SOURCE
        ) from error
    region = str(getattr(signer, "region", "") or "")
    if not region:
        raise GiveUp(f"OCI_AUTH={mode}: its region is not known; set OCI_RESOURCE_PRINCIPAL_REGION", SOURCE)
    return Signed(signer, _tenancy(signer), region)


def _tenancy(signer: Any) -> str:
    """A pod's signer knows its tenancy by its token only."""
    known = getattr(signer, "tenancy_id", "")
    claims = {} if known else signer.security_token.get_jwt()
    return str(known or next(filter(None, map(claims.get, TENANCY_CLAIMS)), ""))


def _refused(mode: str, error: Any) -> ToolError:
    text = f"OCI_AUTH={mode}: what issues tokens here answers {error.status} {error.code or ''}".rstrip()
    if error.status not in REFUSED:
        return TryLater(text, SOURCE)
    enhanced = (
        "; the cluster must be an enhanced one"
        if (mode, error.status) == ("oke_workload_identity", 403)
        else ""
    )
    return NotAllowed(text + enhanced, SOURCE, needs="a token of this place")
