"""Who may turn the pages of a list that somebody else asked for: decided anew at each click, by the clicker's rights there."""

from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from agents.outcomes import Answer, Question, ToolUse
from agents.people import Actor, Place, Request
from bot.core import open_core
from bot.pages import MOST, TYPE, Pages
from bot.replies.answer import Footer
from bot.replies.text import Outbound
from bot.settings import Settings
from storage.clock import SystemClock
from storage.errors import StoreUnavailable
from tools.spec import Table

POLICY = """
version: 1
people:
  - {id: "TLOCAL:UALICE", name: alice}
  - {id: "TLOCAL:UBOB", name: bob}
  - {id: "TLOCAL:UCAROL", name: carol}
bindings:
  - {subjects: ["person:alice", "person:bob"], role: viewer, channels: ["COPS", "CTWO"], compartments: ["prod", "lab"]}
  - {subjects: ["person:carol"], role: viewer, channels: ["COPS"], compartments: ["prod"]}
environments: [{name: production, clusters: ["*"], namespaces: ["*"]}]
"""
FOOTER = Footer("in_1", "c_1")
TABLE = Table("Resources", ("name",), tuple((f"node-{n}",) for n in range(40)))
pytestmark = pytest.mark.asyncio(loop_scope="module")


class Clock(SystemClock):
    ahead = timedelta(0)

    def now(self):
        return super().now() + self.ahead


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def core(tmp_path_factory):
    root: Path = tmp_path_factory.mktemp("pages")
    (root / "policy.yaml").write_text(POLICY)
    values = {
        "database_url": f"sqlite:///{root}/app.db",
        "policy_file": root / "policy.yaml",
        "_env_file": None,
    }
    async with open_core(Settings(**values), worker="w_1", clock=Clock(), agent=False) as found:
        yield found


@pytest.fixture
def pages(core):
    core.clock.ahead = timedelta(0)
    return Pages(core, Outbound(core.redactor.clean))


def asks(
    user: str = "UALICE", channel: str = "COPS", text: str = "resources instances", team: str = "TLOCAL"
) -> Request:
    actor = Actor("TLOCAL", user, standing="member")
    return Request("in_1", "c_1", actor, Place(team, channel, "1.0"), text, SystemClock().now())


def answer(*tables: Table, tool: str = "oci_resources", **args) -> Answer:
    return Answer("Some.", tables=tables, tools=(ToolUse(tool, args, ok=True, ms=1),))


async def kept(pages: Pages, request: Request | None = None, **args) -> str:
    message = await pages.rendered(answer(TABLE, **args), request or asks(), FOOTER)
    block = next(b for b in message.blocks if b.get("block_id") == "pages")
    return str(block["elements"][0]["value"]).partition(" ")[0]


async def verdict(pages: Pages, key: str, request: Request) -> str:
    sheet = await pages.find(key, request)
    if sheet is None:
        return "none"
    no = await pages.refused(sheet, request)
    return no.kind if no else "may"


async def test_who_sees_the_same_turns_the_page_and_others_do_not(pages):
    key = await kept(pages)
    assert await verdict(pages, key, asks()) == "may"
    assert await verdict(pages, key, asks("UBOB")) == "may"
    assert await verdict(pages, key, asks("UCAROL")) == "ask"
    assert await verdict(pages, key, asks("UDAN")) == "refused"


async def test_a_named_place_is_judged_too(pages):
    key = await kept(pages, compartment="lab")
    assert await verdict(pages, key, asks("UBOB")) == "may"
    assert await verdict(pages, key, asks("UCAROL")) == "refused"


async def test_a_list_is_of_its_channel_and_workspace_alone(pages):
    key = await kept(pages)
    assert await verdict(pages, key, asks("UBOB", "CTWO")) == "none"
    assert await verdict(pages, key, asks("UBOB", team="TOTHER")) == "none"
    for other in ("", "art_0", key[:-1], f"{key}'--"):
        assert await verdict(pages, other, asks()) == "none"


async def test_another_kind_of_result_is_no_list(pages, core):
    async with core.db.write() as tx:
        key = await core.db.artifacts.put(
            tx, title="t", content_type="text/plain", text="{}", owner="TLOCAL:UALICE", correlation="c_1"
        )
        worse = await core.db.artifacts.put(
            tx, title="t", content_type=TYPE, text="{}", owner="TLOCAL:UALICE", correlation="c_1"
        )
    assert await verdict(pages, key, asks()) == await verdict(pages, worse, asks()) == "none"


async def test_each_look_is_on_record(pages, core):
    key = await kept(pages)
    await verdict(pages, key, asks("UDAN"))
    async with core.db.read() as tx:
        rows = await core.db.audit.find(tx, workspace="TLOCAL", newest=True, limit=1)
    assert rows[0].body["tool"] == "oci_resources" and rows[0].body["decision"]["allow"] is False
    assert rows[0].body["actor"]["user_id"] == "UDAN"


async def test_a_list_is_for_a_day_and_the_newest_are_kept(pages, core):
    key = await kept(pages)
    core.clock.ahead = timedelta(hours=23)
    assert await verdict(pages, key, asks()) == "may"
    core.clock.ahead = timedelta(hours=25)
    assert await verdict(pages, key, asks()) == "none"
    fresh = await kept(pages)
    await pages._clean()
    async with core.db.read() as tx:
        assert await core.db.artifacts.get(tx, key) is None
        assert await core.db.artifacts.get(tx, fresh) is not None
    core.clock.ahead = timedelta(hours=26)
    newer = await kept(pages)
    async with core.db.write() as tx:
        assert await core.db.artifacts.keep_newest(tx, TYPE, 1, core.clock.now() - timedelta(days=1)) >= 1
    assert (await verdict(pages, fresh, asks()), await verdict(pages, newer, asks())) == ("none", "may")
    assert MOST > 1


async def test_what_is_kept_has_passed_redaction(pages, core):
    secret = "AKIAIOSFODNN7EXAMPLE"
    table = Table("x", ("a",), ((f"key {secret}",), ("b",)))
    message = await pages.rendered(answer(table, name=secret), asks(text=f"logs {secret}"), FOOTER)
    key = next(b for b in message.blocks if b.get("block_id") == "pages")["elements"][0]["value"].partition(
        " "
    )[0]
    async with core.db.read() as tx:
        row = await core.db.artifacts.get(tx, key)
    assert secret not in row.text and secret not in str(message.payload())


async def test_no_list_no_buttons(pages):
    few = answer(Table("x", ("a",), (("b",),)))
    for outcome in (few, answer(), Answer("x", tables=(TABLE,)), Question("what?")):
        message = await pages.rendered(outcome, asks(), FOOTER)
        assert not [b for b in message.blocks if b.get("block_id") == "pages"]


async def test_z_without_a_store_the_table_is_shown_without_pages(pages, core):
    """The last one: it closes the database."""
    key = await kept(pages)
    await core.db.close()
    message = await pages.rendered(answer(TABLE), asks(), FOOTER)
    grid = next(block for block in message.blocks if block["type"] == "table")
    assert len(grid["rows"]) == 41 and not [b for b in message.blocks if b.get("block_id") == "pages"]
    with pytest.raises(StoreUnavailable):
        await pages.find(key, asks())
