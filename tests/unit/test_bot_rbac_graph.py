"""The picture of rights: what is folded, where boxes stand, what is drawn, and the words that say the same."""

import io
import itertools

import pytest
from PIL import Image

from bot.replies.graph.drawing import NOWHERE, TONES, Fonts, png_of
from bot.replies.graph.folded import MOST, folded
from bot.replies.graph.layout import EDGE, GAP, WIDE, fitted, laid_out
from bot.replies.graph.picture import ALT, alt_of, picture_of, told
from bot.replies.pages import Sheet, read_sheet

BOSS = ("critical", "User root@example.com", "ClusterRoleBinding boss", "ClusterRole boss", "* *.*")
DEPLOYER = ("high", "ServiceAccount system:serviceaccount:shop:deployer", "RoleBinding run", "Role runner", "create pods")  # fmt: skip
ANN = ("none", "User ann", "RoleBinding logs", "Role logs", "get pods/log")
COLUMNS = ("risk", "subject", "binding", "role", "may")


def viewers(count):
    return [("none", f"User u-{n}", "RoleBinding view", "ClusterRole view", "get pods") for n in range(count)]


def scattered(count):
    return [("low", f"User odd-{n}", f"RoleBinding odd-{n}", f"Role odd-{n}", f"get kind-{n}") for n in range(count)]  # fmt: skip


def sheet(rows, total=0):
    return Sheet("COPS", "Rights in shop", COLUMNS, tuple(rows), total or len(rows), "2026-11-26T14:30:00+00:00", "w", (), "", (), (), drawn=True)  # fmt: skip


def wide(text):
    return 8.0 * len(text)


def layout(rows):
    return laid_out(folded(rows), "title", "note", wide)


def texts(found, column):
    return [box.text for box in found.boxes if box.column == column]


def test_every_way_is_one_line_from_box_to_box():
    found = folded([BOSS, DEPLOYER, ANN])
    path = [(found.boxes[a].text, found.boxes[b].text, risk) for a, b, risk in found.lines]
    assert path[:3] == [(BOSS[1], BOSS[2], "critical"), (BOSS[2], BOSS[3], "critical"), (BOSS[3], BOSS[4], "critical")]  # fmt: skip
    assert len(path) == 9 and found.left == 0


def test_a_box_that_several_ways_pass_is_as_bad_as_the_worst_of_them():
    shared = ("none", "User ann", *BOSS[2:])
    found = folded([BOSS, shared])
    assert [(b.text, b.risk) for b in found.boxes if b.column in {0, 1}] == [
        (BOSS[1], "critical"), (BOSS[2], "critical"), ("User ann", "none"),
    ]  # fmt: skip
    assert [risk for a, b, risk in found.lines if found.boxes[a].text == "User ann"] == ["none"]


def test_what_two_roles_grant_alike_is_two_boxes():
    assert texts(folded([ANN, ("none", "User bob", "RoleBinding b", "Role other", ANN[4])]), 3) == [ANN[4]] * 2  # fmt: skip


def test_hundreds_that_are_bound_alike_are_one_box_with_their_number():
    found = folded([BOSS, *viewers(300)])
    assert texts(found, 0) == [BOSS[1], "300 Users: u-0, u-1 and 298 more"]
    assert [b.stands_for for b in found.boxes if b.column == 0] == [1, 300]
    assert len(texts(folded(viewers(3)), 0)) == 3


def test_who_holds_something_besides_is_not_folded_with_the_others():
    more = ("high", "User u-7", "RoleBinding run", "Role runner", "create pods")
    found = folded([more, *viewers(20)])
    assert "19 Users: u-0, u-1 and 17 more" in texts(found, 0) and "User u-7" in texts(found, 0)


def test_what_does_not_fit_is_counted_and_the_worst_is_drawn():
    found = folded([*scattered(60), BOSS])
    assert texts(found, 0)[0] == BOSS[1]
    for column in range(4):
        assert len(texts(found, column)) == MOST + 1
    assert (found.left, found.left_risk) == (60 - (MOST - 1), "low")
    assert texts(found, 0)[-1] == "48 more subjects"


