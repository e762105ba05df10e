"""The bucket that keeps signed heads: is it there, and does it refuse to give them back?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.checks.line import Line, fine, off, wrong

if TYPE_CHECKING:
    from bot.settings import Settings
    from tools.oracle.oracle import Oracle

AREA = "bucket"
RULE = "give it a locked retention rule as long as the audit is kept; until then whoever may delete objects can take heads away"


async def bucket(settings: Settings) -> list[Line]:
    from bot.core import oracle_config
    from tools.oracle.oracle import Oracle

    config = oracle_config(settings)
    if not settings.audit_anchor_bucket or config is None:
        return [off(AREA, "no AUDIT_ANCHOR_BUCKET: signed heads are kept in the log and in a file only")]
    cloud = Oracle.load(config)
    try:
        return [await _looked(settings.audit_anchor_bucket, cloud)]
    finally:
        cloud.close()


async def _looked(setting: str, cloud: Oracle) -> Line:
    from bot.anchoring import named
    from tools.errors import ToolError
    from tools.oracle.bucket import Bucket
    from tools.oracle.failures import NotVisible

    name, folder = named(setting)
    try:
        found = Bucket(cloud, name)
        rules, heads = await found.rules(), len(await found.names(f"{folder}/"))
    except NotVisible:
        text = f"AUDIT_ANCHOR_BUCKET: there is no bucket {name}, or I may not see it"
        return wrong(AREA, text, "make it, or grant the bot what docs/audit.md names")
    except ToolError as error:
        return wrong(
            AREA, f"AUDIT_ANCHOR_BUCKET: {error.reason}", "see docs/audit.md, Signed heads in a bucket"
        )
    if not rules:
        return wrong(AREA, f"warning: bucket {name} has no retention rule", RULE)
    return fine(AREA, f"{name} has a retention rule and {heads} signed heads")
