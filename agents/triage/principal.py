"""As whom incidents are looked into and detectors look. Apart, so that whoever names it need not import what it does."""

from typing import Final

from agents.people import Actor

ACTOR: Final = Actor("system", "triage", "triage", standing="member")
PRINCIPAL: Final = ACTOR.id
