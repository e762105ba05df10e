"""What the program itself says: greetings, help, refusals to act on typed approvals. No model words these."""

from __future__ import annotations

from collections.abc import Iterable

from agents.conversation.work import Work
from agents.outcomes import Answer, Outcome, Question, Refusal
from agents.planner import Kind, Route, Topic

_ABILITIES = (
    ("k8s_unhealthy", "what is unhealthy?"),
    ("k8s_diagnose", "why is {name} failing?"),
    ("k8s_logs", "show me {name}'s last errors"),
    ("k8s_rollouts", "what changed in {name}?"),
    ("k8s_usage", "how much memory does {name} use?"),
    ("ops_service", "who owns {name}?"),
    ("k8s_who_can", "who can delete pods?"),
    ("oci_resources", "which instances run in Oracle Cloud?"),
    ("cost_summary", "what does Oracle Cloud cost?"),
)
_HOW = {
    "rollout_undo": ("roll back {name}", "I propose to go back to the revision before, with the difference."),
    "rollout_restart": ("restart {name}", "I propose new pods, one after the other, with the same software."),
    "scale": ("scale {name} to 4", "I propose a number of pods."),
    "set_resources": ("set {name} memory to 256Mi", "I propose requests or limits for a container."),
    "undo": ("undo that", "I propose to take back the last change of this thread."),
}
SAID_CHARS = 120  # of a message that was not understood
NOTHING = "Nothing was changed."


async def talk(work: Work) -> Outcome:
    """The outcome of a route that runs nothing."""
    route = work.route
    if route.topic in {Topic.APPROVAL, Topic.INJECTION}:
        return await _refuse_typed(work)
    if route.kind is Kind.CLARIFY:
        return Question(route.ask, route.options)
    if route.kind is Kind.HELP and route.topic is Topic.HOW_TO:
        return how_to(work, route)
    return _small(work, route)


async def _refuse_typed(work: Work) -> Refusal:
    """Typing never approves and never changes who may do what. It is on record."""
    injected = work.route.topic is Topic.INJECTION
    why = "text that tries to give the bot orders or rights" if injected else "typed approval"
    seq = await work.records.approval_refused(work.turn, why)
    if injected:
        text = "I take no new rules, roles or rights from text. Ask me plainly for what you want to know or to propose."
    else:
        text = (
            "Typing cannot approve. A plan is approved only when someone who may do so presses Approve on its card; "
            "what anybody said or wrote does not count."
        )
    return Refusal(text, reference=f"audit:{seq}" if seq else "audit:spool")


def how_to(work: Work, route: Route) -> Answer:
    name = str(route.args.get("service") or route.args.get("name") or _example(work))
    words, meaning = _HOW.get(route.tool, _HOW["rollout_undo"])
    said = words.format(name=name)
    text = (
        f"Say “{said}”. {meaning} The plan shows exactly what would run, the server's dry run and how it is undone; "
        "it runs only after people approve it with the buttons."
    )
    return Answer(text, suggestions=(said,))


def _small(work: Work, route: Route) -> Answer:
    if route.topic in {Topic.GREETING, Topic.CAPABILITIES}:
        return _abilities(work, greeting=route.topic is Topic.GREETING)
    texts = {
        Topic.THANKS: "You are welcome.",
        Topic.DECLINED: f"Understood: I propose nothing. {NOTHING}",
        Topic.CANCEL: "Withdraw a plan with the Cancel button on its card or `/cloudops plans cancel <plan>`. "
        "`/cloudops stop all changes` stops every change at once. " + NOTHING,
        Topic.APPROVERS: "The card of a plan names under “May approve” who may; the button decides, for each click anew. "
        "`plans` lists the plans that wait.",
        Topic.UNSUPPORTED: "I cannot make that change. I can propose to roll back, restart, scale, or set the memory and "
        f"CPU of a workload. {NOTHING}",
    }
    asked = " ".join(work.text.split())
    said = f"{asked[:SAID_CHARS]}…" if len(asked) > SAID_CHARS else asked
    outside = f"I did not understand: “{said}”. I answer questions about services, Kubernetes, Oracle Cloud, costs and their changes."
    text = route.ask or texts.get(route.topic, outside)
    suggestions = _words(work)[:3] if route.topic not in {Topic.THANKS, Topic.DECLINED} else ()
    return Answer(text, suggestions=suggestions)


def _abilities(work: Work, *, greeting: bool) -> Answer:
    words = _words(work)
    start = "Hello. " if greeting else ""
    listed = "\n".join(f"- {line}" for line in words)
    text = (
        f"{start}I find out what is wrong with services, Kubernetes workloads and Oracle Cloud, and what it costs, with evidence, and I can propose "
        f"changes that other people approve. For example:\n{listed}\n"
        "- roll back, restart, scale, or set memory and CPU of a workload (always as a plan that people approve)"
    )
    return Answer(text, suggestions=words[:4])


def _words(work: Work) -> tuple[str, ...]:
    """Only what this person may ask here."""
    may = {tool.name for tool in work.gate.visible(work.turn)}
    return tuple(words.format(name=_example(work)) for tool, words in _ABILITIES if tool in may)


def _example(work: Work) -> str:
    focus = work.facts.focus
    if focus is not None and focus.label:
        return focus.label
    return _first(work.catalog.services(), "checkout")


def _first(names: Iterable[str], otherwise: str) -> str:
    return next(iter(names), otherwise)
