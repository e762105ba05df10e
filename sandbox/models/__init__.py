"""A Groq- and OpenAI-compatible server whose models follow a script, an attacker's text, or plain good sense."""

from sandbox.models.replies import Broken, Calls, Fail, Hang, Reply, Reset, Say, Script
from sandbox.models.server import ModelServer

__all__ = ["Broken", "Calls", "Fail", "Hang", "ModelServer", "Reply", "Reset", "Say", "Script"]
