"""`iam` on the command line: statements read a line each."""

from tests.unit.cli_process import run

FINE = "Allow group A to use x in tenancy // why"


def test_each_line_of_a_file_is_read_or_refused_on_its_own(tmp_path):
    (tmp_path / "p.txt").write_text(
        f"{FINE}\r\n\n// a comment\nAllow everything\n  allow any-user to {{A}} in tenancy\n"
    )
    ran = run(tmp_path, "iam", "parse", "p.txt", "--json")
    one, two, three = ran.lines
    assert (ran.code, ran.err) == (1, "2 of 3 statements read\n")
    assert (one["line"], one["ok"], one["text"], one["error"]) == (1, True, f"{FINE}\r", None)
    assert one["parsed"]["subject"] == {"kind": "group", "names": [{"name": "A"}]}
    assert (two["line"], two["ok"], two["text"], two["parsed"]) == (4, False, None, None)
    assert two["error"].startswith("column 7: expected `group`")
    assert (three["line"], three["text"]) == (5, "  allow any-user to {A} in tenancy")


def test_standard_input_is_read_and_a_missing_file_is_named(tmp_path):
    ran = run(tmp_path, "iam", "parse", "-", stdin=FINE)
    assert (ran.code, ran.json["text"]) == (0, FINE)
    missing = run(tmp_path, "iam", "parse", "nowhere.txt")
    assert missing.code == 2
    assert "nowhere.txt" in missing.err
