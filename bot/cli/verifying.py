"""The audit's verdict, the same for `audit verify` and `doctor`. Blocking; needs no running bot and changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.command import CannotRun

if TYPE_CHECKING:
    from bot.settings import Settings
    from storage.audit.raw import Source
    from storage.audit.verify import Keys, Report


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
) -> Report:
    """Raises CannotRun when database, keys or anchor cannot be read."""
    from storage.audit.verify import AnchorProblem, verify_file
    from storage.errors import StoreUnavailable

    source, anchor = audit_source(settings), anchor or anchor_of(settings)
    try:
        return verify_file(source, public_and_mac(settings, key), anchor=anchor, start=start, end=end)
    except StoreUnavailable as error:
        raise CannotRun(f"DATABASE_URL: {error}") from error
    except AnchorProblem as error:
        raise CannotRun(f"--anchor: {error}") from error


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
        head = (
            f"ok, {report.rows} records, {report.heads} signed heads ({report.anchored} kept outside), {macs}"
        )
        head += _last_head(anchor)
    return "\n".join([head, *(f"note: {note}" for note in report.notes)])


def _last_head(anchor: Path) -> str:
    from storage.audit.anchor import read_anchor

    heads = read_anchor(anchor)
    return f", head signed at {heads[-1].time} for record {heads[-1].seq}" if heads else ""
