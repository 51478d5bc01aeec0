"""Officers whose secret file is locked by a passphrase, or whose key a plugin of age holds."""

import base64
import hashlib
import hmac
import os
import shutil

import plugin
import pytest
from conftest import caller
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from vaults import RECORDS, RULES, approve, request, rows_of, rules, take_in, unseal

LOCK = "REEDBED_OFFICER_PASSPHRASE"
BENS = "reeds bend in the wind"


@pytest.fixture
def three(call, made):
    """A vault: Ann has a plain file, Ben a passphrase, Cem a plugin."""
    folder, recipient, identity = made
    shutil.copytree(folder, call.folder, dirs_exist_ok=True)
    run = with_plugin(call)
    run("vault", "init", "v", "--origin", "reserve.example/v", "--delay", 0)
    for name in ("ann", "ben", "cem"):
        run("officer", "enrol", "v", f"{name}/key.card")
    run.recipient, run.identity, run.rules = recipient, identity, rules(run, RULES, by=("ann", "cem"))
    return run


def with_plugin(call):
    path = os.environ["PATH"]
    folder = plugin.install(call.folder / "programs")

    def run(*arguments, code=0, env=None):
        return call(*arguments, code=code, env={"PATH": f"{folder}:{path}"} | (env or {}))

    run.folder, run.without = call.folder, path
    return run


@pytest.fixture(scope="module")
def made(reedbed, tmp_path_factory):
    """The keys of the three, made once: passphrases are slow."""
    run = with_plugin(caller(reedbed, tmp_path_factory.mktemp("made")))
    recipient, identity = plugin.new_key()
    (run.folder / "identity").write_text(f"# made for a test\n\n{identity}\n")
    for name in ("ann", "ben", "cem"):
        (run.folder / name).mkdir()
    new(run, "ann")
    new(run, "ben", "--passphrase", env={LOCK: BENS})
    new(run, "cem", "--plugin-recipient", recipient, "--plugin-identity-file", "identity")
    run("officer", "vouch", "cem/key.card", "--key", "ann/key")
    run("officer", "vouch", "cem/key.card", "--key", "ben/key", env={LOCK: BENS})
    (run.folder / "r.csv").write_text(RECORDS)
    return run.folder, recipient, identity


def new(call, name, *options, code=0, env=None, file="key"):
    return call("officer", "new", f"{name}/{file}", "--name", f"{name}-2026",
                "--person", f"staff {name}", *options, code=code, env=env)


def but(call, **env):
    """Calls with other settings."""

    def run(*arguments, code=0):
        return call(*arguments, code=code, env=env)

    run.folder, run.rules = call.folder, call.rules
    return run


def ledger(call):
    return dict(line.split("\t")[:2] for line in
                call("--output", "plain", "vault", "selfcheck", "v").splitlines())["ledger-size"]


def test_an_officer_with_a_passphrase_and_one_with_a_plugin_open_what_a_third_asks_for(three):
    take_in(three, "r.csv", "bitterns")
    request(three, "req", "scientificName", "decimalLatitude", "note", by="ann")
    approve(but(three, **{LOCK: BENS}), "req", "ben")
    approve(three, "req", "cem")
    unseal(three, "req", "ben", "cem")
    rows = rows_of(three.folder / "opened/exact-0.csv")
    assert sorted(rows, key=lambda row: row["scientificName"], reverse=True) == [
        {"scientificName": "Botaurus stellaris", "decimalLatitude": "51.61234",
         "note": "under the third willow, left"},
        {"scientificName": "Ardea cinerea", "decimalLatitude": "51.41234", "note": ""},
    ]
    # The card bears what the plugin seals to, and the request's own key is a plain one.
    assert three.recipient in (three.folder / "cem/key.card").read_text()
    assert "\nrecipient age1" in (three.folder / "req").read_text()
    assert "reedtest" not in (three.folder / "req").read_text()
    assert "3 officer" in three("ledger", "audit", "v/ledger")


