"""Resource quantities: `250m`, `64Mi`, `2`."""

import re
from fractions import Fraction
from functools import lru_cache
from typing import Final

_FORM: Final = re.compile(r"^([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)(?:(m|u|n|[kMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?$")
_DECIMAL: Final = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


@lru_cache(maxsize=4096)
def parse(text: object) -> Fraction:
    """Raises ValueError with the server's words for what is no quantity."""
    found = _FORM.match(str(text))
    if found is None:
        raise ValueError(
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        )
    number, suffix, exponent = Fraction(found[1]), found[2] or "", found[3]
    if exponent:
        return number * _power(int(exponent))
    if suffix in _BINARY:
        return number * (1 << _BINARY[suffix])
    return number * _power(_DECIMAL[suffix])


def amount(quantity: object) -> float:
    """As a plain number: `250m` is 0.25, `180Mi` 188743680.0, None 0.0."""
    return 0.0 if quantity is None else float(parse(quantity))


def _power(exponent: int) -> Fraction:
    return Fraction(10**exponent) if exponent >= 0 else Fraction(1, 10**-exponent)


def text(value: Fraction, *, binary: bool) -> str:
    """The shortest exact form, in powers of 1024 where `binary`."""
    if value == 0:
        return "0"
    if value.denominator != 1:
        return f"{-(-value.numerator * 1000 // value.denominator)}m"
    whole = value.numerator
    if binary:
        for suffix in reversed(_BINARY):
            if whole % (1 << _BINARY[suffix]) == 0:
                return f"{whole >> _BINARY[suffix]}{suffix}"
        return str(whole)
    for suffix in ("E", "P", "T", "G", "M", "k"):
        if whole % 10 ** _DECIMAL[suffix] == 0:
            return f"{whole // 10 ** _DECIMAL[suffix]}{suffix}"
    return str(whole)


def is_binary(example: object) -> bool:
    return str(example).endswith("i")
