"""What secrets of vaults hold: for the process's own settings, at its start. No tool may import this."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from typing import Final

from tools.errors import GiveUp, ToolError
from tools.oracle.connection import Connection
from tools.oracle.credentials import Principal
from tools.oracle.services import Endpoints
from tools.oracle.where import text_of

ONE_S: Final = 15.0


def secret_values(
    principal: Principal, endpoints: str, idents: Collection[str]
) -> dict[str, str | ToolError]:
    """By OCID: the value of the version that is used now, or why it cannot be had. Blocking."""
    connection = Connection(principal, Endpoints.parse(endpoints))
    try:
        return {ident: _value(connection, ident) for ident in idents}
    finally:
        connection.close()


def _value(connection: Connection, ident: str) -> str | ToolError:
    try:
        answer = connection.call(
            "secrets", "get_secret_bundle", _region(ident), ONE_S, "cloudops-start", secret_id=ident
        )
        content = text_of(answer.data, "secretBundleContent", "content")
        return base64.b64decode(content, validate=True).decode().strip()
    except ToolError as error:
        return error
    except (binascii.Error, UnicodeDecodeError):
        return GiveUp("it holds no text", "oci:Secret Retrieval")


def _region(ident: str) -> str:
    """Where the secret is, by its OCID; empty, so the principal's own, where that names no whole region."""
    named = ident.split(".")[3]
    return named if "-" in named else ""
