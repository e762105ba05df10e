"""Lists in pages: who turns them, twice, after a restart and without the right; the file, where others read along and where not."""

import asyncio
import csv
import io
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
import pytest_asyncio
import yaml

from bot.commands.lookups import LOOKUPS
from bot.commands.oracle import ORACLE
from bot.commands.reads import TOOLS
from bot.commands.verbs import VERBS
from bot.pages import TYPE
from bot.replies.csvfile import csv_of
from bot.replies.pages import read_sheet
from sandbox.oci.tenancy.file import TenancyFile
from tests.journeys.bot_house import house, texts_of
from tests.unit.oci_running import running
from tests.unit.oci_tenancy import instances, tenancy
from tests.unit.test_bot_pages import active
from tests.unit.test_tools_oracle_shop import SHOP

POLICY = """
version: 1
people:
  - {id: "TLOCAL:UALICE", name: alice}
  - {id: "TLOCAL:UBOB", name: bob}
  - {id: "TLOCAL:UCAROL", name: carol}
  - {id: "TLOCAL:UDAN", name: dan}
bindings:
  - {subjects: ["person:alice", "person:bob"], role: operator, channels: ["COPS", "dm"], compartments: ["prod", "lab"]}
  - {subjects: ["person:carol"], role: viewer, channels: ["COPS"], compartments: ["prod"]}
environments: [{name: production, clusters: ["*"], namespaces: ["*"]}]
channels: {COPS: {follow_up: thread}}
"""
OF_THE_SHOP = """
version: 1
people: [{id: "TLOCAL:UALICE", name: alice}]
bindings:
  - {subjects: ["person:alice"], role: admin, channels: ["*"], compartments: ["*"], clusters: ["*"], namespaces: ["*"]}
  - {subjects: ["person:alice"], role: operator, channels: ["*"], compartments: ["*"], clusters: ["*"], namespaces: ["*"]}
environments: [{name: production, clusters: ["*"], namespaces: ["*"]}]
channels: {COPS: {scope: {namespace: shop}}}
"""
LOOKS = frozenset({*LOOKUPS, *ORACLE, *TOOLS})
VERBS_THAT_LOOK = [verb for verb in VERBS if verb.name in LOOKS]
FEW = 12
WRONG = ("is not a command", "Usage:", "unexpected", "must be", "is missing", "Wrong arguments")
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    """A tenancy with forty machines, one of which is named to be run by a spreadsheet."""
    root = tmp_path_factory.mktemp("pages")
    made = [*instances(39), instances(1)[0] | {"name": "=cmd|calc", "in": "lab"}]
    (root / "oci").mkdir()
    with running(tenancy(resources={"core": {"Instance": made}}), root / "oci", speed=20) as local:
        async with house(root, policy=POLICY) as found:
            env = local.server.environment()
            names = ("OCI_CONFIG_FILE", "OCI_CHANGE_PROFILE", "OCI_ENDPOINTS")
            found.cloud = {name.lower(): env[name] for name in names}
            async with AsyncExitStack() as stack:

                async def start():
                    await stack.aclose()
                    await stack.enter_async_context(found.open(**found.cloud))

                found.restart = start
                await start()
                yield found


def rows(message) -> list[str]:
    grid = next(block for block in message["blocks"] if block["type"] == "table")
    return [row[0]["text"] for row in grid["rows"][1:]]


def pressable(message) -> list[str]:
    return [
        e["text"]["text"] for b in message["blocks"] if b.get("block_id") == "pages" for e in b["elements"]
    ]


@asynccontextmanager
async def shop(root):
    """A house beside the shop's whole tenancy."""
    (root / "oci").mkdir()
    file = TenancyFile.model_validate(yaml.safe_load(SHOP.read_text()))
    with running(file, root / "oci", speed=20) as local:
        async with house(root, policy=OF_THE_SHOP) as found:
            env = local.server.environment()
            names = ("OCI_CONFIG_FILE", "OCI_CHANGE_PROFILE", "OCI_ENDPOINTS")
            async with found.open(**{name.lower(): env[name] for name in names}):
                yield found


