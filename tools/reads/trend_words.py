"""A reading of a course in words and as JSON."""

from __future__ import annotations

from datetime import datetime, timedelta

from tools.metrics.charts import number
from tools.metrics.prometheus import Sample
from tools.oracle.courses import Course
from tools.oracle.readings import Reading
from tools.reads.digest import counted, short
from tools.reads.windows import ago
from tools.spec import Json
from tools.statistics.anomalies import Anomaly

TOLD = 3  # anomalies of one series that are over
STEPS_TOLD = 24  # of a forecast, in the data
HOUR = timedelta(hours=1)


def headline(reading: Reading, unit: str, now: datetime) -> str:
    """One line: how it is, whether that is usual, since when not."""
    name, last = short(reading.course.name, 80), _value(reading.course.last, unit)
    if (odd := reading.now) is not None:
        return f"{name}: {last} now. {anomaly(reading.course, odd, unit, now)}"
    if reading.judged is None:
        return f"{name}: {last} now; whether that is usual I cannot say ({reading.refused[0]})"
    over = (
        f"; {counted(len(reading.anomalies), 'anomaly').replace('anomalys', 'anomalies')} before, over now"
        if reading.anomalies
        else ""
    )
    return f"{name}: {last} now, as usual{over}"


def anomaly(course: Course, odd: Anomaly, unit: str, now: datetime) -> str:
    """`Above the expected 31 to 49 % since Thu 26 Nov 09:00 UTC (4h), 93 % at its farthest, 9 times the usual straying.`"""
    side = "Above" if odd.above else "Below"
    band = f"{number(odd.band.low)} to {_value(odd.band.high, unit)}"
    begin = course.at(odd.start)
    times = f"{number(abs(round(odd.times)))} times the usual straying"
    far = f"{_value(odd.value, unit)} at its farthest, {times}"
    if odd.end is None:
        return f"{side} the expected {band} since {_at(begin)} ({ago(begin, now)}), {far}."
    stayed = ", and it stayed there: that is usual since" if odd.stayed else ""
    return f"{side} the expected {band} from {_at(begin)} to {_at(course.at(odd.end))}, {far}{stayed}."


def lines(reading: Reading, unit: str, now: datetime, limit: float | None) -> list[str]:
    """What else there is to say, one line each."""
    over = [one for one in reading.anomalies if one.end is not None][-TOLD:]
    return [
        *(anomaly(reading.course, one, unit, now) for one in reversed(over)),
        *_season(reading),
        *_trend(reading, unit),
        *_forecast(reading, unit, limit),
        *(f"Not said: {text}" for text in reading.refused),
    ]


def _season(reading: Reading) -> list[str]:
    found = reading.judged.season if reading.judged else None
    if found is None or found.length == 1:
        return []
    every = "day" if found.length == reading.course.seasons[0] else "week"
    return [f"Repeats every {every}: that explains {found.strength:.0%} of how it strays."]


def _trend(reading: Reading, unit: str) -> list[str]:
    found = reading.trend
    if found is None:
        return []
    if not found.clear:
        return ["No clear trend."]
    a_day = timedelta(days=1) / reading.course.step
    course = "Rises" if found.slope > 0 else "Falls"
    low, high = sorted((abs(found.low), abs(found.high)))
    said = f"{course} by {_value(abs(found.slope) * a_day, unit)} a day"
    sure = f"(95 %: {number(low * a_day)} to {number(high * a_day)})"
    return [f"{said} {sure}, {_value(abs(found.change), unit)} over the window."]


def _forecast(reading: Reading, unit: str, limit: float | None) -> list[str]:
    found = reading.forecast
    if found is None:
        return []
    step, end = reading.course.step, found.steps[-1]
    ahead = len(found.steps) * step
    said = f"In {_span(ahead)}: {_value(end.value, unit)} (90 %: {number(end.low)} to {number(end.high)})"
    error = f"method {found.method}, off by {number(found.error)} on its own past, mere repetition by {number(found.plain)}"
    return [f"{said}; {error}.", *_crossing(reading, unit, limit)]


