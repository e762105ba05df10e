"""Tokens for clusters of Oracle (OKE): the address of a request that we sign and never send.

The cluster asks Oracle itself whether the signature in it is good, and who made it.
"""

from __future__ import annotations

import base64
from urllib.parse import urlencode

from tools.errors import GiveUp
from tools.oracle.credentials import Credentials

SOURCE = "oci"


def cluster_token(credentials: Credentials, cluster: str, region: str = "") -> str:
    """A bearer token, good for four minutes. Nothing is sent.

    Raises:
        GiveUp: no region by that name, or no key to sign with.
    """
    from tools.oracle import sdk

    signer = credentials.signer
    if signer is None:
        raise GiveUp("there is no key to sign a cluster's token with", SOURCE)
    address = f"https://containerengine.{_domain(region or credentials.region)}/cluster_request/{cluster}"
    signed = sdk.requests.Request("GET", address, auth=signer).prepare().headers
    proof = {name: signed[name] for name in ("authorization", "date", "opc-obo-token") if name in signed}
    return base64.urlsafe_b64encode(f"{address}?{urlencode(proof)}".encode()).decode()


def _domain(region: str) -> str:
    """`eu-frankfurt-1.oraclecloud.com`; other realms have domains of their own."""
    import oci

    realm = oci.regions.REGION_REALMS.get(region, "oc1")
    return f"{region}.{oci.regions.REALMS.get(realm, 'oraclecloud.com')}"
