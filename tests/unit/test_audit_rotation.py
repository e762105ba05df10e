"""A key is replaced: what the old one proved stays proved, the old one proves nothing new, and a lost one is said so."""

import secrets

import pytest

from bot.cli.verifying import spoken
from storage.audit.chain import Mac
from storage.audit.keys import MAC_NAME, SIGNING_NAME, load_keys, load_macs, load_publics, mac_id
from storage.audit.verify import Keys, verify_file
from storage.errors import KeyProblem
from tests.unit.audit_files import AuditFile, append, opened

PUBLIC_NAME = "audit-signing.pub.pem"


def new_pem() -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def rotate(folder, *, keep: bool = True) -> None:
    """As docs/audit.md tells it."""
    old = "\n".join(f"hex:{key.hex()}" for key in load_macs(folder / MAC_NAME))
    new = f"hex:{secrets.token_hex(32)}\n"
    (folder / MAC_NAME).write_text(new + (old if keep else ""))
    publics = (folder / PUBLIC_NAME).read_bytes()
    (folder / SIGNING_NAME).write_bytes(new_pem() + (publics if keep else b""))


async def lived(folder, rows: int) -> None:
    db = await opened(folder)
    await append(db, *range(rows))
    await db.close()


def judged(folder, *, macs: bool = True):
    """With the public keys and the secrets as they lie there now."""
    publics, secret = load_publics(folder / PUBLIC_NAME), load_macs(folder / MAC_NAME) if macs else ()
    keys = Keys(publics[0], secret[0] if macs else None, publics[1:], secret[1:])
    return verify_file(folder / "app.db", keys, anchor=AuditFile(folder).anchor)


async def test_after_two_rotations_the_whole_record_verifies_and_each_row_names_its_key(tmp_path):
    for _ in range(3):
        await lived(tmp_path, 70)
        rotate(tmp_path)
    await lived(tmp_path, 70)
    db = await opened(tmp_path)
    async with db.read() as tx:
        named = [row.body["key_id"] for row in await db.audit.find(tx)]
    assert (await db.verify()).ok
    await db.close()
    newest_first = [mac_id(key) for key in load_macs(tmp_path / MAC_NAME)]
    assert [named[at] for at in (279, 209, 139, 69)] == newest_first
    assert judged(tmp_path).ok
    assert judged(tmp_path, macs=False).ok
    assert len(load_publics(tmp_path / PUBLIC_NAME)) == 4


async def test_rows_that_had_no_head_yet_are_signed_by_the_new_key_together_with_its_own(tmp_path):
    await lived(tmp_path, 70)
    with AuditFile(tmp_path).sql() as raw, raw:
        raw.execute("DELETE FROM audit_heads")  # the process died before it came to that
    AuditFile(tmp_path).anchor.unlink()
    rotate(tmp_path)
    await lived(tmp_path, 70)
    report = judged(tmp_path)
    assert (report.ok, report.heads) == (True, 2), report.text


@pytest.mark.parametrize("which", [MAC_NAME, SIGNING_NAME])
async def test_a_key_that_was_replaced_and_not_kept_is_named_and_not_called_tampering(tmp_path, which):
    await lived(tmp_path, 130)
    old = load_keys(tmp_path / MAC_NAME, tmp_path / SIGNING_NAME)
    content = {MAC_NAME: secrets.token_bytes(32), SIGNING_NAME: new_pem()}[which]
    (tmp_path / which).write_bytes(content)
    db = await opened(tmp_path)
    report = await db.verify()
    await db.close()
    named = old.mac_id if which == MAC_NAME else old.public_id
    assert not report.ok
    assert report.text.startswith("cannot be checked: row ")
    assert f"with key {named}, which is not in the key file" in report.text
    assert spoken(report, db.anchor).startswith("CANNOT BE CHECKED: first bad record")


async def test_a_retired_key_seals_no_row_any_more(tmp_path):
    await lived(tmp_path, 20)
    retired = load_macs(tmp_path / MAC_NAME)[0]
    rotate(tmp_path)
    await lived(tmp_path, 20)
    audit = AuditFile(tmp_path)
    *rows, (seq, body, prev, digest, _) = audit.rows()
    audit.put([*rows, (seq, body, prev, digest, Mac(retired).of(digest))])
    problem = judged(tmp_path).problem
    assert (problem.seq, problem.unsure) == (40, False)
    assert "retired before" in problem.why


async def test_a_process_that_still_has_the_old_keys_is_found(tmp_path):
    await lived(tmp_path, 20)
    before = {name: (tmp_path / name).read_bytes() for name in (MAC_NAME, SIGNING_NAME)}
    rotate(tmp_path)
    await lived(tmp_path, 20)
    after = {name: (tmp_path / name).read_bytes() for name in (MAC_NAME, SIGNING_NAME, PUBLIC_NAME)}
    for name, content in before.items():
        (tmp_path / name).write_bytes(content)
    await lived(tmp_path, 20)
    for name, content in after.items():
        (tmp_path / name).write_bytes(content)
    report = judged(tmp_path)
    assert "retired before" in report.text
    assert report.problem.seq == 41


@pytest.mark.parametrize("content", [b"hex:zz", b"hex:" + b"ab" * 32 + b"\nhunter2", b"hex:abcd", b"hex:"])
async def test_a_key_file_with_a_bad_line_is_named_and_not_shown(tmp_path, content):
    (tmp_path / MAC_NAME).write_bytes(content)
    with pytest.raises(KeyProblem, match=r"audit\.key: ") as problem:
        await opened(tmp_path)
    assert "hunter2" not in str(problem.value)
