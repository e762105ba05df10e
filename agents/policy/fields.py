"""The values that a policy file is made of, each with what is wrong with it in words."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, BeforeValidator, Field, StrictStr

from agents.policy.durations import parse_duration

# Beside people of Slack two accounts that no envelope can name: the triage of incidents, which reads and proposes, and digests, which read.
ACCOUNT = re.compile(r"[A-Z][A-Z0-9]{2,40}:[A-Z][A-Z0-9]{1,40}|system:(?:triage|digest)")
TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
SUBJECT = re.compile(r"[!-~]{1,200}")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9 ._-]{0,62}")


def _account(text: str) -> str:
    if not ACCOUNT.fullmatch(text):
        raise ValueError("an account is <team>:<user>, both Slack ids, e.g. T012AB3C:U045DE6F")
    return text


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise ValueError("a name starts with a letter and holds letters, digits, spaces, dots and dashes")
    return text


def _day(text: str) -> str:
    if not DAY.fullmatch(text):
        raise ValueError("a day of the year is MM-DD, in quotes")
    return text


def _time(text: str) -> str:
    if not TIME.fullmatch(text):
        raise ValueError("a time of day is HH:MM, in quotes")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder of zones is an OSError
        raise ValueError(f"unknown time zone {text!r}") from error
    return text


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise ValueError("a duration is text such as 15m")  # noqa: TRY004 - pydantic collects ValueError only
    return parse_duration(value)


def _date(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise ValueError("a date is YYYY-MM-DD, in quotes") from error
    return text


def _cron(text: str) -> str:
    try:
        CronSim(text, datetime(2024, 1, 1, tzinfo=UTC))
    except CronSimError as error:
        raise ValueError(f"not a cron line: {error}") from error
    return text


Account = Annotated[StrictStr, AfterValidator(_account)]
Name = Annotated[StrictStr, AfterValidator(_name)]
Day = Annotated[StrictStr, AfterValidator(_day)]
Time = Annotated[StrictStr, AfterValidator(_time)]
Zone = Annotated[StrictStr, AfterValidator(_zone)]
Date = Annotated[StrictStr, AfterValidator(_date)]
Cron = Annotated[StrictStr, AfterValidator(_cron)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Pattern = Annotated[StrictStr, Field(min_length=1, max_length=200, pattern=r"^\S+$")]
Patterns = tuple[Pattern, ...]
RiskName = Literal["low", "medium", "high", "critical"]
TeamName = Annotated[StrictStr, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _subject(text: str) -> str:
    if not SUBJECT.fullmatch(text):
        raise ValueError(
            "a user or group of a cluster is printable ASCII without blanks, at most 200 letters"
        )
    if text.startswith("system:"):
        raise ValueError("nobody acts as a cluster's own user or group (system:...)")
    return text


Subject = Annotated[StrictStr, AfterValidator(_subject)]
