"""Kubernetes resource quantities as plain numbers."""

from typing import Final

_SUFFIXES: Final = {
    "": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9,
    "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50, "Ei": 2.0**60,
}  # fmt: skip


def amount(quantity: str | float | None) -> float:
    """`250m` -> 0.25, `180Mi` -> 188743680.0, None -> 0.0.

    Raises:
        ValueError: the text is no quantity.
    """
    if quantity is None:
        return 0.0
    text = str(quantity).strip()
    digits = text.rstrip("".join(set("".join(_SUFFIXES))))
    if text and text[-1] in "eE" and digits and digits[-1].isdigit():
        digits = text[:-1]
    suffix = text[len(digits) :]
    if suffix not in _SUFFIXES or not digits:
        raise ValueError(f"not a quantity: {quantity!r}")
    return float(digits) * _SUFFIXES[suffix]


def whole(value: float) -> str:
    """A count without a decimal point when it has none."""
    return str(int(value)) if value == int(value) else f"{value:.3f}".rstrip("0").rstrip(".")


def millicores(cores: float) -> str:
    """CPU as metrics report it: nanocores."""
    return f"{int(cores * 1e9)}n"


def kibibytes(size: float) -> str:
    return f"{int(size / 1024)}Ki"
