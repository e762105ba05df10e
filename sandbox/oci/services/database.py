"""Autonomous databases, to look at."""

from __future__ import annotations

from typing import Final

from sandbox.oci.api.call import Table
from sandbox.oci.services.listing import getting, listing

TABLE: Final[Table] = {
    "list_autonomous_databases": listing("database", "AutonomousDatabase", "AutonomousDatabaseSummary"),
    "get_autonomous_database": getting("database", "AutonomousDatabase", "autonomousDatabaseId"),
}
