"""What the rigs of Oracle Cloud need beside instances: rights of the principal that changes, and which requests are writes."""

import yaml

from tests.unit.oci_tenancy import TEXT

MANAGED = ("alarms", "volume-family", "secret-family", "orm-family")
WRITES = frozenset(
    {"create_alarm", "update_alarm", "remove_alarm_suppression", "delete_alarm"}
    | {"create_volume_backup", "delete_volume_backup", "update_volume", "delete_volume"}
    | {"delete_api_key", "upload_api_key", "update_secret", "rotate_secret"}
)


def policies():
    """Those of the small tenancy, and what the actions need where their rigs are."""
    known = yaml.safe_load(TEXT)["resources"]["identity"]["Policy"]
    statements = [f"Allow group Operators to manage {family} in compartment prod" for family in MANAGED]
    users = ["Allow group Operators to manage users in tenancy"]
    return [
        *known,
        {"name": "users", "fields": {"description": "u", "statements": users}},
        {"name": "more", "in": "prod", "fields": {"description": "m", "statements": statements}},
    ]
