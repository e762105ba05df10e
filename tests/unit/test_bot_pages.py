"""Tables in pages and as files: every row once, whatever is in it, and nothing that a spreadsheet would run."""

import csv
import io
from datetime import UTC, datetime

import pytest

from agents.outcomes import Answer, ToolUse
from agents.tabled import tables_of
from bot.replies.answer import Footer, parts, render
from bot.replies.charts import chart_blocks
from bot.replies.csvfile import csv_of, inert, name_of
from bot.replies.pages import PAGE, ROWS, Sheet, Shown, cells, meant, message, read_sheet, value
from bot.replies.text import Outbound
from sandbox.slack.validation.surfaces import check_message
from tests.unit.bot_noise import Noise
from tests.unit.test_bot_blocks import accepted
from tools.logs.clusters import Cluster
from tools.reads.level_chart import by_level
from tools.spec import Chart, Evidence, Result, Series, Table

OUT = Outbound(lambda text: text.replace("\x00", ""))
FOOTER = Footer("in_1", "c_1")
AT = datetime(2026, 11, 26, 14, 30, tzinfo=UTC)


def sheet_of(table: Table, answer: Answer | None = None, **changed) -> Sheet:
    columns, rows = cells(table, OUT)
    text, above, below = parts(answer or Answer("There are some.", model="no model"), OUT, FOOTER)
    made = {
        "channel": "COPS", "caption": OUT.mrkdwn(table.caption, 200), "columns": columns, "rows": rows,
        "total": max(table.total, len(table.rows)), "at": AT.isoformat(), "words": "resources",
        "calls": (Shown("oci_resources", {"compartment": "prod"}, "k"),), "text": text, "above": above, "below": below,
    }  # fmt: skip
    return Sheet(**(made | changed))


def numbers(count: int, total: int = 0) -> Table:
    return Table("Things", ("name", "kind"), tuple((f"node-{n}", "Instance") for n in range(count)), total)


def shown(found) -> list[list[str]]:
    grid = next(block for block in found.blocks if block["type"] == "table")
    return [[cell["text"] for cell in row] for row in grid["rows"][1:]]


def buttons(found) -> dict[str, str]:
    return {
        e["text"]["text"]: e["value"]
        for b in found.blocks
        if b.get("block_id") == "pages"
        for e in b["elements"]
    }


@pytest.mark.parametrize("count", [1, 2, PAGE, PAGE + 1, 240])
def test_every_row_is_on_one_page_and_the_pages_say_which(count):
    sheet = sheet_of(numbers(count))
    seen = [row for page in range(sheet.pages) for row in shown(message(sheet, "art_1", page))]
    assert seen == [[f"node-{n}", "Instance"] for n in range(count)]
    first, last = message(sheet, "art_1", 0), message(sheet, "art_1", 9_999)
    assert ("Next" in buttons(first)) == ("Previous" in buttons(last)) == (count > PAGE)
    assert "Previous" not in buttons(first) and "Next" not in buttons(last)
    assert f"1-{min(count, PAGE)} of {count}" in first.text


def test_a_page_says_its_rows_in_words_its_age_and_what_is_not_kept():
    found = message(sheet_of(numbers(240, 5_000)), "art_1", 1, "12 min")
    heading = str(found.blocks)
    assert "16-30 of 5,000" in heading and "12 min ago" in heading
    assert "the first 240 of 5,000 are kept" in heading
    assert "There are some." in found.text and "name node-15; kind Instance." in found.text
    assert "node-14;" not in found.text


def test_above_the_table_stand_its_charts_and_the_text_says_what_they_show():
    chart = Chart(
        "Cost by service",
        "bar",
        "USD",
        ("24 Nov", "25 Nov"),
        (Series("COMPUTE", (1.0, 2.5)),),
        "COMPUTE is the dearest",
    )
    found = message(sheet_of(numbers(20), Answer("3.50 USD.", charts=(chart,), model="no model")), "art_1", 1)
    kinds = [block["type"] for block in found.blocks]
    assert kinds.index("data_visualization") < kinds.index("table")
    assert (
        "3.50 USD." in found.text and "COMPUTE is the dearest." in found.text and "name node-15" in found.text
    )