def test_the_locked_file_is_one_of_age(three):
    """Opened here by what the specification says (C2SP age), with primitives of another library."""
    sealed = (three.folder / "ben/key").read_bytes()
    assert (three.folder / "ben/key").stat().st_mode & 0o777 == 0o600
    head, mac, rest = sealed.split(b"\n--- ", 1)[0], *sealed.split(b"\n--- ", 1)[1].split(b"\n", 1)
    version, stanza, body = head.decode().split("\n")
    arrow, tag, salt, log_n = stanza.split(" ")
    assert (version, arrow, tag, log_n) == ("age-encryption.org/v1", "->", "scrypt", "18")

    def unpadded(text):
        return base64.b64decode(text + "=" * (-len(text) % 4))

    def derived(key, salt, what):
        return HKDF(SHA256(), 32, salt, what).derive(key)

    wrapping = hashlib.scrypt(BENS.encode(), salt=b"age-encryption.org/v1/scrypt" + unpadded(salt),
                              n=1 << 18, r=8, p=1, maxmem=1 << 29, dklen=32)
    key = ChaCha20Poly1305(wrapping).decrypt(bytes(12), unpadded(body), None)
    own = hmac.digest(derived(key, b"", b"header"), head + b"\n---", "sha256")
    assert own == unpadded(mac.decode())
    payload = ChaCha20Poly1305(derived(key, rest[:16], b"payload"))
    secret = payload.decrypt(bytes(11) + b"\1", rest[16:], None).decode()
    assert secret.startswith("reedbed-officer/v1\n") and "AGE-SECRET-KEY-1" in secret
    assert secret.endswith("\nstaff ben\n")
    # Put back in the plain, it is the same officer.
    (three.folder / "plain").write_text(secret)
    take_in(three, "r.csv", "bitterns")
    request(three, "req", "note", by="ann")
    three("approve", "v", "req", "--key", "plain", "--yes", "-o", "req.plain")


def test_a_passphrase_is_asked_for_and_a_wrong_one_opens_nothing(three):
    take_in(three, "r.csv", "bitterns")
    request(three, "req", "note", by="ann")
    said = approve(three, "req", "ben", code=1)
    assert "ben/key` is locked by a passphrase" in said
    assert LOCK in said and f"{LOCK}_FILE" in said
    for wrong in (BENS + "s", "sho rt"):
        said = approve(but(three, **{LOCK: wrong}), "req", "ben", code=1)
        assert "passphrase is not the right one" in said and wrong not in said
    assert not (three.folder / "req.ben").exists()
    # In a file, also one that holds those of several people.
    (three.folder / "passphrases").write_text(f"the passphrase of somebody\n\n{BENS}\n")
    approve(but(three, **{f"{LOCK}_FILE": "passphrases"}), "req", "ben")
    said = approve(but(three, **{f"{LOCK}_FILE": "nowhere"}), "req", "ben", code=1)
    assert "`nowhere` cannot be read" in said


def test_two_people_with_two_passphrases_decide_together(three):
    new(three, "ann", "--passphrase", env={LOCK: "a heron waits for a frog"}, file="second")
    (three.folder / "passphrases").write_text(f"a heron waits for a frog\n{BENS}\n")
    (three.folder / "approval").unlink()
    said = three("rules", "approve", "--rules", "rules.csv", "--approval", "approval",
                 "--origin", "reserve.example/v",
                 "--by", "ann/second", "ben/key", env={f"{LOCK}_FILE": "passphrases"})
    assert (three.folder / "approval").read_text().count("\n\u2014 ") == 2, said


def test_a_short_passphrase_or_none_locks_nothing(three):
    said = new(three, "ann", "--passphrase", code=1, file="other")
    assert LOCK in said
    said = new(three, "ann", "--passphrase", code=1, file="other", env={LOCK: "eleven char"})
    assert "too short" in said and "12 characters" in said and "eleven char" not in said
    assert not list((three.folder / "ann").glob("other*"))


def test_a_file_that_asks_for_too_much_work_is_refused_at_once(three):
    path = three.folder / "ben/key"
    whole = path.read_bytes()
    for changed, said in ((whole.replace(b" 18\n", b" 40\n"), "more memory or time"),
                          (whole[:100], "locked secret file")):
        path.write_bytes(changed)
        assert said in three("officer", "vouch", "cem/key.card", "--key", "ben/key", code=1,
                             env={LOCK: BENS})


def test_without_the_plugin_nothing_is_half_done(three):
    before, without = ledger(three), but(three, PATH=three.without)
    said = take_in(without, "r.csv", "bitterns", code=1)
    assert "cem-2026" in said and "age-plugin-reedtest" in said and "help: install it" in said
    assert not (three.folder / "v/data/bitterns").exists() and ledger(three) == before
    take_in(three, "r.csv", "bitterns")
    request(three, "req", "note", by="ann")
    said = approve(without, "req", "cem", code=1)
    assert "age-plugin-reedtest" in said and "PATH" in said
    assert not (three.folder / "req.cem").exists()
    # A program that lies where somebody happens to stand is not run.
    relative = but(three, PATH=f"programs:{three.without}")
    assert "age-plugin-reedtest" in approve(relative, "req", "cem", code=1)
    approve(three, "req", "cem")