def _crossing(reading: Reading, unit: str, limit: float | None) -> list[str]:
    found, last = reading.forecast, reading.course.last
    if found is None or limit is None or last is None:
        return []
    likely, early = found.crosses(limit, above=last < limit)
    if early is None:
        return [f"Does not come to {_value(limit, unit)} in that time."]
    step = reading.course.step
    when = f"likely in {_span(likely * step)}, " if likely else "not likely in that time, "
    return [f"Comes to {_value(limit, unit)}: {when}at the earliest in {_span(early * step)}."]


def drawn(reading: Reading) -> list[Sample]:
    """The course with the band that was expected."""
    times = [reading.course.at(place).timestamp() for place in range(len(reading.course.values))]
    points = [
        (at, value) for at, value in zip(times, reading.course.values, strict=True) if value is not None
    ]
    found = [Sample({"__name__": reading.course.name}, tuple(points))]
    bands = reading.judged.bands if reading.judged else ()
    kept = [(at, band) for at, band in zip(times, bands, strict=False) if band is not None]
    if kept:
        found.append(Sample({"__name__": "expected at least"}, tuple((at, band.low) for at, band in kept)))
        found.append(Sample({"__name__": "expected at most"}, tuple((at, band.high) for at, band in kept)))
    return found


def as_json(reading: Reading) -> Json:
    course, season = reading.course, reading.judged.season if reading.judged else None
    return {
        "name": course.name,
        "resource": course.resource,
        "points": course.known,
        "first": course.first.isoformat(),
        "last": course.at(len(course.values) - 1).isoformat(),
        "days": course.days,
        "step_s": course.step.total_seconds(),
        "now": course.last,
        "usual": None if reading.judged is None else reading.now is None,
        "season": {"steps": season.length, "strength": season.strength} if season else None,
        "anomalies": [_odd(course, one) for one in reading.anomalies],
        "trend": _trend_json(reading),
        "forecast": _forecast_json(reading),
        "refused": list(reading.refused),
    }


def _odd(course: Course, one: Anomaly) -> Json:
    return {
        "from": course.at(one.start).isoformat(),
        "to": course.at(one.end).isoformat() if one.end is not None else None,
        "above": one.above,
        "value": one.value,
        "expected": one.band.expected,
        "low": one.band.low,
        "high": one.band.high,
        "times": one.times,
        "stayed": one.stayed,
    }


def _trend_json(reading: Reading) -> Json | None:
    found = reading.trend
    if found is None:
        return None
    hour = HOUR / reading.course.step
    return {
        "an_hour": found.slope * hour,
        "low": found.low * hour,
        "high": found.high * hour,
        "change": found.change,
        "clear": found.clear,
    }


def _forecast_json(reading: Reading) -> Json | None:
    found = reading.forecast
    if found is None:
        return None
    every = max(1, len(found.steps) // STEPS_TOLD)
    after = len(reading.course.values)
    return {
        "method": found.method,
        "error": found.error,
        "repetition_error": found.plain,
        "tries": found.tries,
        "steps": [
            {"at": reading.course.at(after + n).isoformat(), "value": one.value, "low": one.low, "high": one.high}
            for n, one in enumerate(found.steps)
            if (n + 1) % every == 0
        ],
    }  # fmt: skip


def _value(value: float | None, unit: str) -> str:
    return "unknown" if value is None else f"{number(value)} {unit}".strip()


def _at(when: datetime) -> str:
    return f"{when:%a %d %b %H:%M} UTC"


def _span(length: timedelta) -> str:
    hours = length / HOUR
    if hours < 1:
        return f"{length / timedelta(minutes=1):.0f}m"
    return f"{hours:.0f}h" if hours < 48 else f"{hours / 24:.1f}d".replace(".0d", "d")
