"""The promise of every row that leaves: the stated circle contains the true place."""

from dataclasses import dataclass

import pandas
from geographiclib.geodesic import Geodesic

from inputs import HALF_CELL_M


@dataclass
class Truth:
    """Where a record really was, and what it was protected as."""

    latitude: float
    longitude: float
    uncertainty_m: float = 0.0
    category: str = "none"


def distance_m(latitude: float, longitude: float, truth: Truth) -> float:
    line = Geodesic.WGS84.Inverse(latitude, longitude, truth.latitude, truth.longitude)
    return line["s12"]


def with_places(found: dict[str, pandas.DataFrame]) -> pandas.DataFrame:
    """Records with the place columns of their events, where the events hold them."""
    records = found["occurrence"]
    if "event" not in found:
        return records
    event = found["event"]
    assert event["eventID"].is_unique
    joined = records.merge(event, on="eventID", how="left", suffixes=("", " of event"))
    assert len(joined) == len(records)
    return joined


def check(records: pandas.DataFrame, truths: dict[int, Truth], slack_m: float = 0.02) -> set[int]:
    """Checks every row whose place is told and gives the numbers of these rows.

    `individualCount` carries the number of the row: it is a plain number, which stays.
    """
    told = set()
    for row in records.to_dict("records"):
        number = int(row["individualCount"])
        truth = truths[number]
        if not row["decimalLatitude"] and not row["decimalLongitude"]:
            continue
        told.add(number)
        stated = row.get("coordinateUncertaintyInMeters", "")
        latitude, longitude = float(row["decimalLatitude"]), float(row["decimalLongitude"])
        away = distance_m(latitude, longitude, truth)
        if not stated:
            assert truth.category == "none" and away < slack_m, f"row {number} states no circle"
            continue
        assert away + truth.uncertainty_m <= float(stated) + slack_m, (
            f"row {number} ({truth.category}): {away:.1f} m away and {truth.uncertainty_m} m "
            f"uncertain, but {stated} m stated"
        )
        # Towards the poles the fixed grid's cells shrink to slivers, whoever publishes them.
        least = HALF_CELL_M.get(truth.category, 0) if abs(truth.latitude) < 85 else 0
        assert float(stated) >= least, f"row {number} is told too precisely"
    return told
