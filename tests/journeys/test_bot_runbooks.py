"""A runbook proposed by its name, in words without a model and with one, as a dry run, and undone as a whole."""

import pytest_asyncio

from sandbox.models import Calls, ModelServer, Say
from tests.journeys.bot_house import house, is_card, texts_of

UP_DOWN = """
version: 1
summary: More pods, and the usual number again.
params:
  - {name: high, kind: number, min: 1, max: 9}
  - {name: low, kind: number, min: 1, max: 9}
steps:
  - {name: up, action: scale, args: {service: checkout, namespace: shop, replicas: "{high}"}}
  - {name: cart, action: scale, args: {name: cart, namespace: shop, replicas: "{low}"}}
"""
ORDER = "run the runbook up-down with high=4 low=3"


class Finds:
    """A model that searches, proposes the runbook by name, and says so."""

    def __call__(self, body):
        asked = [m for m in body["messages"] if m["role"] == "tool"]
        if not body.get("tools"):
            return Say("-")
        if not asked:
            return Calls.one("find_tools", query="runbook")
        if len(asked) == 1:
            self.found = asked[0]["content"]
            args = {"name": "up-down", "params": {"high": 4, "low": 3}}
            return Calls.one("propose_change", action="runbook", args=args, reason="as asked")
        return Say("I proposed the runbook up-down.")


@pytest_asyncio.fixture
async def place(tmp_path):
    (tmp_path / "runbooks").mkdir()
    (tmp_path / "runbooks" / "up-down.yaml").write_text(UP_DOWN)
    async with house(tmp_path) as found:
        yield found


async def test_in_words_without_a_model_by_name_run_and_undone_as_a_whole(place):
    async with place.open():
        card = await place.card(ORDER)
        text = texts_of(card["blocks"])
        assert "Steps" in text
        assert "Scale checkout from 2 to 4 pods" in text
        assert "Scale cart from 2 to 3 pods" in text
        await place.click(card, "plan_approve", "UBOB")
        done = await place.until(card, "Succeeded", seconds=60)
        assert (place.replicas("checkout"), place.replicas("cart")) == (4, 3)

        await place.click(done, "plan_undo", "UALICE")
        thread = card["thread_ts"]
        undo = (
            await place.slack.wait_for(
                lambda: [m for m in place.slack.replies("COPS", thread) if is_card(m)][1:], 20
            )
        )[0]
        assert "Undo: Run up-down" in texts_of(undo["blocks"])
        await place.click(undo, "plan_approve", "UBOB")
        await place.until(undo, "Succeeded", seconds=60)
        assert (place.replicas("checkout"), place.replicas("cart")) == (2, 2)


async def test_what_is_missing_is_asked_and_an_unknown_name_is_answered_with_the_known(place):
    async with place.open():
        assert "needs `low`" in (await place.ask("run the runbook up-down with high=4"))["text"]
        answer = await place.ask("run the runbook up-dwn with high=4 low=3")
        assert "I know no runbook 'up-dwn'" in answer["text"]
        assert "up-down" in answer["text"]


async def test_a_dry_run_plans_every_step_and_proposes_nothing(place):
    async with place.open() as bot:
        for words in ("--dry-run up-down high=4 low=3", "up-down high=4 low=3 --dry-run"):
            told = await place.command(f"runbooks run {words}")
            assert "Nothing was proposed" in told["text"]
        for words in (
            "up-down high=4 low=3 --dry-run=none",
            "up-down high=4 low=3 --dry-run=false",
            "--force up-down high=4 low=3",
        ):
            told = await place.command(f"runbooks run {words}")
            assert "takes no" in told["text"]
        async with bot.core.db.read() as tx:
            assert await bot.core.db.plans.list(tx) == []
        assert place.writes() == []


async def test_a_model_finds_it_and_proposes_it_by_name(place):
    mind = Finds()
    async with (
        ModelServer(mind) as model,
        place.open(llm="groq:m-large", groq_base_url=model.groq_url, groq_api_key="k"),
    ):
        card = await place.card(ORDER)
        assert "Run up-down" in texts_of(card["blocks"])
        assert "runbook(name, params?)" in mind.found
        assert "came from" not in texts_of(card["blocks"]), "the person said every value"
