"""The line before the work: everybody in turn, a thread in its order, nobody twice."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from bot.intake import said_at
from bot.line import Line, Ticket

BEGAN = datetime(2026, 11, 25, tzinfo=UTC)


def ticket(n: int, person: str = "alice", lane: str = "") -> Ticket:
    return Ticket(BEGAN + timedelta(seconds=n), f"in_{n}", person, lane or f"thread {n}")


class Desk:
    """A line, and the order in which it called."""

    def __init__(self, at_once: int, most_each: int = 100, *, opened: bool = True) -> None:
        self.called: list[str] = []
        self.line = Line(lambda t: self.called.append(t.row_id), at_once, most_each, opened)

    def join(self, *tickets: Ticket) -> list[int]:
        return [self.line.join(t) for t in tickets]

    def end_all(self) -> list[str]:
        """Work ends in the order in which it was called; everybody in that order."""
        for row_id in self.called:  # grows meanwhile
            self.line.left(row_id)
        return self.called


def test_what_finds_room_starts_at_once_and_the_rest_has_a_place():
    assert Desk(2).join(*map(ticket, range(5))) == [0, 0, 1, 2, 3]


def test_a_person_who_sends_one_message_is_not_behind_the_hundred_of_another():
    desk = Desk(1)
    desk.join(*(ticket(n, "alice") for n in range(100)))
    assert desk.join(ticket(100, "bob"), ticket(101, "carol")) == [2, 3]
    assert desk.end_all()[1:3] == ["in_100", "in_101"]


def test_two_who_send_much_are_served_in_turn():
    desk = Desk(1)
    desk.join(*(ticket(n, "alice") for n in range(10)), *(ticket(n, "bob") for n in range(10, 20)))
    order = ["alice" if int(row[3:]) < 10 else "bob" for row in desk.end_all()]
    assert order == ["alice", "bob"] * 10


def test_one_person_leaves_places_for_others():
    desk = Desk(4, most_each=3)
    assert desk.join(*map(ticket, range(4))) == [0, 0, 0, 1]
    assert desk.join(ticket(9, "bob")) == [0]


def test_a_thread_is_one_at_a_time_and_in_its_order_whoever_speaks():
    desk = Desk(10)
    desk.join(
        *(ticket(n, person, "one thread") for n, person in enumerate(["alice", "bob", "alice", "carol"]))
    )
    assert desk.called == ["in_0"]
    assert desk.end_all() == ["in_0", "in_1", "in_2", "in_3"]


def test_what_came_before_and_joins_later_goes_first_but_not_beside():
    desk = Desk(10)
    desk.join(ticket(5, lane="t"), ticket(6, lane="t"), ticket(1, lane="t"))
    assert desk.called == ["in_5"]
    assert desk.end_all() == ["in_5", "in_1", "in_6"]


def test_joining_again_changes_nothing():
    desk = Desk(1)
    for _ in range(3):
        assert desk.join(ticket(1), ticket(2), ticket(3)) == [0, 1, 2]
    assert len(desk.line) == 2
    assert desk.end_all() == ["in_1", "in_2", "in_3"]


def test_who_leaves_twice_or_never_came_frees_no_place():
    desk = Desk(1)
    desk.join(*map(ticket, range(3)))
    desk.line.left("in_0")
    desk.line.left("in_0")
    desk.line.left("in_77")
    assert desk.called == ["in_0", "in_1"]


def test_work_that_somebody_else_did_is_not_called_any_more():
    desk = Desk(1)
    desk.join(*map(ticket, range(3)))
    desk.line.left("in_1")
    assert len(desk.line) == 1
    assert "in_1" not in desk.line
    assert desk.end_all() == ["in_0", "in_2"]


def test_a_closed_line_calls_nobody_until_it_opens():
    desk = Desk(2, opened=False)
    assert desk.join(ticket(2), ticket(1)) == [1, 1]
    assert desk.called == []
    desk.line.open()
    assert desk.called == ["in_1", "in_2"]


@pytest.mark.parametrize("seed", range(20))
def test_everybody_is_called_once_within_the_limits_and_no_later_than_the_place_said(seed):
    rng = random.Random(seed)
    under_way: list[Ticket] = []
    tickets = [ticket(n, rng.choice("abcde"), rng.choice("tuvwxyz")) for n in range(200)]
    called: list[Ticket] = []

    def start(found: Ticket) -> None:
        called.append(found)
        under_way.append(found)
        assert len(under_way) <= 5
        assert len({t.lane for t in under_way}) == len(under_way)
        assert sum(t.person == found.person for t in under_way) <= 3

    line = Line(start, 5, 3)
    while tickets or under_way:
        if tickets and (not under_way or rng.random() < 0.6):
            line.join(tickets.pop(0))
        else:
            line.left(under_way.pop(rng.randrange(len(under_way))).row_id)
    assert len({t.row_id for t in called}) == len(called) == 200
    for lane in "tuvwxyz":
        found = [t for t in called if t.lane == lane]
        assert found == sorted(found)
    assert [v for v in vars(line).values() if isinstance(v, dict | set) and v] == []


@pytest.mark.parametrize(
    ("kind", "ts", "second"),
    [
        ("mention", f"{BEGAN.timestamp() + 3:.6f}", 3),
        ("reply", f"{BEGAN.timestamp() + 3:.6f}", 3),
        ("edit", f"{BEGAN.timestamp() + 3:.6f}", 10),
        ("command", "", 10),
        ("dm", "soon", 10),
        ("dm", f"{BEGAN.timestamp() + 99:.6f}", 10),
    ],
)
def test_a_message_stands_in_line_as_it_was_said_and_the_rest_as_it_came(kind, ts, second):
    came = BEGAN + timedelta(seconds=10)
    assert said_at(kind, {"delivery": {"ts": ts}}, came) == BEGAN + timedelta(seconds=second)


def test_it_says_beforehand_whether_one_who_joins_is_called_at_once():
    desk = Desk(4, most_each=2)
    desk.join(ticket(0), ticket(1, lane="thread"), ticket(2, "bob", "thread"))
    assert not desk.line.free("alice", "thread 9")  # has enough under way
    assert not desk.line.free("carol", "thread")  # somebody is before them
    assert desk.line.free("carol", "thread 9")
    desk.join(ticket(3, "bob"), ticket(4, "carol"))
    assert not desk.line.free("dan", "thread 9")  # no room
    desk.line.left("in_0")
    assert desk.line.free("dan", "thread 9")
    desk.line.close()
    assert not desk.line.free("dan", "thread 9")