@pytest.mark.parametrize("how, said", [
    ("refuse", "`age-plugin-reedtest` refuses: no reed today"),
    ("die", "`age-plugin-reedtest` broke off"),
    ("babble", "does not speak as a plugin of age does"),
    ("pin", "asks for a secret"),
])
def test_a_plugin_that_does_not_do_its_part(three, how, said):
    before, bad = ledger(three), but(three, REEDTEST=how)
    told = take_in(bad, "r.csv", "bitterns", code=1)
    assert said in told and "cem-2026" in told and "\u001b" not in told
    assert not (three.folder / "v/data/bitterns/1").exists() and ledger(three) == before
    take_in(three, "r.csv", "bitterns")
    request(three, "req", "note", by="ann")
    assert said in approve(bad, "req", "cem", code=1)
    assert not (three.folder / "req.cem").exists()


def test_a_plugin_that_does_nothing_is_found_out(three):
    silent = but(three, REEDTEST="silent")
    assert "neither wraps" in take_in(silent, "r.csv", "bitterns", code=1)
    take_in(three, "r.csv", "bitterns")
    request(three, "req", "note", by="ann")
    assert "not sealed to this officer" in approve(silent, "req", "cem", code=1)


def test_a_plugin_gets_the_secret_that_it_asks_for_and_is_given_it_once(three):
    take_in(but(three, REEDTEST="pin", **{LOCK: plugin.PIN}), "r.csv", "bitterns")
    request(three, "req", "note", by="ann")
    wrong = but(three, REEDTEST="pin", **{LOCK: "4321 rushes"})
    said = approve(wrong, "req", "cem", code=1)
    assert "refuses: a wrong PIN" in said and "4321" not in said
    # It asks twice in each run, and the run for the first share was the only one.
    assert said.count("PIN of the reed") == 2
    said = approve(but(three, REEDTEST="pin", **{LOCK: plugin.PIN}), "req", "cem")
    assert "age-plugin-reedtest: PIN of the reed" in said and plugin.PIN not in said


def test_what_a_plugin_says_is_told_and_passphrases_are_not_shown_to_it(three):
    take_in(three, "r.csv", "bitterns")
    request(three, "req", "note", by="ann")
    asking = but(three, REEDTEST="ask", **{LOCK: "a passphrase of somebody"})
    said = approve(asking, "req", "cem")
    for line in ("touch the reed", "sure?", "your name", "sees 0 passphrases"):
        assert f"age-plugin-reedtest: {line}\n" in said


def test_a_plugins_officer_is_tried_out_before_anything_depends_on_it(three):
    other, _ = plugin.new_key()
    (three.folder / "dan").mkdir()

    def dan(recipient, code=1, env=None, *options):
        return new(three, "dan", "--plugin-recipient", recipient, "--plugin-identity-file",
                   "identity", *options, code=code, env=env)

    assert "does not open what is sealed" in dan(other)
    assert "no plugin's recipient" in dan("age1nobody")
    assert "age-plugin-reedtest" in dan(three.recipient, env={"PATH": three.without})
    (three.folder / "identity").write_text("# nothing\n")
    assert "one identity" in dan(three.recipient)
    (three.folder / "identity").write_text(f"{three.identity}\n{three.identity}\n")
    assert "one identity" in dan(three.recipient)
    assert "plugin-identity-file" in new(three, "dan", "--plugin-recipient", other, code=1)
    assert not list((three.folder / "dan").iterdir())
    # With a passphrase too: the file has to be unlocked, and then the plugin opens.
    (three.folder / "identity").write_text(f"{three.identity}\n")
    dan(three.recipient, 0, {LOCK: "a snipe drums at dusk"}, "--passphrase")
    assert b"AGE-PLUGIN" not in (three.folder / "dan/key").read_bytes()
    for env, code in (({}, 1), ({LOCK: "a snipe drums at dusk"}, 0)):
        three("officer", "vouch", "ann/key.card", "--key", "dan/key", code=code, env=env)


def test_officers_of_all_kinds_unlock_the_vault_together(three):
    three("vault", "lock", "v")
    three("vault", "check", "v", "--open", "--officers", "ben/key", "cem/key", env={LOCK: BENS})
    said = three("vault", "check", "v", "--open", "--officers", "ben/key", "cem/key", code=1,
                 env={LOCK: BENS, "PATH": three.without})
    assert "age-plugin-reedtest" in said
