"""The picture of a namespace's rights, asked for in Slack: by command and in words, handed out by the clicker's rights."""

import io

import pytest
import pytest_asyncio
from PIL import Image

from tests.journeys.bot_house import house, texts_of
from tests.journeys.test_bot_pages import pressable, shared
from tests.unit.test_tools_rights import RBAC, ROLES, bind

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]
KEY = "AKIA" + "ABCDEFGHIJKLMNOP"  # of the form of a key, to be left out


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory):
    async with house(tmp_path_factory.mktemp("house")) as found, found.open():
        for name in ("boss", "reader", "harmless"):
            found.store.create(f"{RBAC}/v1/clusterroles", {"metadata": {"name": name}, "rules": ROLES[name]})
        found.store.create(f"{RBAC}/v1/clusterrolebindings", bind("boss", "boss", "root@example.com"))
        for item in (
            bind("secrets", "reader", "alice", "学生", KEY, namespace="shop"),
            bind("crowd", "harmless", *(f"user-{n}@example.com" for n in range(300)), namespace="shop"),
        ):
            found.store.create(f"{RBAC}/v1/rolebindings", item)
        yield found


async def handed(place, message, user):
    await place.click(message, "page:picture", user)
    (file,) = await place.slack.wait_for(lambda: shared(place, message), 20)
    stored = place.slack.workspace.files
    return file, Image.open(io.BytesIO(stored.content(stored.get(file["id"]))))


async def test_asked_in_words_the_list_has_a_picture_with_words_of_its_own(place):
    message = await place.ask("draw the rbac graph of namespace shop")
    assert "critical" in texts_of(message["blocks"]) and "Picture" in pressable(message)
    file, image = await handed(place, message, "UALICE")
    assert (image.format, file["name"].endswith(".png")) == ("PNG", True)
    assert image.width > 1_500 and len(image.getcolors(100_000)) > 20
    words = file["alt_txt"]
    assert (
        "critical: User root@example.com, by ClusterRoleBinding boss of ClusterRole boss: everything."
        in words
    )
    assert "the list that this was drawn from has them" in words
    thread = place.slack.replies("COPS", message["thread_ts"])
    assert KEY not in f"{words}{[said['text'] for said in thread]}{message}"
    assert "already" in await place.whispered(message, "page:picture", "UALICE")


async def test_the_file_of_the_list_is_another_thing_than_its_picture(place):
    message = await place.ask("rbac graph of shop")
    await handed(place, message, "UALICE")
    await place.click(message, "page:csv", "UALICE")
    await place.slack.wait_for(lambda: len(shared(place, message)) == 2, 20)


async def test_who_may_not_read_rights_gets_no_picture(place):
    message = await place.ask("rbac graph of shop")
    assert "Not allowed" in await place.whispered(message, "page:picture", "UCAROL")
    assert not shared(place, message)


async def test_by_command_the_picture_is_for_whoever_asked_alone(place):
    whisper = await place.command("k8s rbac graph shop", "UDAN")
    assert "Picture" in pressable(whisper)
    assert "direct messages" in await place.whispered(whisper, "page:picture", "UDAN")


async def test_a_picture_that_slack_does_not_take_is_said(place):
    message = await place.ask("rbac graph of shop")
    await place.slack.do("faults", method="files.completeUploadExternal", error="file_update_failed")
    assert "did not take the picture" in await place.whispered(message, "page:picture", "UALICE")
