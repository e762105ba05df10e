"""The audit's verdict, the same for `audit verify` and `doctor`. Blocking; needs no running bot and changes nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.command import CannotRun

if TYPE_CHECKING:
    from bot.settings import Settings
    from storage.audit.heads import Head
    from storage.audit.raw import Source
    from storage.audit.verify import Keys, Report
    from tools.oracle.oracle import OracleConfig


def audit_source(settings: Settings) -> Source:
    """What has the rows: the file, or the server's address."""
    from storage.urls import file_of, is_postgresql

    if is_postgresql(settings.database_url):
        return settings.database_url
    file = file_of(settings.database_url)
    if not file.exists():
        raise CannotRun("DATABASE_URL: there is no such database yet")
    return file


def verified(
    settings: Settings,
    *,
    key: Path | None = None,
    anchor: Path | None = None,
    start: int = 1,
    end: int | None = None,
    bucket: str | None = None,
) -> Report:
    """Raises CannotRun when database, keys or an anchor cannot be read; not for a bucket when the rest is tampered with."""
    from storage.audit.verify import AnchorProblem, verify_file
    from storage.errors import StoreUnavailable

    source, anchor = audit_source(settings), anchor or anchor_of(settings)
    keys, away, heads = public_and_mac(settings, key), None, None
    if wanted := bucket or settings.audit_anchor_bucket:
        try:
            heads = heads_in_bucket(settings, wanted)
        except CannotRun as error:
            away = error
    try:
        report = verify_file(source, keys, anchor=anchor, start=start, end=end, bucket=heads)
    except StoreUnavailable as error:
        raise CannotRun(f"DATABASE_URL: {error}") from error
    except AnchorProblem as error:
        raise CannotRun(f"--anchor: {error}") from error
    if away is not None and report.ok:
        raise away
    return report


def heads_in_bucket(settings: Settings, setting: str) -> list[Head]:
    """All of them, read on a loop of its own. Raises CannotRun."""
    from bot.core import oracle_config
    from storage.audit.anchor import AnchorProblem
    from tools.errors import ToolError

    config = oracle_config(settings)
    if config is None:
        raise CannotRun("AUDIT_ANCHOR_BUCKET: needs Oracle Cloud, and OCI_CONFIG_FILE is not set")
    try:
        return asyncio.run(_read_bucket(config, setting))
    except (ToolError, AnchorProblem) as error:
        raise CannotRun(f"AUDIT_ANCHOR_BUCKET: {error}; nothing was compared with it") from error


async def _read_bucket(config: OracleConfig, setting: str) -> list[Head]:
    from bot.anchoring import named
    from storage.audit.outside import heads_in
    from tools.oracle.bucket import Bucket
    from tools.oracle.oracle import Oracle

    cloud, (name, folder) = Oracle.load(config), named(setting)
    try:
        return heads_in(await Bucket(cloud, name).texts(f"{folder}/"))
    finally:
        cloud.close()


def anchor_of(settings: Settings) -> Path:
    from bot.core import data_folder
    from storage.backend import anchor_of as named

    return named(settings.database_url, data_folder(settings))


def public_and_mac(settings: Settings, key: Path | None) -> Keys:
    """The public key from `key`, else from the signing key or its public half; the secret of the macs if it is there."""
    from bot.core import data_folder
    from storage.audit.keys import MAC_NAME, SIGNING_NAME, load_macs, load_publics
    from storage.audit.verify import Keys
    from storage.errors import KeyProblem

    folder = data_folder(settings)
    signing = settings.audit_signing_key_file or folder / SIGNING_NAME
    public = signing.with_suffix(".pub.pem")
    mac = settings.audit_key_file or folder / MAC_NAME
    try:
        publics = load_publics(key or (public if public.exists() else signing))
    except KeyProblem as error:
        raise CannotRun(f"{'--key' if key else 'AUDIT_SIGNING_KEY_FILE'}: {error}") from error
    try:
        macs = load_macs(mac) if mac.exists() else ()
    except KeyProblem as error:
        raise CannotRun(f"AUDIT_KEY_FILE: {error}") from error
    return Keys(publics[0], macs[0] if macs else None, publics[1:], macs[1:])


def spoken(report: Report, anchor: Path) -> str:
    """The verdict in one line, notes below it."""
    if report.problem is not None:
        verdict = "CANNOT BE CHECKED" if report.problem.unsure else "TAMPERED"
        head = f"{verdict}: first bad record {report.problem.seq}: it {report.problem.why}"
    else:
        macs = "macs checked" if report.macs else "macs not checked, their key is not here"
        outside = f"{report.anchored} kept outside"
        if report.in_bucket is not None:
            outside += f", {report.in_bucket} in the bucket"
        head = f"ok, {report.rows} records, {report.heads} signed heads ({outside}), {macs}"
        head += _last_head(anchor)
    return "\n".join([head, *(f"note: {note}" for note in report.notes)])


def _last_head(anchor: Path) -> str:
    from storage.audit.anchor import read_anchor

    heads = read_anchor(anchor)
    return f", head signed at {heads[-1].time} for record {heads[-1].seq}" if heads else ""