@pytest.mark.parametrize("rows", [[ANN], [BOSS, DEPLOYER, ANN], [*scattered(60), *viewers(40)]])
def test_boxes_stand_in_their_columns_and_never_on_each_other(rows):
    found = layout(rows)
    for column in range(4):
        left = EDGE + column * (WIDE + GAP)
        mine = sorted((box for box in found.boxes if box.left == left), key=lambda box: box.top)
        assert mine and all(a.bottom < b.top for a, b in itertools.pairwise(mine))
    assert all(box.right <= found.width and box.bottom < found.height for box in found.boxes)
    assert all(wide(line) <= WIDE for box in found.boxes for line in box.lines)
    assert all(found.boxes[a].right < found.boxes[b].left for a, b, _ in found.lines)


@pytest.mark.parametrize(
    "text", ["x" * 400, "system:serviceaccount:" + "a-" * 120 + "end", "get pods; " * 90]
)
def test_a_long_name_is_cut_in_its_middle_and_the_cut_is_marked(text):
    lines = fitted(text, WIDE, 3, wide)
    joined = "".join(lines)
    assert len(lines) <= 3 and "…" in joined and all(wide(line) <= WIDE for line in lines)
    assert joined.startswith(text[:8]) and joined.endswith(text.strip()[-3:])
    assert fitted("short", WIDE, 3, wide) == ("short",)


def pixels(rows):
    """The picture and where its boxes stand, by Pillow's own measure."""
    fonts = Fonts.load()
    placed = laid_out(folded(rows), "title", "note", fonts.measure)
    return placed, Image.open(io.BytesIO(png_of(placed, fonts)))


def test_the_png_has_each_box_in_the_colour_of_its_risk_and_lines_between():
    placed, image = pixels([BOSS, DEPLOYER, ANN])
    assert (image.format, image.size) == ("PNG", (placed.width, placed.height))
    for box in placed.boxes:
        fill = tuple(bytes.fromhex(TONES[box.risk][0][1:]))
        assert image.getpixel((box.right - 8, box.bottom - 6)) == fill
        inside = image.crop((box.left + 6, box.top + 6, box.right - 6, box.bottom - 6))
        assert len(inside.getcolors(100_000)) > 5, "nothing is written in it"
    between = placed.boxes[0].right + 4
    frame = tuple(bytes.fromhex(TONES["critical"][1][1:]))
    assert frame in {image.getpixel((between, y)) for y in range(placed.height)}


def test_the_risk_is_a_word_in_the_box_too():
    placed = layout([BOSS, ANN])
    [boss, ann] = [box for box in placed.boxes if box.left == EDGE]
    assert (boss.bottom - boss.top) - (ann.bottom - ann.top) == 22


def test_a_name_that_no_font_can_write_is_numbered_and_told_in_words():
    odd = f"{NOWHERE}{NOWHERE}"
    made = picture_of(sheet([("high", f"Group {odd}", "RoleBinding b", f"Role {odd}", "get secrets"), ANN]))
    assert made.signs == {"name 1": odd}
    assert f"name 1 is {odd}" in told(made, sheet([ANN]))
    assert odd in made.alt and "name 1" not in made.alt


def test_names_as_kubernetes_makes_them_are_written_whatever_fonts_the_system_has():
    assert Fonts([Fonts.load().faces[-1]]).of("system:serviceaccount:shop-1:a.b_c (d), e@f/g*") is not None


def test_nothing_is_live_above_the_picture():
    made = picture_of(sheet([("high", f"Group <!here>{NOWHERE}", "RoleBinding b", "Role r", "get secrets")]))
    assert "<!here>" not in told(made, sheet([ANN]))


def test_the_words_for_who_cannot_see_it_are_whole():
    words = alt_of(sheet([BOSS, DEPLOYER, *viewers(300)]))
    assert "critical: User root@example.com, by ClusterRoleBinding boss of ClusterRole boss: * *.*." in words
    assert "300 Users: u-0, u-1 and 298 more, by RoleBinding view" in words
    assert "more that are" not in words


@pytest.mark.parametrize("count", [5, 40, 400])
def test_the_words_are_as_long_as_slack_takes_and_say_what_is_missing(count):
    words = alt_of(sheet(scattered(count)))
    assert len(words) <= ALT
    assert ("the list that this was drawn from has them" in words) == (count > 5)


def test_more_than_is_kept_is_said_in_the_picture():
    placed = picture_of(sheet(viewers(2), total=1200))
    assert placed.png.startswith(b"\x89PNG")
    assert placed.left == 0


def test_a_sheet_of_an_earlier_release_has_no_picture():
    kept = sheet([ANN])
    assert read_sheet(kept.written()) == kept
    assert not read_sheet(kept.written().replace(', "drawn": true', "")).drawn
