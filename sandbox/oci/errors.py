"""What the API answers instead of doing something: status, code and sentence, in Oracle's words."""

from typing import Final

HIDDEN: Final = "Authorization failed or requested resource not found."


class Refused(Exception):
    """An answer that is an error. `headers` go with it."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message
        self.headers = headers or {}


def bad_parameter(message: str) -> Refused:
    return Refused(400, "InvalidParameter", message)


def missing_parameter(name: str) -> Refused:
    return Refused(400, "MissingParameter", f"Missing parameter {name}")


def not_authenticated(message: str = "") -> Refused:
    usual = "The required information to complete authentication was not provided or was incorrect."
    return Refused(401, "NotAuthenticated", message or usual)


def hidden() -> Refused:
    """What is not there and what may not be seen look the same."""
    return Refused(404, "NotAuthorizedOrNotFound", HIDDEN)


def incorrect_state(message: str) -> Refused:
    return Refused(409, "IncorrectState", message)


def stale(ident: str) -> Refused:
    message = f"The If-Match header does not match the current etag of {ident}"
    return Refused(412, "NoEtagMatch", message)


def not_served(name: str) -> Refused:
    return Refused(501, "NotImplemented", f"{name} is in the SDK but is not served on this machine")
