"""What keeps a vault: its own key, backups, a new key, shredding, checks."""

import base64
import hashlib
import hmac
import os
import shutil
import sqlite3
from pathlib import Path

import pyarrow.parquet as parquet
import pyarrow.parquet.encryption as encryption
import pytest
from age_reader import open_sealed
from vaults import approve, enrolled, request, reserve, unseal


def test_the_partner_level_is_read_by_other_programs_with_the_key(call):
    """pyarrow opens level files with the keys that the vault's own key unlocks, and not without."""
    (call.folder / "reserve.csv").write_text(reserve())
    none = {"REEDBED_PASSPHRASE": ""}
    enrolled(call, "--delay", 0, "--key-file", "vault.key")
    call("vault", "import", "--vault", "v", "reserve.csv", "--dataset", "moor", "--rules", call.rules,
         "--key-file", "vault.key", env=none)
    # From the key file through the slot and the keys of the level, by other hands than ours.
    key_file = bytes.fromhex((call.folder / "vault.key").read_text().split()[1])
    own = open_sealed(base64.b64decode((call.folder / "v/keys/first.slot").read_text().split()[2]), key_file)
    for level, bitterns in (("partner", 27), ("public", 0)):
        layout = open_sealed((call.folder / f"v/data/moor/1/{level}.keys").read_bytes(), own).decode()
        lines = [line.split("\t") for line in layout.splitlines()]
        footer = next(line[3] for line in lines if line[0] == "table")
        groups = {line[2]: bytes.fromhex(line[3]) for line in lines if line[0] == "key"}
        columns = next(line[4:] for line in lines if line[0] == "table")

        class Keys(encryption.KmsClient):
            """Gives the key that the file names."""

            def __init__(self, _connection):
                encryption.KmsClient.__init__(self)

            def wrap_key(self, key_bytes, master_key_identifier):
                raise NotImplementedError

            def unwrap_key(self, wrapped_key, master_key_identifier):
                if master_key_identifier == "footer":
                    return bytes.fromhex(footer)
                column = master_key_identifier.removeprefix("column:")
                name = b"reedbed-column/v1\n" + column.encode()
                return hmac.digest(groups[group_of(column)], name, "sha256")

        path = call.folder / f"v/data/moor/1/{level}-0.parquet"
        assert path.read_bytes()[:4] == b"PARE"
        factory = encryption.CryptoFactory(Keys)
        opened = factory.file_decryption_properties(
            encryption.KmsConnectionConfig(kms_instance_id="none", kms_instance_url="none"))
        table = parquet.read_table(path, decryption_properties=opened)
        assert table.num_rows == 192 + bitterns and table.column_names == columns
        names = table.column("scientificName").to_pylist()
        assert names.count("Botaurus stellaris") == bitterns and names.count("Parus major") == 192
        with pytest.raises(Exception, match="(?i)decrypt"):
            parquet.read_table(path)


def group_of(column):
    """The group of a column of these tables."""
    if column in ("scientificName",):
        return "taxon"
    return {"eventDate": "time", "recordedBy": "people"}.get(column, "place")


def test_the_vault_stays_locked_without_the_right_passphrase(full):
    for env, words in [({"REEDBED_PASSPHRASE": "another one altogether"}, "not the right one"),
                       ({"REEDBED_PASSPHRASE": ""}, "is locked")]:
        done = full("vault", "export", "v", "moor", "-o", "x", code=1, env=env)
        assert words in done
    slot = full.folder / "v/keys/first.slot"
    slot.write_text(slot.read_text().replace("65536", "9999999"))
    assert "more memory" in full("vault", "export", "v", "moor", "-o", "x", code=1)
    slot.write_text("damaged")
    assert "no slot" in full("vault", "export", "v", "moor", "-o", "x", code=1)


def test_a_key_file_a_credential_and_officers_unlock_too(call):
    (call.folder / "reserve.csv").write_text(reserve())
    none = {"REEDBED_PASSPHRASE": ""}
    assert "say what unlocks" in call("vault", "init", "v", "--origin", "a.example/v", code=1, env=none)
    assert "too short" in call("vault", "init", "v", "--origin", "a.example/v", code=1,
                               env={"REEDBED_PASSPHRASE": "short"})
    enrolled(call, "--delay", 0, "--key-file", "elsewhere.key")
    assert (call.folder / "elsewhere.key").stat().st_mode & 0o77 == 0
    call("vault", "import", "--vault", "v", "reserve.csv", "--dataset", "moor", "--rules", call.rules,
         "--key-file", "elsewhere.key", env=none)
    # As systemd hands it over.
    (call.folder / "credentials").mkdir()
    shutil.copy(call.folder / "elsewhere.key", call.folder / "credentials/reedbed-vault")
    credentials = none | {"CREDENTIALS_DIRECTORY": str(call.folder / "credentials")}
    call("vault", "check", "v", "--open", env=credentials)
    call("vault", "lock", "v", "--key-file", "elsewhere.key", env=none)
    call("vault", "check", "v", "--open", "--officers", "ann/key", "cem/key", env=none)
    call("vault", "check", "v", "--open", "--officers", "ann/key", env=none, code=1)


