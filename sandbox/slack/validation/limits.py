"""Slack's published limits, as figures. The bot has its own table: neither side imports the other's."""

from typing import Final

# messages and views
MESSAGE_TEXT: Final = 40_000
EDITED_TEXT: Final = 4_000  # bytes, of chat.update
MESSAGE_BLOCKS: Final = 50
VIEW_BLOCKS: Final = 100
MARKDOWN: Final = 12_000  # together in one message
IDENTIFIER: Final = 255  # action_id, block_id, callback_id, external_id
PRIVATE_METADATA: Final = 3_000
VIEW_TITLE: Final = 24  # title, submit and close alike

# plain blocks
SECTION_TEXT: Final = 3_000
SECTION_FIELDS: Final = 10
SECTION_FIELD: Final = 2_000
HEADER_TEXT: Final = 150
CONTEXT_ELEMENTS: Final = 10
CONTEXT_TEXT: Final = 3_000
ACTIONS_ELEMENTS: Final = 25
ALT_TEXT: Final = 2_000
IMAGE_URL: Final = 3_000
IMAGE_TITLE: Final = 2_000
INPUT_LABEL: Final = 2_000
INPUT_HINT: Final = 2_000
VIDEO_TITLE: Final = 200
VIDEO_AUTHOR: Final = 50
FILE_ALT_TEXT: Final = 1_000

# elements and what they are made of
BUTTON_TEXT: Final = 75
BUTTON_VALUE: Final = 2_000
BUTTON_URL: Final = 3_000
BUTTON_LABEL: Final = 75  # accessibility_label
AGENT_PROMPT: Final = 4_000
OPTION_TEXT: Final = 75
OPTION_VALUE: Final = 150
OPTION_DESCRIPTION: Final = 75
SELECT_OPTIONS: Final = 100
OPTION_GROUPS: Final = 100
GROUP_LABEL: Final = 75
CHOICES: Final = 10  # checkboxes, radio buttons
OVERFLOW_LEAST: Final = 2
OVERFLOW_MOST: Final = 5
PLACEHOLDER: Final = 150
INPUT_LENGTH: Final = 3_000
CONFIRM_TITLE: Final = 100
CONFIRM_TEXT: Final = 300
CONFIRM_BUTTON: Final = 30
FILES_IN_INPUT: Final = 10

# tables and charts
TABLE_ROWS: Final = 100
TABLE_COLUMNS: Final = 20
TABLE_CHARACTERS: Final = 10_000  # of all cells in one message
DATA_TABLE_LEAST_ROWS: Final = 2
DATA_TABLE_ROWS: Final = 101
DATA_TABLE_PAGE: Final = 100
CHARTS: Final = 2  # in one message
CHART_TITLE: Final = 50
CHART_SEGMENTS: Final = 6
CHART_SERIES: Final = 6
CHART_POINTS: Final = 20  # categories, and points of a series
CHART_LABEL: Final = 20
AXIS_LABEL: Final = 50

# cards and agents
CARD_TITLE: Final = 150
CARD_SUBTITLE: Final = 150
CARD_BODY: Final = 200
CAROUSEL_CARDS: Final = 10
CONTAINER_TITLE: Final = 150
CONTAINER_BLOCKS: Final = 10
CONTEXT_ACTIONS: Final = 5
TASK_TITLE: Final = 256  # in a stream; so is the title of its plan
