"""Copies that leave a vault: for partners, for everyone, and at once."""

import hashlib

from vaults import RULES, approve, ask_for_copy, release, rows_of, rules, take_in, unseal


def test_a_partner_gets_a_copy_that_two_approved_and_can_check_it_offline(full):
    ask_for_copy(full)
    shown = full("approve", "v", "copy", "--key", "ann/key")
    assert "A copy is to be handed over" in shown and "Reedmoor University" in shown
    assert hashlib.sha256((full.folder / "terms.md").read_bytes()).hexdigest() in shown
    approve(full, "copy", "ann")
    assert "too few people" in release(full, who=["ann"], code=1)
    approve(full, "copy", "ben")
    release(full)
    package = full.folder / "out/package"
    assert "Proved: entry" in full("ledger", "verify", "out/package")
    rows = rows_of(package / "occurrence.csv")
    bitterns = [row for row in rows if row["scientificName"] == "Botaurus stellaris"]
    assert len(rows) > 192 and len(bitterns) > 20
    assert all(float(row["coordinateUncertaintyInMeters"]) >= 2_000 for row in bitterns)
    assert not any(row["eventID"].startswith("e") for row in bitterns)
    # The request with its approvals, the terms and the proof are part of it.
    signed = (package / "agreement/request.txt").read_text()
    assert signed.count("\n\u2014 ") == 2 and "beneficiary Reedmoor University" in signed
    assert (package / "agreement/terms.md").read_text() == (full.folder / "terms.md").read_text()
    # It is done once, and everybody can see later who has what.
    assert "closed" in release(full, out="again", code=1)
    said = full("vault", "recall", "v", "moor")
    assert "Reedmoor University" in said and "version 1; all" in said
    # Whoever changes the copy or what was agreed is found out.
    (package / "agreement/terms.md").write_text("Do as you like.\n")
    full("ledger", "verify", "out/package", code=3)


def test_a_copy_under_other_terms_or_of_another_version_does_not_leave(full):
    ask_for_copy(full)
    for who in ("ann", "ben"):
        approve(full, "copy", who)
    (full.folder / "other.md").write_text("Do as you like.\n")
    assert "terms are not those" in release(full, terms="other.md", code=1)
    take_in(full, "reserve.csv", "moor", "--new-version")
    assert "newer version" in release(full, code=1)
    assert not (full.folder / "out").exists()


def test_copies_for_two_partners_differ_and_meet_in_the_floor_only(full):
    told = []
    for partner in ("Reedmoor University", "Fenland Trust"):
        name = partner.split()[0]
        ask_for_copy(full, name, partner)
        for who in ("ann", "ben"):
            approve(full, name, who)
        release(full, name, out=f"out-{name}")
        rows = rows_of(full.folder / f"out-{name}/package/occurrence.csv")
        told.append([row for row in rows if row["scientificName"] == "Botaurus stellaris"])
    places = [{(row["decimalLatitude"], row["decimalLongitude"]) for row in rows} for rows in told]
    ids = [{row["occurrenceID"] for row in rows} for rows in told]
    assert places[0] != places[1] and not ids[0] & ids[1]


def test_the_public_level_is_handed_out_and_recorded(full):
    full("vault", "export", "v", "moor", "-o", "public")
    full("ledger", "verify", "public/package")
    rows = rows_of(full.folder / "public/package/occurrence.csv")
    bitterns = [row for row in rows if row["scientificName"] == "Botaurus stellaris"]
    assert all(float(row["coordinatePrecision"]) >= 0.1 for row in bitterns)
    assert sum(row["scientificName"] == "Parus major" for row in rows) == 192
    assert not (full.folder / "public/package/.telling").exists()
    content = b"".join(p.read_bytes() for p in (full.folder / "public/package").rglob("*") if p.is_file())
    assert b"e2-2019" in content and b"b2-2019" not in content


def test_other_data_of_the_vault_do_not_give_a_copy_away(full):
    # Another dataset tells exactly where each event was, and no copy of the first names its events.
    lines = ["occurrenceID,eventID,scientificName,eventDate,decimalLatitude,decimalLongitude,"
             "geodeticDatum,fieldNumber"]
    for year in (2019, 2020, 2021):
        for site in range(64):
            lat, lon = 52.0123 + site // 8 * 0.0081, 4.5123 + site % 8 * 0.0111
            lines.append(f"d{site}-{year},e{site}-{year},Libellula depressa,{year}-05-14,{lat:.5f},"
                         f"{lon:.5f},WGS84,b{site}-{year}")
    (full.folder / "dragonflies.csv").write_text("\n".join(lines) + "\n")
    take_in(full, "dragonflies.csv", "dragonflies")
    ask_for_copy(full)
    for who in ("ann", "ben"):
        approve(full, "copy", who)
    release(full)
    copy = (full.folder / "out/package/occurrence.csv").read_text()
    bitterns = [line for line in copy.splitlines() if "Botaurus" in line]
    assert bitterns and not any(f"e{site}-20" in line for line in bitterns for site in range(64))