async def until(place, message, words: str):
    def look():
        found = place.now(message)
        return found if words in texts_of(found["blocks"]) else None

    return await place.slack.wait_for(look, 20)


def shared(place, message) -> list[dict]:
    """The files in the thread of a message."""
    thread = [
        m for m in place.slack.workspace.messages.all("COPS") if m.get("thread_ts") == message["thread_ts"]
    ]
    return [file for said in thread for file in said.get("files", [])]


async def test_the_next_page_comes_in_place_and_a_double_click_is_one_step(place):
    first = await place.ask("resources instances")
    assert "1-15 of 40" in texts_of(first["blocks"]) and pressable(first) == ["Next", "CSV"]
    names = rows(first)
    await asyncio.gather(
        *(place.click(first, "page:next", "UALICE") for _ in range(2))
    )  # of the page that both saw
    second = await until(place, first, "16-30 of 40")
    names += rows(second)
    assert pressable(second) == ["Previous", "Next", "CSV"] and "ago" in texts_of(second["blocks"])
    await place.click(first, "page:next", "UBOB")
    last = await until(place, first, "31-40 of 40")
    assert pressable(last) == ["Previous", "CSV"] and len({*names, *rows(last)}) == 40
    await place.click(first, "page:previous", "UBOB")
    await until(place, first, "16-30 of 40")
    assert len(place.slack.replies("COPS", first["thread_ts"])) == 1


async def test_who_may_see_less_or_nothing_turns_no_page_and_gets_no_file(place):
    message = await place.ask("resources instances")
    for action in ("page:next", "page:csv"):
        assert "other rights than yours" in await place.whispered(message, action, "UCAROL")
        refused = await place.whispered(message, action, "UDAN")
        assert "Not allowed" in refused and "alice" in refused
    assert "1-15 of 40" in texts_of(place.now(message)["blocks"])
    assert not shared(place, message)
    again = place.slack.whispers("UCAROL")[-1]
    before = len(place.slack.whispers("UCAROL"))
    await place.click(again, "ask:0", "UCAROL")
    theirs = await place.slack.wait_for(lambda: place.slack.whispers("UCAROL")[before:], 20)
    assert "1-15 of 39" in texts_of(theirs[0]["blocks"])


async def test_the_file_holds_every_row_comes_once_into_the_thread_and_runs_nothing(place):
    message = await place.ask("resources instances")
    await place.click(message, "page:csv", "UALICE")
    (file,) = await place.slack.wait_for(lambda: shared(place, message), 20)
    assert "already" in await place.whispered(message, "page:csv", "UBOB")
    assert len(shared(place, message)) == 1
    stored = place.slack.workspace.files
    found = list(csv.reader(io.StringIO(stored.content(stored.get(file["id"])).decode("utf-8-sig"))))
    assert found[0][:3] == ["name", "kind", "state"] and len(found) == 41
    assert "'=cmd|calc" in {row[0] for row in found}
    assert file["name"].startswith("resources-") and file["name"].endswith(".csv")


async def test_a_file_that_slack_does_not_take_is_said_and_the_next_click_makes_it(place):
    message = await place.ask("resources instances")
    await place.slack.do("faults", method="files.completeUploadExternal", error="file_update_failed")
    assert "did not take the file. Nothing was changed" in await place.whispered(
        message, "page:csv", "UALICE"
    )
    await place.click(message, "page:csv", "UALICE")
    await place.slack.wait_for(lambda: shared(place, message), 20)
    assert len(shared(place, message)) == 1


async def test_what_one_person_sees_changes_for_them_alone_and_their_file_is_theirs(place):
    before = len(place.slack.workspace.messages.all("COPS"))
    whisper = await place.command("resources instances")
    await place.click(whisper, "page:next", "UALICE")
    await place.slack.wait_for(
        lambda: "16-30 of 40" in texts_of(place.slack.whispers("UALICE")[-1]["blocks"]), 20
    )
    assert "direct messages" in await place.whispered(whisper, "page:csv", "UALICE")
    assert len(place.slack.workspace.messages.all("COPS")) == before
    spaces = [c.id for c in place.slack.workspace.channels if c.id.startswith("D")]
    theirs = [m for c in spaces for m in place.slack.workspace.messages.all(c) if m.get("files")]
    assert len(theirs) == 1 and "40 rows" in theirs[0]["text"]