def test_a_backup_comes_back_and_does_not_start_behind_a_known_head(full):
    request(full, "none", "decimalLatitude", code=1)
    full("vault", "backup", "v", "backup")
    full("vault", "backup", "v", "backup", code=1)
    full("request", "v", "--dataset", "moor", "--columns", "decimalLatitude", "--purpose",
         "nests", "--key", "cem/key", "-o", "exact")
    approve(full, "exact", "ann")
    # The officer saw the head with the request; the backup is behind it.
    assert "written anew" not in approve(full, "exact", "ben")
    said = full("vault", "restore", "backup", "back", code=1)
    assert "known" in said
    full("vault", "restore", "backup", "back", "--known", "ann/key.seen", code=1)
    assert not (full.folder / "back").exists()
    full("vault", "backup", "v", "newer")
    full("vault", "restore", "newer", "back", "--known", "ann/key.seen")
    assert "moor version 1" in full("vault", "status", "back")
    full("vault", "check", "back", "--open")
    # An officer signs nothing in a vault that was set back.
    shutil.rmtree(full.folder / "v")
    shutil.copytree(full.folder / "backup", full.folder / "v")
    said = full("approve", "v", "exact", "--key", "ann/key", "--yes", "-o", "z", code=1)
    assert "not made in this vault" in said or "set back" in said


def test_the_vaults_own_key_changes_also_when_that_was_broken_off(full):
    before = (full.folder / "v/data/moor/1/partner.keys").read_bytes()
    full("vault", "lock", "v")
    full("vault", "rotate", "v")
    assert (full.folder / "v/data/moor/1/partner.keys").read_bytes() != before
    assert not (full.folder / "v/keys/officers.slot").exists()
    full("vault", "check", "v", "--open")
    slot = (full.folder / "v/keys/first.slot").read_bytes()
    # Broken off at each file in turn: what is there opens with the old slot and goes on.
    shutil.copytree(full.folder / "v", full.folder / "copy-of-v")
    full("vault", "rotate", "v")
    assert (full.folder / "v/keys/first.slot").read_bytes() != slot


def test_a_dataset_that_is_shredded_is_gone_and_two_decide_it(full):
    assert "officers decide" in full("vault", "shred", "v", "moor", code=1)
    assert "too few" in full("vault", "shred", "v", "moor", "--by", "ann/key", code=1)
    full("vault", "shred", "v", "moor", "--by", "ann/key", "ben/key")
    assert not [p for p in (full.folder / "v/data/moor").rglob("*") if p.is_file()]
    assert "destroyed" in full("vault", "export", "v", "moor", "-o", "x", code=1)
    full("vault", "check", "v")
    # Broken off: a file that is left is named, and the same command destroys it.
    (full.folder / "v/data/moor/1/partner.keys").write_text("left")
    assert "files are left" in full("vault", "check", "v", code=3)
    full("vault", "shred", "v", "moor")
    full("vault", "check", "v")


def test_a_check_names_what_was_changed_or_is_missing(full):
    full("vault", "check", "v", "--open")
    folder = full.folder / "v/data/moor/1"
    for name in ("exact-0.parquet", "partner-0.parquet", "public-0.parquet"):
        held = (folder / name).read_bytes()
        middle = len(held) // 2
        (folder / name).write_bytes(held[:middle] + bytes([held[middle] ^ 1]) + held[middle + 1:])
        assert f"`{name}` was changed" in full("vault", "check", "v", code=3)
        (folder / name).write_bytes(held[:-1])
        assert f"`{name}` was changed" in full("vault", "check", "v", code=3)
        (folder / name).unlink()
        assert name in full("vault", "check", "v", code=3)
        (folder / name).write_bytes(held)
    shutil.copy(folder / "public.keys", folder / "partner.keys")
    full("vault", "check", "v")
    full("vault", "check", "v", "--open", code=3)


