"""U8: an export has every row, and proves that it has."""

import csv
import io
import json

import pytest

from storage.audit.events import AuditEvent, EventType
from storage.audit.export import FORMATS, Altered, check_export, export_file
from tests.unit.audit_files import ROWS, copy, opened

AWKWARD = AuditEvent(
    type=EventType.PLAN_SUCCEEDED, workspace="T1", actor={"team_id": "T1", "user_id": "UA"}, channel="=cmd|' /C calc'!A0",
    tool="scale", plan_id="plan_1", result="succeeded", target={"kind": "Deployment", "name": "web", "uid": "u-1"},
    detail={"text": 'quote " comma , newline \n\r\u2028 tab \t é 漢 \x00 end', "n": 2**70, "f": 1e21},
)  # fmt: skip


@pytest.fixture(scope="module")
def audit(tmp_path_factory):
    import asyncio

    audit = copy(tmp_path_factory.mktemp("export"))

    async def more():
        db = await opened(audit.folder)
        async with db.write() as tx:
            await db.audit.append(tx, AWKWARD)
        await db.close()

    asyncio.run(more())
    return audit


def exported(audit, kind, **limits):
    out = io.StringIO(newline="")
    return export_file(audit.file, kind, out, **limits), out.getvalue()


@pytest.mark.parametrize("kind", FORMATS)
def test_u8_count_and_hashes_come_back(audit, kind):
    done, text = exported(audit, kind)
    assert (done.rows, done.last, done.hash) == (ROWS + 1, ROWS + 1, audit.rows()[-1][3].hex())
    assert check_export(io.StringIO(text, newline=""), kind) == done


@pytest.mark.parametrize("kind", FORMATS)
def test_a_part_of_the_audit_can_be_exported(audit, kind):
    done, text = exported(audit, kind, start=10, end=19)
    assert (done.rows, done.last) == (10, 19)
    assert check_export(io.StringIO(text, newline=""), kind) == done


@pytest.mark.parametrize("kind", FORMATS)
def test_an_edited_export_is_found(audit, kind):
    _, text = exported(audit, kind, end=60)
    with pytest.raises(ValueError, match="row 51 was edited"):
        check_export(io.StringIO(text.replace("row 50", "row 5x"), newline=""), kind)


@pytest.mark.parametrize("kind", FORMATS)
def test_an_export_with_a_row_less_is_found(audit, kind):
    _, text = exported(audit, kind, end=60)
    lines = text.splitlines(keepends=True)
    with pytest.raises(ValueError, match="does not follow"):
        check_export(io.StringIO("".join(lines[:20] + lines[21:]), newline=""), kind)


def test_jsonl_is_one_object_a_line(audit):
    _, text = exported(audit, "jsonl")
    lines = [json.loads(line) for line in text.split("\n")[:-1]]
    assert json.loads(lines[-1]["body"])["detail"]["n"] == str(2**70)


def test_a_spreadsheet_runs_nothing(audit):
    _, text = exported(audit, "csv")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert rows[-1]["channel"].startswith("'=cmd")
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_ocsf_is_api_activity(audit):
    _, text = exported(audit, "ocsf")
    last = json.loads(text.splitlines()[-1])
    assert (last["class_uid"], last["category_uid"], last["type_uid"]) == (6003, 6, 600303)
    assert (last["status_id"], last["activity_id"], last["actor"]["user"]["uid"]) == (1, 3, "T1:UA")
    assert last["resources"][0]["uid"] == "u-1"
    assert isinstance(last["time"], int)
    assert last["metadata"]["event_code"] == "plan.succeeded"


def test_cloudevents_have_the_required_attributes(audit):
    _, text = exported(audit, "cloudevents")
    for line in text.splitlines()[-3:]:
        event = json.loads(line)
        assert {"specversion", "id", "source", "type"} <= event.keys()
        assert event["specversion"] == "1.0"
        assert all(name.isalnum() and name == name.lower() for name in event), (
            "names are lower case letters and digits"
        )
    assert (event["type"], event["subject"]) == ("cloudops.audit.plan.succeeded", "plan_1")


EDITS = [
    ("body", "{nope"), ("body", b"\xff\xfe{"), ("body", "[1]"), ("body", '{"type":"x"}'), ("body", "[" * 100_000), ("hash", 5),
]  # fmt: skip


@pytest.mark.parametrize(("column", "value"), EDITS)
def test_a_row_that_is_none_any_more_ends_the_export_with_its_number(tmp_path, column, value):
    edited = copy(tmp_path)
    with edited.sql() as db, db:
        db.execute(f"UPDATE audit_events SET {column} = ? WHERE seq = 50", (value,))
    out = io.StringIO(newline="")
    with pytest.raises(Altered, match="record 50"):
        export_file(edited.file, "ocsf", out)
    assert check_export(io.StringIO(out.getvalue(), newline=""), "ocsf").last == 49