def test_rules_that_nobody_or_one_person_approved_are_not_used(full):
    (full.folder / "lax.csv").write_text("scientificName,category\nOtis tarda,low\n")
    said = full("rules", "approve", "--rules", "lax.csv", "--by", "ann/key", "--vault", "v", code=1)
    assert "too few people" in said
    digest = full("--output", "plain", "rules", "approve", "--rules", "lax.csv", "--approval", "lax",
                  "--origin", "reserve.example/v", "--by", "ann/key").splitlines()[0].split("\t")[1]
    said = full("vault", "import", "--vault", "v", "reserve.csv", "--dataset", "lax", "--rules", digest,
                code=1)
    assert "no rules with the digest" in said
    # A list that was edited is another one.
    (full.folder / "lax.csv").write_text("scientificName,category\nOtis tarda,high\n")
    said = full("rules", "approve", "--rules", "lax.csv", "--approval", "lax", "--by", "ben/key", code=1)
    assert "approves other rules" in said


def test_a_category_that_rises_works_from_the_partner_level_and_lists_who_has_copies(full):
    ask_for_copy(full)
    for who in ("ann", "ben"):
        approve(full, "copy", who)
    release(full)
    (full.folder / "reserve.csv").unlink()
    digest = rules(full, RULES + "Parus major,medium\n")
    said = full("vault", "relevel", "v", "moor", "--rules", digest)
    assert "version 2" in said and "Reedmoor University" in said
    ask_for_copy(full, "second", "Fenland Trust")
    for who in ("ann", "ben"):
        approve(full, "second", who)
    # What was told exactly before is not told more coarsely now: it is refused, in words.
    said = release(full, "second", out="second-out", code=2)
    assert "earlier" in said
    # The exact level is there still.
    full("request", "v", "--dataset", "moor", "--columns", "decimalLatitude", "--purpose",
         "nests", "--key", "cem/key", "-o", "exact")
    for who in ("ann", "ben"):
        approve(full, "exact", who)
    unseal(full, "exact", "ann", "ben")
    assert len(rows_of(full.folder / "opened/exact-0.csv")) == 219


def test_rows_and_columns_are_those_that_were_asked_for(full):
    full("request", "v", "--dataset", "moor", "--columns", "scientificName", "eventDate",
         "--rows", "eventDate=2019-05-14", "--purpose", "nests", "--key", "cem/key", "-o", "exact")
    for who in ("ann", "ben"):
        approve(full, "exact", who)
    unseal(full, "exact", "ann", "ben")
    rows = rows_of(full.folder / "opened/exact-0.csv")
    assert len(rows) == 73 and set(rows[0]) == {"scientificName", "eventDate"}
    said = full("request", "v", "--dataset", "moor", "--columns", "scientificName", "--rows",
                "locality=site 2", "--purpose", "x", "--key", "cem/key", "-o", "none", code=1)
    assert "ask for it too" in said
    ask_for_copy(full, "copy", "Reedmoor University", "cem", "--rows", "eventDate=2020-05-14",
                 "--columns", "scientificName")
    for who in ("ann", "ben"):
        approve(full, "copy", who)
    release(full)
    rows = rows_of(full.folder / "out/package/occurrence.csv")
    assert rows and all(row["eventDate"].startswith("2020") for row in rows)
    assert "locality" not in rows[0] and "recordedBy" not in rows[0]


def test_what_is_taken_at_once_is_little_and_reviewed(full):
    said = full("vault", "break-glass", "v", "--dataset", "moor", "--columns", "scientificName",
                "decimalLatitude", "--rows", "scientificName=Botaurus stellaris", "--purpose",
                "a fire in the reed", "--key", "ann/key", "-o", "taken")
    assert "72 hours" in said
    rows = rows_of(full.folder / "taken/occurrence.csv")
    # Floor cells, and nothing finer.
    assert len(rows) == 27 and all(len(row["decimalLatitude"].split(".")[1]) <= 2 for row in rows)
    status = full("vault", "status", "v")
    assert "TAKEN AT ONCE" in status and "staff ann" in status
    digest = [line.split("\t")[1] for line in
              full("--output", "plain", "vault", "status", "v").splitlines() if "unreviewed" in line][0]
    full("vault", "review", "v", digest[:8], "--by", "ben/key", code=1)
    full("vault", "break-glass", "v", "--dataset", "moor", "--columns", "scientificName", "--purpose",
         "again", "--key", "ann/key", "-o", "more", code=1)
    full("vault", "review", "v", digest[:8], "--by", "ben/key", "cem/key")
    assert "TAKEN" not in full("vault", "status", "v")
    nine = [f"c{n}" for n in range(9)]
    full("vault", "break-glass", "v", "--dataset", "moor", "--columns", *nine, "--purpose", "x", "--key",
         "ann/key", "-o", "more", code=1)
    assert not (full.folder / "more").exists()
