"""Inputs that the tests make: rule lists, tables and archives."""

import csv
import tarfile
import zipfile
from pathlib import Path

DWC = "http://rs.tdwg.org/dwc/terms/"
EXTENDED_MEASUREMENT = "http://rs.iobis.org/obis/terms/ExtendedMeasurementOrFact"

# One species for each way to be protected, and one that is on no list.
SPECIES = {
    "low": "Panurus biarmicus",
    "medium": "Lutra lutra",
    "high": "Botaurus stellaris",
    "extreme": "Liparis loeselii",
    "metres": "Papilio machaon",
    "none": "Fulica atra",
}

# The width of the public cell, which its stated circle can never be smaller than half of: half the
# height of a cell, in metres.
HALF_CELL_M = {"low": 55, "medium": 550, "high": 5500, "metres": 500}


def write_rules(path: Path, siblings: str = "") -> Path:
    """A list of one species for each category; `siblings` is what becomes of records beside them."""
    rows = [
        [SPECIES[category], "species", category, ""]
        for category in ("low", "medium", "high", "extreme")
    ]
    rows.append([SPECIES["metres"], "species", "", "1000 m"])
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            [
                "scientificName",
                "taxonRank",
                "category",
                "publicWidth",
                "reason",
                "authority",
                "siblings",
            ]
        )
        for row in rows:
            writer.writerow([*row, "threatenedPopulation", "Test list", siblings])
    return path


def write_table(path: Path, rows: list[dict], delimiter=",") -> Path:
    """Writes dicts as a table; the columns are the keys of all rows, in order."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, delimiter=delimiter, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_archive(folder: Path, core: tuple, extensions: list[tuple], eml: str | None) -> Path:
    """Writes a Darwin Core archive as a folder.

    Each table is (file name, row type, rows); the first key of the rows of the core is its id, the
    first key of the rows of an extension links to it.
    """
    folder.mkdir(parents=True)
    parts = []
    for number, (name, row_type, rows) in enumerate([core, *extensions]):
        write_table(folder / name, rows, delimiter="\t")
        columns = list(dict.fromkeys(key for row in rows for key in row))
        tag, link = ("core", "id") if number == 0 else ("extension", "coreid")
        fields = "".join(
            f'<field index="{index}" term="{term_uri(column)}"/>'
            for index, column in enumerate(columns)
            if number == 0 or index > 0
        )
        parts.append(
            f'<{tag} encoding="UTF-8" fieldsTerminatedBy="\\t" linesTerminatedBy="\\n" '
            f'fieldsEnclosedBy="&quot;" ignoreHeaderLines="1" rowType="{row_type}">'
            f"<files><location>{name}</location></files>"
            f'<{link} index="0"/>{fields}</{tag}>'
        )
    metadata = ' metadata="eml.xml"' if eml else ""
    (folder / "meta.xml").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<archive xmlns="http://rs.tdwg.org/dwc/text/"{metadata}>{"".join(parts)}</archive>',
        encoding="utf-8",
    )
    if eml:
        (folder / "eml.xml").write_text(eml, encoding="utf-8")
    return folder


def term_uri(column: str) -> str:
    if column.startswith("http"):
        return column
    if column in ("identifier", "references", "license", "type"):
        return f"http://purl.org/dc/terms/{column}"
    return DWC + column


def zipped(folder: Path) -> Path:
    path = folder.with_name(folder.name + ".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    return path


def tarred(folder: Path) -> Path:
    path = folder.with_name(folder.name + ".tar.gz")
    with tarfile.open(path, "w:gz") as archive:
        for file in sorted(folder.iterdir()):
            archive.add(file, file.name)
    return path


def eml(title: str, extra: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<eml:eml xmlns:eml="https://eml.ecoinformatics.org/eml-2.2.0" packageId="t/1" '
        f'system="t" scope="system"><dataset><title>{title}</title><creator><organizationName>'
        "Test reserve</organizationName></creator><intellectualRights><para>"
        '<ulink url="https://creativecommons.org/licenses/by/4.0/legalcode"><citetitle>CC BY 4.0'
        f"</citetitle></ulink></para></intellectualRights>{extra}<contact><organizationName>Test "
        "reserve</organizationName></contact></dataset></eml:eml>"
    )
