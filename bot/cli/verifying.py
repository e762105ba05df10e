"""The audit's verdict, the same for `audit verify`, `doctor` and the demo."""