@pytest.mark.parametrize(
    ("kind", "values", "how"),
    [
        ("bar", (0 + 1 + 2 + 3, 4 + 5 + 6 + 7), "each bar is 4 together"),
        ("line", (3, 7), "each point is the highest of 4"),
    ],
)
def test_a_chart_of_more_points_than_slack_draws_says_how_they_are_put_together(kind, values, how):
    days = tuple(f"{n}" for n in range(75))
    chart = Chart("c", kind, "USD", days, (Series("s", tuple(map(float, days))),), "It rises.")
    blocks = chart_blocks([chart], OUT)
    drawn = blocks[0]["chart"]
    assert check_message(blocks) == [] and drawn["axis_config"]["categories"][:3] == ["0", "4", "8"]
    assert tuple(point["value"] for point in drawn["series"][0]["data"][:2]) == values
    assert f"It rises; {how}" in str(blocks[1])


def test_labels_and_names_that_are_alike_and_values_that_are_none_are_taken():
    long = ("a" * 25, "a" * 24, "")
    names = (
        Series("x" * 30, (1.0, float("nan"), float("inf"))),
        Series("x" * 31, ()),
        Series("y", (1.0,) * 9),
    )
    assert check_message(chart_blocks([Chart("c", "line", "u", long, names)], OUT)) == []


def test_a_table_of_long_cells_is_cut_until_slack_takes_it():
    wide = Table(
        "Wide", tuple(f"column {n}" for n in range(20)), (tuple("x" * 500 for _ in range(20)),) * 300
    )
    for page in (0, 3, 19):
        accepted(message(sheet_of(wide), "art_1", page), page)
    sheet = sheet_of(wide)
    assert len(shown(message(sheet, "art_1", 0))) == PAGE and sheet.rows[0][0] == "x" * 500
    accepted(render(Answer("x", tables=(wide,), model="no model"), OUT, FOOTER), 0)


def test_more_rows_than_are_kept_are_said():
    sheet = sheet_of(numbers(ROWS + 5))
    assert len(sheet.rows) == ROWS and sheet.kept == "the first 1,000 of 1,005 are kept"


def test_whatever_is_in_a_table_slack_takes_every_page_and_no_spreadsheet_runs_it():
    for seed in range(300):
        noise = Noise(seed)
        columns = tuple(noise.word() for _ in range(noise.rng.randint(1, 25)))
        rows = tuple(noise.words(25) for _ in range(noise.rng.choice((1, 2, 40))))
        answer = Answer(
            "x", tables=(), tools=(ToolUse("oci_resources", {}, ok=True, ms=1),), notes=noise.words(9)
        )
        sheet = sheet_of(Table(noise.word(), columns, rows), answer, words=OUT.plain(noise.word(), 1_500))
        assert read_sheet(sheet.written()) == sheet, seed
        for page in range(sheet.pages):
            accepted(message(sheet, "art_01ABC", page, "3 min"), seed)
        for row in csv.reader(io.StringIO(csv_of(sheet).decode("utf-8-sig"))):
            assert not any(active(cell) for cell in row), (seed, row)


def active(cell: str) -> bool:
    """Whether a spreadsheet would reckon with it, whichever of `,` and `;` it takes for the end of a cell."""
    number = cell.removeprefix("-").replace(",", "").replace(".", "").removesuffix("%").isdigit()
    return not number and any(part.lstrip().startswith(("=", "+", "-", "@")) for part in cell.split(";"))


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+1+1", "'+1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"),
        ("-12.50", "-12.50"),
        ("-1,204.5%", "-1,204.5%"),
        ("-12.50 EUR", "'-12.50 EUR"),
        ("\t=1", "'=1"),
        ("\r\n=1", "'=1"),
        ("a;=1+1", "a;'=1+1"),
        ("a; @x", "a;' @x"),
        ("web-1", "web-1"),
        ("", ""),
    ],
)
def test_a_cell_that_begins_a_formula_becomes_text_and_a_number_stays_one(cell, safe):
    assert inert(cell) == safe


def test_a_full_width_formula_is_one_when_it_is_narrow():
    sheet = sheet_of(Table("t", ("a",), (("＝1+1",), ("＠x",))))
    assert csv_of(sheet).decode("utf-8-sig").splitlines() == ["a", "'=1+1", "'@x"]


@pytest.mark.parametrize("cell", ['a;"=cmd|x!A0;b', '"=1+1', 'a; "" +1', "a;-1", ";@x", '"";"=2'])
def test_where_a_semicolon_separates_no_part_of_a_cell_begins_a_formula(cell):
    sheet = sheet_of(Table("t", ("x", "y"), (("x", cell),)))
    text = csv_of(sheet).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text), delimiter=";"):
        assert not [part for part in row[1:] if part.strip(' "')[:1] in set("=+-@")], row


