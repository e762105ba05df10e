"""Oracle Cloud: do both principals sign, where are they, and what does the reader see?"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.cli.checks.line import Line, fine, off, wrong

if TYPE_CHECKING:
    from bot.settings import Settings
    from tools.oracle.oracle import Oracle

ENOUGH_S = 20.0
ADVICE = "see docs/quick-start.md, Oracle Cloud"


async def oracle(settings: Settings) -> list[Line]:
    from bot.core import oracle_config
    from tools.oracle.oracle import Oracle

    config = oracle_config(settings)
    if config is None:
        return [off("oracle", "no OCI_CONFIG_FILE: answers go without Oracle Cloud")]
    cloud = Oracle.load(config)
    try:
        return [await _reader(cloud), *await _changer(cloud)]
    finally:
        cloud.close()


async def _reader(cloud: Oracle) -> Line:
    from tools.errors import ToolError
    from tools.oracle.failures import NotVisible

    own = ""
    try:
        own = (await asyncio.to_thread(cloud.read_by.connection.credentials)).region
        found = await cloud.tenancy(cloud.reading(ENOUGH_S))
    except NotVisible:
        text = f"nothing of the tenancy is to be seen in region {own}: it is not subscribed, or the tenancy's OCID is wrong"
        return wrong("oracle", text, "set region and tenancy in the profile")
    except ToolError as error:
        return wrong("oracle", error.reason, ADVICE)
    names = [region.name for region in found.regions]
    if own not in names:
        return wrong(
            "oracle",
            f"region {own} is not subscribed; the tenancy has {', '.join(names)}",
            "set region in the profile",
        )
    count = len(found.compartments.all) - 1
    return fine("oracle", f"reads: {count} compartments, home {found.home}, regions {', '.join(names)}")


async def _changer(cloud: Oracle) -> list[Line]:
    from tools.errors import ToolError
    from tools.oracle.failures import NotVisible

    if cloud.change_by is None:
        return [off("oracle", "no OCI_CHANGE_PROFILE: nothing can be changed there")]
    try:
        who = cloud.change_by.connection.credentials()
        await cloud.changing(ENOUGH_S).read("identity", "get_tenancy", tenancy_id=who.tenancy)
    except NotVisible:
        pass  # the signature was accepted; to see the tenancy is a right that changes do not need
    except ToolError as error:
        return [wrong("oracle", f"for changes: {error.reason}", ADVICE)]
    return [fine("oracle", "changes: the second principal signs")]