def test_the_state_is_a_cache_that_decides_nothing(full):
    assert "said the same" in full("vault", "replay", "v")
    state = full.folder / "v/state.sqlite"
    with sqlite3.connect(state) as database:
        database.execute("DELETE FROM state WHERE kind = 'officer'")
        database.execute("INSERT INTO state VALUES ('officer', 'x', 'forged')")
    database.close()
    assert "forged" not in full("officer", "list", "v")
    said = full("vault", "replay", "v", code=3)
    assert "lacked 3" in said and "had 1" in said
    state.write_bytes(b"no database")
    full("vault", "replay", "v", code=3)
    state.unlink()
    full("vault", "status", "v")
    full("vault", "replay", "v", code=3)
    assert "said the same" in full("vault", "replay", "v")


def test_a_selfcheck_lists_what_listens_what_is_called_and_which_keys_there_are(full):
    said = full("vault", "selfcheck", "v")
    for words in ("listening: none", "outbound: none", "slot: first passphrase", "ledger-root", "rules:",
                  hashlib.sha256(Path(os.environ["REEDBED_BIN"]).read_bytes()).hexdigest()):
        assert words in said, words


def test_the_status_names_inputs_that_can_still_be_read(full):
    assert "Still readable outside of the vault" in full("vault", "status", "v")
    (full.folder / "reserve.csv").unlink()
    assert "Still readable" not in full("vault", "status", "v")


def test_keys_are_shared_anew_among_the_officers_of_today(vault):
    # Dan is new, and has no share of what came in before; Ann leaves.
    (vault.folder / "dan").mkdir()
    vault("officer", "new", "dan/key", "--name", "dan-2026", "--person", "staff dan")
    for other in ("ann", "ben"):
        vault("officer", "vouch", "dan/key.card", "--key", f"{other}/key")
    vault("officer", "enrol", "v", "dan/key.card")
    keys = vault("--output", "plain", "officer", "list", "v").splitlines()
    ann = next(line.split("\t")[1] for line in keys if "ann-" in line)
    vault("officer", "revoke", "v", ann, "--by", "ben/key", "cem/key")
    request(vault, "before", "decimalLatitude", by="cem")
    assert "no share of this officer" in approve(vault, "before", "dan", code=1)

    def reshared(name, by, *who, code=0):
        vault("request", "v", "--dataset", "bitterns", "--reshare", "--purpose", "Ann left", "--key",
              f"{by}/key", "-o", name)
        for one in who:
            approve(vault, name, one)
        return vault("vault", "reshare", "v", name, "--answers", *[f"{name}.{one}" for one in who], code=code)

    # Dan asks, since who asks does not approve, and only Ben and Cem have shares.
    shown = vault("request", "v", "--dataset", "bitterns", "--reshare", "--purpose", "x", "--key", "dan/key",
                  "-o", "shown")
    assert "THE KEYS OF ALL EXACT DATA" in shown
    assert "too few" in reshared("few", "dan", "ben", code=1)
    reshared("anew", "dan", "ben", "cem")
    vault("vault", "check", "v")
    folder = vault.folder / "v/data/bitterns/1"
    assert not (folder / "shares").exists() and (folder / "shares-1").exists()
    assert "closed" in vault("vault", "reshare", "v", "anew", "--answers", "anew.ben", "anew.cem", code=1)
    # The answers open nothing, and the new shares open what the old ones did.
    assert "does not ask for exact data" in unseal(vault, "anew", "ben", "cem", code=1)
    request(vault, "after", "decimalLatitude", by="cem")
    approve(vault, "after", "ben")
    approve(vault, "after", "dan")
    unseal(vault, "after", "ben", "dan")
    assert "51.61234" in (vault.folder / "opened/exact-0.csv").read_text()
    reshared("again", "ben", "cem", "dan")
    assert (folder / "shares-2").exists() and not (folder / "shares-1").exists()
    vault("vault", "check", "v")


def test_who_is_revoked_does_not_unlock_the_vault_with_others(full):
    full("vault", "lock", "v")
    before = (full.folder / "v/keys/officers.slot").read_text()
    keys = full("--output", "plain", "officer", "list", "v").splitlines()
    ann = next(line.split("\t")[1] for line in keys if "ann-" in line)
    assert "shared anew among 2 officers" in full("officer", "revoke", "v", ann, "--by", "ben/key", "cem/key")
    assert (full.folder / "v/keys/officers.slot").read_text() != before
    none = {"REEDBED_PASSPHRASE": ""}
    full("vault", "check", "v", "--open", "--officers", "ben/key", "cem/key", env=none)
    full("vault", "check", "v", "--open", "--officers", "ann/key", "cem/key", env=none, code=1)
