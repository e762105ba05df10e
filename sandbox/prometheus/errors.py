"""The two ways in which Prometheus refuses a query."""


class QueryError(Exception):
    """`kind` is Prometheus' errorType: `bad_data` (400) or `execution` (422)."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text

    @property
    def status(self) -> int:
        return 400 if self.kind == "bad_data" else 422


def bad_data(text: str) -> QueryError:
    return QueryError("bad_data", text)


def execution(text: str) -> QueryError:
    return QueryError("execution", text)
