"""The demo's people on the page: Alice and Bob have a window each, write in the incident's thread, press, and read."""

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import FloatRect, Locator, Page, expect

CHANGE_MS = 90_000
USUAL = {"width": 1280, "height": 860}
TALL = {"width": 1440, "height": 2200}  # a long answer is seen whole


@dataclass
class Story:
    """`pictures` is where screenshots go, if anybody wants them."""

    alice: Page
    bob: Page
    pictures: Path | None = None
    taken: int = 0

    async def begin(self, words: str) -> None:
        """The first message, in the channel; from then on its thread is open."""
        box = self.alice.get_by_role("combobox", name=re.compile("^Message"))
        await box.fill(words)
        await box.press("Enter")
        # With the bot's name: an incident's card offers the same question as a button.
        first = self.alice.locator("#channel-scroller .message", has_text=words).last
        # By key, not by pointer: alerts come in meanwhile, and what moves away is not hovered any more.
        await first.get_by_role("link", name="Reply in thread").press("Enter")
        await expect(self.alice.locator("#thread-pane")).to_be_visible()

    async def bob_joins(self) -> None:
        """The thread that Alice has open, in his window."""
        await self.bob.goto(re.sub("as=[A-Z]+", "as=UBOB", self.alice.url))
        await expect(self.bob.locator("#thread-scroller .message").first).to_be_visible()

    async def say(self, words: str) -> None:
        box = self.alice.get_by_role("combobox", name=re.compile("^Reply"))
        await box.fill(f"@cloudops {words}")
        await box.press("Enter")
        await expect(self.said(words)).to_be_visible()

    def said(self, *words: str, page: Page | None = None) -> Locator:
        """The newest message of the thread with all these words."""
        found = (page or self.alice).locator("#thread-scroller .message")
        for each in words:
            found = found.filter(has_text=each)
        return found.last

    def incident(self) -> Locator:
        """The bot's card in the channel; it is the only one."""
        return self.alice.locator("#channel-scroller .message", has_text="Incident inc_")

    async def command(self, words: str) -> Locator:
        """The answer that its sender alone sees."""
        box = self.alice.get_by_role("combobox", name=re.compile("^Message"))
        await box.fill(words)
        await box.press("Enter")
        return self.alice.locator("#channel-scroller .ephemeral").last

    async def hears(self, *words: str, within_ms: float = 90_000) -> Locator:
        found = self.said(*words)
        await expect(found).to_be_visible(timeout=within_ms)
        return found

    async def approve(self, page: Page, title: str) -> None:
        await page.get_by_role("button", name=f"Approve: {title}").last.click()

    async def settles(self, state: str | re.Pattern[str], title: str) -> Locator:
        """The card, once it says so."""
        card = (
            self.alice.locator("#thread-scroller .message", has_text=title)
            .filter(has_text="May approve")
            .last
        )
        await expect(card).to_contain_text(state, timeout=CHANGE_MS)
        return card

    async def control(self, name: str) -> None:
        await self.alice.locator(f'[data-control="{name}"]').click()

    async def close_dialog(self) -> None:
        dialog = self.alice.get_by_role("dialog")
        await dialog.get_by_role("button", name="Close", exact=True).last.click()
        await expect(dialog).to_have_count(0)

    async def picture(
        self, name: str, *parts: Locator, across: Locator | None = None, apart: bool = False
    ) -> None:
        """What lies between the first and the last of these parts, as wide as `across` or the first of them; numbered unless `apart`."""
        self.taken += not apart
        if self.pictures is None:
            return
        await self.alice.mouse.move(0, 0)
        await self.alice.set_viewport_size(TALL)
        await parts[-1].evaluate("node => node.scrollIntoView({block: 'end'})")
        await self.alice.wait_for_timeout(250)
        boxes = [await _box(part) for part in (across or parts[0], *parts)]
        top, bottom = min(b["y"] for b in boxes[1:]), max(b["y"] + b["height"] for b in boxes[1:])
        area = {"x": boxes[0]["x"], "y": top, "width": boxes[0]["width"], "height": bottom - top}
        await self.alice.screenshot(
            path=self.pictures / f"story-{name}.png"
            if apart
            else self.pictures / f"story-{self.taken:02d}-{name}.png",
            clip=area,
        )
        await self.alice.set_viewport_size(USUAL)


async def _box(part: Locator) -> FloatRect:
    """A message that is being edited is drawn anew."""
    while (box := await part.bounding_box()) is None:
        await expect(part).to_be_visible()
    return box