def test_the_file_holds_all_pages_with_commas_quotes_and_umlauts():
    sheet = sheet_of(
        Table("Cost by service", ("what", "sum"), (*(('Größe, "L"', "1,204.50"),) * 20, ("-", "")))
    )
    content = csv_of(sheet)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0] == ["what", "sum"] and rows[1:21] == [['Größe, "L"', "1,204.50"]] * 20
    assert name_of(sheet) == "cost-by-service-20261126-1430.csv"
    assert name_of(sheet_of(numbers(2), caption="<b>/../x")) == "b-x-20261126-1430.csv"


def test_a_sheet_comes_back_as_it_was_kept_and_another_form_is_none():
    sheet = sheet_of(numbers(40))
    assert read_sheet(sheet.written()) == sheet
    for other in (
        "",
        "[]",
        "{}",
        '{"calls": 1}',
        '{"calls": [], "rows": [], "columns": [], "above": [], "below": []}',
    ):
        with pytest.raises(ValueError, match=r"sheet|Expecting"):
            read_sheet(other)


@pytest.mark.parametrize(
    ("text", "parts_"),
    [
        (value("art_1", 2, "cost by sku"), ("art_1", 2, "cost by sku")),
        (value("art_1", 0, ""), ("art_1", 0, "")),
        ("", ("", 0, "")),
        ("art_1 -4 x", ("art_1", 0, "x")),
        ("art_1 ² x", ("art_1", 0, "x")),
        ("art_1 99999999 x", ("art_1", 0, "x")),
    ],
)
def test_what_a_button_carries_is_read_back_and_nonsense_is_the_first_page(text, parts_):
    assert meant(text) == parts_


# tables from the typed data


def result(data, *tables) -> Result:
    return Result(data=data, digest="", tables=tables, evidence=(Evidence("r", "l", "v"),))


def test_a_table_that_shows_less_than_the_data_is_made_whole_by_its_shape():
    things = [
        {"id": f"ocid{n}", "name": f"n{n}", "tags": {"a": "b"}, "up": n % 2 == 0, "none": None}
        for n in range(50)
    ]
    (table,) = tables_of(
        result({"things": things, "total": 50}, Table("Things", ("name",), (("n0",), ("n1",))))
    )
    assert (table.caption, table.columns) == ("Things", ("name", "up", "id", "tags"))
    assert (len(table.rows), table.total, table.rows[1]) == (50, 50, ("n1", "no", "ocid1", "a=b"))


def test_other_things_in_the_data_do_not_take_the_place_of_a_table():
    own = Table("Nodes", ("node",), (("a",), ("b",)))
    assert tables_of(result({"points": [{"at": n} for n in range(90)]}, own)) == (own,)


def test_without_a_table_many_things_make_one_and_few_do_not():
    (table,) = tables_of(result({"cost_days": [{"day": n, "sum": None} for n in range(9)]}))
    assert (table.caption, table.columns, len(table.rows)) == ("Cost days", ("day",), 9)
    assert tables_of(result({"cost_days": [{"day": 1}]})) == tables_of(result({"x": [1] * 90})) == ()


def test_whatever_the_typed_data_holds_its_table_is_taken():
    for seed in range(200):
        noise = Noise(seed)

        def made(depth: int = 2, noise: Noise = noise):
            kinds = (
                noise.word,
                noise.yes,
                lambda: None,
                lambda: noise.rng.uniform(-9, 9),
                lambda: noise.rng.randint(-9, 9),
            )
            if depth and noise.rng.random() < 0.3:
                return noise.rng.choice((list, lambda v: {noise.word(): one for one in v}))(
                    [made(depth - 1) for _ in range(3)]
                )
            return noise.rng.choice(kinds)()

        data = {
            noise.word(): [
                {noise.word(): made() for _ in range(noise.rng.randint(0, 30))} for _ in range(20)
            ],
            "total": 20,
        }
        for table in tables_of(result(data)):
            sheet = sheet_of(table)
            for page in range(sheet.pages):
                accepted(message(sheet, "art_1", page), seed)


def test_lines_are_drawn_by_level_and_the_note_says_the_same():
    groups = [Cluster("a", "info", 1_200), Cluster("b", "error", 3), Cluster("c", "error", 4)]
    (chart,) = by_level(groups)
    assert chart.categories == ("error", "info") and chart.series[0].values == (7.0, 1200.0)
    assert chart.note == "Lines by level: 7 error, 1,200 info."
    assert check_message(chart_blocks([chart], OUT)) == [] and by_level([]) == ()
