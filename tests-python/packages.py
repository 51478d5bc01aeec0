"""Reads what `reedbed share` wrote, with what partners use: python-dwca-reader and pandas."""

import io
import tarfile
import zipfile
from pathlib import Path

import pandas
from dwca.read import DwCAReader

TEXT = {"dtype": str, "keep_default_na": False}


def archive_path(package: Path) -> Path:
    """The archive in a package, in whichever form it came."""
    for name in ("dataset.zip", "dataset.tar.gz", "dataset"):
        if (package / name).exists():
            return package / name
    raise AssertionError(f"no archive in {sorted(path.name for path in package.iterdir())}")


def tables(package: Path) -> dict[str, pandas.DataFrame]:
    """All tables by kind (`occurrence`, `event`, ...), every cell as text."""
    try:
        path = archive_path(package)
    except AssertionError:
        return {
            path.stem: pandas.read_csv(path, sep=None, engine="python", **TEXT)
            for path in package.iterdir()
            if path.suffix in (".csv", ".tsv", ".txt")
        }
    with DwCAReader(str(path)) as archive:
        descriptors = [archive.descriptor.core, *archive.descriptor.extensions]
        found = {}
        for descriptor in descriptors:
            kind = descriptor.type.rsplit("/", 1)[-1].lower()
            found[kind] = archive.pd_read(descriptor.file_location, **TEXT)
            # Where a table has no column for its link, the reader names it by its part in the
            # archive; one name for it is enough here.
            frame = found[kind]
            if kind == "event" and "eventID" not in frame:
                frame["eventID"] = frame["id"]
            if kind == "occurrence" and "eventID" not in frame and "coreid" in frame:
                frame["eventID"] = frame["coreid"]
        return found


def every_byte(package: Path) -> dict[str, bytes]:
    """Every file of a package with its content, members of archives unpacked, by name."""
    found = {}

    def take(name: str, content: bytes) -> None:
        found[name] = content
        if name.endswith(".zip"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                found[f"{name} comment"] = archive.comment
                for member in archive.infolist():
                    take(f"{name}/{member.filename}", archive.read(member))
                    found[f"{name}/{member.filename} extra"] = member.extra + member.comment
        elif name.endswith(".tar.gz"):
            with tarfile.open(fileobj=io.BytesIO(content)) as archive:
                for member in archive.getmembers():
                    if member.isfile():
                        take(f"{name}/{member.name}", archive.extractfile(member).read())

    for path in sorted(package.rglob("*")):
        if path.is_file():
            take(path.relative_to(package).as_posix(), path.read_bytes())
    assert found, "the package is empty"
    return found
