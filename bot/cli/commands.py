"""All commands, in the order of `--help`. A new one is one file and one line here."""

from __future__ import annotations

from bot.cli.actions import ACTIONS
from bot.cli.ask import ASK
from bot.cli.audit import AUDIT
from bot.cli.command import Command
from bot.cli.console import CONSOLE
from bot.cli.db import DB
from bot.cli.demo import DEMO
from bot.cli.diagnose import DIAGNOSE
from bot.cli.digest import DIGEST
from bot.cli.doctor import DOCTOR
from bot.cli.iam import IAM
from bot.cli.keys import KEYS
from bot.cli.manifest import MANIFEST
from bot.cli.plans import PLANS
from bot.cli.policy import POLICY
from bot.cli.redact import REDACT
from bot.cli.route import ROUTE
from bot.cli.run import RUN
from bot.cli.runbooks import RUNBOOKS
from bot.cli.terraform import TERRAFORM
from bot.cli.tool import TOOL
from bot.cli.triage import TRIAGE

COMMANDS: tuple[Command, ...] = (
    RUN,
    DEMO,
    CONSOLE,
    ASK,
    ROUTE,
    TOOL,
    DIAGNOSE,
    IAM,
    TERRAFORM,
    TRIAGE,
    DIGEST,
    REDACT,
    ACTIONS,
    PLANS,
    KEYS,
    RUNBOOKS,
    POLICY,
    AUDIT,
    DB,
    DOCTOR,
    MANIFEST,
)
