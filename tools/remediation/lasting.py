"""For how long something holds, as people say it: "for 2 hours", "for 30 minutes", "for 1d"."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Self

from pydantic import BaseModel, Field, model_validator

LONGEST: Final = timedelta(days=7)
_UNITS: Final = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class Lasting(BaseModel):
    """Mixed into arguments: said once, and no longer than a week."""

    lasts: str | None = Field(None, pattern=r"^[1-9]\d{0,3}[mhd]$", description="for how long: 30m, 2h, 1d")
    minutes: int | None = Field(None, gt=0, description="for how many minutes")
    hours: int | None = Field(None, gt=0, description="for how many hours")

    @model_validator(mode="after")
    def _once(self) -> Self:
        said = [one for one in (self.lasts, self.minutes, self.hours) if one is not None]
        if len(said) != 1:
            raise ValueError("say for how long, once: 30m, 2h or 1d")
        if self.length > LONGEST:
            raise ValueError("7 days at most: what is wrong for longer is edited")
        return self

    @property
    def length(self) -> timedelta:
        if self.lasts:
            return int(self.lasts[:-1]) * _UNITS[self.lasts[-1]]
        return timedelta(minutes=self.minutes or 0, hours=self.hours or 0)
