"""Planning a step once more just before it runs, and whether that is still what people approved."""

from __future__ import annotations

from agents.changes.checks import Checks, Stop
from agents.changes.resting import at_rest
from agents.changes.run import Hands, Run
from agents.changes.runbooks.sealed import Step
from tools.plan import Draft, FieldChange


class Anew:
    def __init__(self, checks: Checks, hands: Hands) -> None:
        self._checks = checks
        self._hands = hands

    async def draft(self, staged: Run, step: Step) -> Draft:
        """The draft that runs. Raises Stop when it is another change than the approved one, and what `plan` raises."""
        if not step.again:
            return step.draft
        args = staged.action.args.model_validate(step.draft.args)
        fresh = await at_rest(lambda: staged.action.plan(self._hands.call(staged), args))
        if different := differences(step, fresh):
            raise Stop("planned again, this step is not the approved one", different)
        if problem := self._checks.too_big(staged.plan, fresh):
            raise Stop(problem)
        return fresh


def differences(step: Step, fresh: Draft) -> tuple[FieldChange, ...]:
    """In action, arguments, target, or more dangerous than approved. Where it could not be planned before, the
    arguments that were given must be the same; what the target adds to them was not known.
    """
    sealed = step.draft
    wanted = dict(sealed.args)
    found = {key: fresh.args.get(key) for key in wanted} if not step.planned else dict(fresh.args)
    pairs = [
        ("action", sealed.action, fresh.action),
        ("arguments", str(sorted(wanted.items())), str(sorted(found.items()))),
        ("target uid", sealed.target.uid, fresh.target.uid),
        ("objects", f"at most {sealed.blast.objects}", _more(fresh.blast.objects, sealed.blast.objects)),
        ("risk", f"at most {sealed.risk.value}", _riskier(sealed, fresh)),
        ("reversible", str(sealed.reversible), str(sealed.reversible and _reversible(fresh))),
    ]
    return tuple(
        FieldChange(path=path, before=before, after=after) for path, before, after in pairs if before != after
    )


def _more(now: int, most: int) -> str:
    return f"at most {most}" if now <= most else str(now)


def _riskier(sealed: Draft, fresh: Draft) -> str:
    return f"at most {sealed.risk.value}" if fresh.risk.rank <= sealed.risk.rank else fresh.risk.value


def _reversible(fresh: Draft) -> bool:
    return fresh.reversible and fresh.rollback is not None
