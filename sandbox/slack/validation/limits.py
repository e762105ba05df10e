"""Slack's published limits, as figures. The bot has its own table: neither side imports the other's."""

from typing import Final

MESSAGE_TEXT: Final = 40_000
MARKDOWN: Final = 12_000
FILE_ALT_TEXT: Final = 1_000
MESSAGE_BLOCKS: Final = 50
VIEW_BLOCKS: Final = 100
