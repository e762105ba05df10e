"""Redaction: secrets are taken out before a text reaches a model, Slack, the audit or the logs."""

from agents.redaction.findings import Redacted
from agents.redaction.memory import TurnMemory
from agents.redaction.redactor import Redactor

__all__ = ["Redacted", "Redactor", "TurnMemory"]
