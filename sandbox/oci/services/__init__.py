"""What each service does, by the SDK's names of its operations."""

from collections.abc import Mapping
from typing import Final

from sandbox.oci.api.call import Table
from sandbox.oci.services import identity

SERVICES: Final[Mapping[str, Table]] = {"identity": identity.TABLE}