async def test_what_was_shared_with_all_is_paged_in_the_channel_and_its_file_is_under_it(place):
    before = len(place.slack.workspace.messages.all("COPS"))
    command = {"user": "UALICE", "channel": "COPS", "command": "/cloudops"}
    await place.slack.do("commands", **command, text="resources instances --share")
    (message,) = await place.slack.wait_for(lambda: place.slack.workspace.messages.all("COPS")[before:], 20)
    await place.click(message, "page:next", "UBOB")
    await until(place, message, "16-30 of 40")
    await place.click(message, "page:csv", "UBOB")
    await place.slack.wait_for(lambda: shared(place, message | {"thread_ts": message["ts"]}), 20)


async def test_an_old_list_outlives_a_restart_and_one_that_is_gone_says_so_and_asks_again(place):
    message = await place.ask("resources instances")
    await place.restart()
    await place.click(message, "page:next", "UALICE")
    await until(place, message, "16-30 of 40")
    core = place.bot.core
    rows_ = await core.db.read_whole(lambda tx: core.db.artifacts.get(tx, _key(message)))
    assert rows_ is not None and rows_.content_type == TYPE
    now = core.clock.now()
    await core.db.write_whole(lambda tx: core.db.artifacts.keep_newest(tx, TYPE, 0, now))
    assert "no longer kept" in await place.whispered(message, "page:next", "UALICE")
    offered = place.slack.whispers("UALICE")[-1]
    assert offered["blocks"][-2]["elements"][0]["value"] == "resources instances"


def _key(message) -> str:
    values = [e["value"] for b in message["blocks"] if b.get("block_id") == "pages" for e in b["elements"]]
    return values[0].partition(" ")[0]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("help", "*Cost*"),
        ("cost by compartment", "by compartment"),
        ("budget", "udget"),
        ("alarms history", "alarm"),
        ("metrics list", "metric"),
        ("logs", "entries"),
        ("iam", ""),
        ("iam who-can stop instances in prod", "granting"),
        ("resources count", "resources"),
    ],
)
async def test_each_command_of_the_cloud_is_answered(place, words, says):
    found = await place.command(words)
    assert says in texts_of(found["blocks"])
    assert "not a command" not in found["text"]


async def test_every_example_of_a_command_that_looks_is_answered_and_its_list_is_whole(
    place, request, tmp_path
):
    if not request.config.getoption("--full"):
        await looked(place, VERBS_THAT_LOOK[:: len(VERBS_THAT_LOOK) // FEW])
        return
    async with shop(tmp_path) as there:
        assert await looked(there, VERBS_THAT_LOOK) >= len(VERBS_THAT_LOOK) // 4


async def looked(place, verbs) -> int:
    """How many answered with a list."""
    listed = 0
    for verb in verbs:
        answer = await place.command(verb.example)
        for wrong in WRONG:
            assert wrong not in answer["text"], (verb.example, answer["text"])
        sheet = await sheet_under(place, answer)
        if sheet is not None:
            rows_ = list(csv.reader(io.StringIO(csv_of(sheet).decode("utf-8-sig"))))
            assert len(rows_) - 1 == len(sheet.rows) > 1, verb.example
            assert sheet.total >= len(sheet.rows), verb.example
            assert not any(active(cell) for row in rows_ for cell in row), verb.example
            listed += 1
    return listed


async def sheet_under(place, answer):
    """The list that the buttons under an answer are about, None without buttons."""
    if not pressable(answer):
        return None
    db = place.bot.core.db
    row = await db.read_whole(lambda tx: db.artifacts.get(tx, _key(answer)))
    return read_sheet(row.text)
