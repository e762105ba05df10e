"""One house a module for tests that leave nothing behind which others stumble over."""

import pytest_asyncio

from tests.journeys.bot_house import house


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["socket", "http"])
async def home(tmp_path_factory, request):
    """A house with the bot in it, the same for a whole module (`loop_scope="module"`); once by each transport."""
    async with house(tmp_path_factory.mktemp("house")) as found, found.open(slack_mode=request.param):
        yield found
