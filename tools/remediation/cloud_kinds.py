"""The kinds of resources of Oracle Cloud whose changes are one request and one look, by what a plan calls them."""

from __future__ import annotations

from typing import Final

from tools.plan import Draft
from tools.remediation.cloud_item import Kind

ALARM: Final = Kind("Alarm", "alarm", "monitoring", "get_alarm", "alarm_id", "update_alarm")
INSTANCE: Final = Kind(
    "Instance", "instance", "compute", "get_instance", "instance_id", "update_instance", once=True
)
VOLUME: Final = Kind("Volume", "volume", "blockstorage", "get_volume", "volume_id", "update_volume")
BOOT_VOLUME: Final = Kind(
    "BootVolume", "boot volume", "blockstorage", "get_boot_volume", "boot_volume_id", "update_boot_volume"
)
SECRET: Final = Kind("Secret", "vault secret", "vault", "get_secret", "secret_id", "update_secret")
TAGGED: Final = (ALARM, INSTANCE, VOLUME, BOOT_VOLUME)
KINDS: Final = {kind.model: kind for kind in (*TAGGED, SECRET)}


def kind_of(draft: Draft) -> Kind:
    return KINDS[draft.target.kind]
