"""What storage raises.

StoreError
├── StoreUnavailable    away, locked, full, read-only, gone: nothing was written, try again later
├── SchemaMismatch      the database is newer than this program, or must be migrated by its owner first
├── KeyProblem          a key file of the audit is missing or cannot be used
└── AuditTampered       the audit is not as it was written, so nothing of it may be forgotten
"""

from __future__ import annotations


class StoreError(Exception):
    """Base of everything below."""


class StoreUnavailable(StoreError):
    """Nothing of the transaction was written. Trying again later may work."""


class SchemaMismatch(StoreError):
    """This program cannot work on this database as it is; the text says what to do."""


class KeyProblem(StoreError):
    """The audit cannot be sealed. The text names the file, never its content."""


class AuditTampered(StoreError):
    """The text names the first row that is not as it was."""
