"""The two ways to say no: to the app, as Slack does, and to whoever drives the workspace, in a sentence."""

from typing import Any


class SlackError(Exception):
    """A Web API answer `{"ok": false, "error": code, ...}`."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra


class BadInput(Exception):
    """A /local/* call that cannot be done; the text is shown to the caller."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status
