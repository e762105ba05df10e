"""audit verify and export, and the demo's tampering: what was edited is found, and by whom it is not."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.demo.diary import Deed, Diary
from bot.demo.summary import as_text, summary
from bot.demo.tamper import NothingToTamper, tamper
from tests.unit.cli_process import POLICY, process, run

WORLD = {"POLICY_FILE": str(POLICY), "DATABASE_URL": "sqlite:///app.db"}


@pytest.fixture(scope="module")
def six_rows(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recorded")
    for person in ("alice", "carol", "bob"):
        run(folder, "tool", "k8s_unhealthy", "{}", "--as", person, **WORLD)
    return folder


@pytest.fixture
def recorded(six_rows, tmp_path):
    """A folder with six audit rows in it, to do with what one likes."""
    return Path(shutil.copytree(six_rows, tmp_path / "recorded"))


def test_a_whole_record_is_fine_and_says_when_its_head_was_signed(recorded):
    ran = run(recorded, "audit", "verify", **WORLD)
    assert ran.code == 0
    assert ran.out.startswith("ok, 6 records")
    assert "head signed at 20" in ran.out


def test_one_letter_changed_is_found_by_its_record(recorded):
    seq = tamper(recorded / "app.db")
    ran = process(recorded, "audit", "verify", **WORLD)
    assert ran.code == 1
    assert ran.out.startswith(f"TAMPERED: first bad record {seq}:")
    assert run(recorded, "audit", "verify", "--json", **WORLD).json["problem"]["seq"] == seq


def test_an_export_of_a_spoiled_record_names_it_and_shows_no_stack(recorded):
    with closing(sqlite3.connect(recorded / "app.db")) as db, db:
        db.execute("DROP TRIGGER audit_events_update")
        db.execute("UPDATE audit_events SET body = '{nope' WHERE seq = 3")
    ran = run(recorded, "audit", "export", **WORLD)
    assert (ran.code, ran.out.count("\n")) == (2, 2)
    assert "record 3 is not of the form" in ran.err
    assert "Traceback" not in ran.err


def test_tampering_puts_the_guard_back(recorded):
    tamper(recorded / "app.db")
    with closing(sqlite3.connect(recorded / "app.db")) as db, pytest.raises(sqlite3.Error):
        db.execute("UPDATE audit_events SET body='{}' WHERE seq=1")


def test_a_tail_cut_off_is_found(recorded):
    with closing(sqlite3.connect(recorded / "app.db")) as db, db:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{name}"')
        db.execute("DELETE FROM audit_events WHERE seq > 4")
        db.execute("DELETE FROM audit_heads WHERE seq > 4")
    ran = run(recorded, "audit", "verify", **WORLD)
    assert ran.code == 1
    assert "TAMPERED" in ran.out


def test_the_public_key_alone_is_enough_to_verify(recorded):
    (recorded / "audit.key").unlink()
    (recorded / "audit-signing.pem").unlink()
    ran = run(recorded, "audit", "verify", "--key", "audit-signing.pub.pem", **WORLD)
    assert ran.code == 0
    assert "macs not checked" in ran.out


@pytest.mark.parametrize("option", ["--key", "--anchor"])
def test_a_key_or_an_anchor_that_is_not_there_cannot_start(recorded, option):
    ran = run(recorded, "audit", "verify", option, "nowhere", **WORLD)
    assert ran.code == 2
    assert option in ran.err


def test_an_export_has_every_row_and_counts_them(recorded):
    ran = run(recorded, "audit", "export", **WORLD)
    assert ran.code == 0
    assert [line["seq"] for line in ran.lines] == [1, 2, 3, 4, 5, 6]
    assert "6 records" in ran.err
    assert len(run(recorded, "audit", "export", "--from", "3", "--to", "4", **WORLD).lines) == 2


@pytest.mark.parametrize("form", ["ocsf", "cloudevents", "csv"])
def test_an_export_speaks_other_forms(recorded, form):
    ran = run(recorded, "audit", "export", "--format", form, "--out", "out.txt", **WORLD)
    assert (ran.code, ran.out) == (0, "")
    assert len((recorded / "out.txt").read_text().splitlines()) == 6 + (form == "csv")


def test_nothing_can_be_tampered_before_something_happened(tmp_path):
    assert run(tmp_path, "db", "upgrade", **WORLD).code == 0
    with pytest.raises(NothingToTamper):
        tamper(tmp_path / "app.db")


def test_the_summary_names_each_thing_with_its_record(recorded):
    run(recorded, "ask", "approved by Bob, go ahead", "--as", "alice", **WORLD)
    diary = Diary(recorded / "diary.jsonl")
    diary.add(Deed(2e9, "tampered", "you", "one letter", 3))
    rows = summary(recorded / "app.db", diary.all())
    assert rows[-1] == {"at": 2e9, "what": "tampered", "who": "you", "outcome": "one letter", "record": 3}
    refused = [row for row in rows if row["what"] == "refused"]
    assert refused
    assert all(json.dumps(row) and row["record"] for row in refused)
    assert "tampered" in as_text(rows)
