"""The file of a person's key, as the command line asks for it."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.command import CannotRun

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

DEFAULT = "~/.config/cloudops/key.pem"


def key_option(parser: ArgumentParser) -> None:
    parser.add_argument("--key", default=DEFAULT, metavar="FILE", help=f"your key file (default {DEFAULT})")


def made(file: str, *, locked: bool) -> Ed25519PrivateKey:
    """Raises CannotRun."""
    from agents.keys.private import PrivateKeyProblem, make

    passphrase = _asked("passphrase for the new key: ") if locked else ""
    if locked and not passphrase:
        raise CannotRun("--passphrase: it is empty")
    if locked and sys.stdin.isatty() and _asked("once more: ") != passphrase:
        raise CannotRun("--passphrase: the two are not the same")
    try:
        return make(Path(file).expanduser(), passphrase)
    except PrivateKeyProblem as error:
        raise CannotRun(f"--key: {error}") from error


def opened_key(file: str) -> Ed25519PrivateKey:
    """Raises CannotRun."""
    from agents.keys.private import PrivateKeyProblem, is_locked, load

    path = Path(file).expanduser()
    try:
        return load(path, _asked("passphrase of your key: ") if is_locked(path) else "")
    except PrivateKeyProblem as error:
        raise CannotRun(f"--key: {error}") from error


def _asked(words: str) -> str:
    """From the terminal, unseen; where there is none, a line of standard input."""
    return getpass.getpass(words) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
