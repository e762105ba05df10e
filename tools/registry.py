"""Every tool and every action. A new one is one file, one test file and one line here."""

from __future__ import annotations

from typing import Any

from tools.plan import Action
from tools.remediation.rollout_restart import ROLLOUT_RESTART
from tools.remediation.rollout_undo import ROLLOUT_UNDO
from tools.remediation.scale import SCALE
from tools.remediation.set_resources import SET_RESOURCES
from tools.spec import Tool

TOOLS: tuple[Tool[Any], ...] = ()
ACTIONS: tuple[Action[Any], ...] = (ROLLOUT_UNDO, ROLLOUT_RESTART, SCALE, SET_RESOURCES)
