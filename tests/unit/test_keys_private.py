"""The private half of a person's key: a file that nobody else may read, with a passphrase where one was asked for."""

import os
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agents.keys.private import PrivateKeyProblem, is_locked, load, make, public_of
from agents.keys.statement import fingerprint
from tests.unit.cli_process import POLICY, run


def test_the_file_is_its_persons_alone_whatever_the_umask(tmp_path):
    for umask in (0o000, 0o022, 0o777):
        before = os.umask(umask)
        try:
            file = tmp_path / f"{umask}.pem"
            made = make(file)
        finally:
            os.umask(before)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert public_of(load(file)) == public_of(made)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777, 0o610])
def test_what_others_may_read_or_write_is_not_used(tmp_path, mode):
    file = tmp_path / "key.pem"
    make(file)
    file.chmod(mode)
    with pytest.raises(PrivateKeyProblem, match="others may read it"):
        load(file)


def test_a_passphrase_locks_it(tmp_path):
    file = tmp_path / "key.pem"
    made = make(file, "correct horse")
    assert is_locked(file)
    assert public_of(load(file, "correct horse")) == public_of(made)
    for wrong in ("", "wrong"):
        with pytest.raises(PrivateKeyProblem, match="passphrase"):
            load(file, wrong)


def test_a_key_that_is_there_is_never_written_over(tmp_path):
    file = tmp_path / "key.pem"
    make(file)
    before = file.read_bytes()
    with pytest.raises(PrivateKeyProblem, match="is there already"):
        make(file)
    assert file.read_bytes() == before


def test_another_kind_of_key_and_no_key_at_all_are_named(tmp_path):
    other = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for name, content in (("ec.pem", other), ("text.pem", b"hello")):
        file = tmp_path / name
        file.write_bytes(content)
        file.chmod(0o600)
        with pytest.raises(PrivateKeyProblem, match="no Ed25519 private key"):
            load(file)
    with pytest.raises(PrivateKeyProblem, match="cannot be read"):
        load(tmp_path / "none.pem")


def test_on_the_command_line_a_locked_key_is_made_listed_and_revoked(tmp_path):
    env = {"POLICY_FILE": str(POLICY), "DATABASE_URL": "sqlite:///app.db"}
    words = ("keys", "enroll", "--as", "bob", "--key", "bob.pem", "--passphrase")
    done = run(tmp_path, *words, stdin="secret words\n", **env)
    assert done.code == 0, done
    assert is_locked(tmp_path / "bob.pem")
    key = fingerprint(public_of(load(tmp_path / "bob.pem", "secret words")))
    assert f"/cloudops keys confirm {key}" in done.out
    (listed,) = run(tmp_path, "keys", "list", "--json", **env).json
    assert (listed["id"], listed["state"], listed["person"]) == (key, "offered", "bob")
    assert run(tmp_path, "keys", "revoke", key, "--as", "carol", **env).code == 1
    assert run(tmp_path, "keys", "revoke", key, "--as", "bob", **env).code == 0
    assert run(tmp_path, "keys", "list", "--json", **env).json[0]["state"] == "revoked"
    assert run(tmp_path, *words, stdin="\n", **env).code == 2


def test_nobody_of_the_policy_enrols_no_key(tmp_path):
    env = {"POLICY_FILE": str(POLICY), "DATABASE_URL": "sqlite:///app.db"}
    done = run(tmp_path, "keys", "enroll", "--as", "TLOCAL:UNOBODY", "--key", "x.pem", **env)
    assert (done.code, "lists no person" in done.out) == (1, True)
