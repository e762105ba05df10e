"""Every tool and every action. A new one is one file, one test file and one line here."""

from __future__ import annotations

from typing import Any

from tools.plan import Action
from tools.spec import Tool

TOOLS: tuple[Tool[Any], ...] = ()
ACTIONS: tuple[Action[Any], ...] = ()
