# ruff: noqa: INP001 - a script beside assets.py, no module
"""Draw the county shapes of the map once, from outlines and places of names in data/reference; a test holds it to them.

Run by hand when the outlines change: `python services/gateway/counties.py`.
"""

import csv
import json
import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
REFERENCE = HERE.parents[1] / "data" / "reference"
SHAPES = HERE / "src" / "gateway" / "letters" / "counties.json"
# The drawing's height, in units of its own: about 1.2 km each, so that whole numbers are exact enough.
HEIGHT = 1000

# California Albers, the state's usual equal-area projection (EPSG:3310, here on a sphere): Snyder, Map Projections,
# a Working Manual (US Geological Survey, 1987), equations 14-1 to 14-6.
_FIRST, _SECOND, _MERIDIAN = math.radians(34.0), math.radians(40.5), math.radians(-120.0)
_N = (math.sin(_FIRST) + math.sin(_SECOND)) / 2
_C = math.cos(_FIRST) ** 2 + 2 * _N * math.sin(_FIRST)

Point = tuple[float, float]


def project(longitude: float, latitude: float) -> Point:
    """Return a place in degrees on the plane, in radii of the earth, y pointing south."""
    rho = math.sqrt(_C - 2 * _N * math.sin(math.radians(latitude))) / _N
    theta = _N * (math.radians(longitude) - _MERIDIAN)
    return rho * math.sin(theta), rho * math.cos(theta)


def shapes(outlines: dict[str, Any], labels: dict[str, Point]) -> dict[str, Any]:
    """Return the drawing: its size; and for each county its path, where its name stands, how wide and tall it is."""
    projected = {
        feature["properties"]["fips"]: [
            [project(*point) for point in ring] for polygon in feature["geometry"]["coordinates"] for ring in polygon
        ]
        for feature in outlines["features"]
    }
    points = [point for rings in projected.values() for ring in rings for point in ring]
    left, top = min(x for x, _ in points), min(y for _, y in points)
    scale = HEIGHT / (max(y for _, y in points) - top)
    width = math.ceil((max(x for x, _ in points) - left) * scale)

    def place(point: Point) -> tuple[int, int]:
        return round((point[0] - left) * scale), round((point[1] - top) * scale)

    names = {feature["properties"]["fips"]: feature["properties"]["name"] for feature in outlines["features"]}
    counties = [
        {
            "fips": fips,
            "title": names[fips],
            "label": place(project(*labels[fips])),
            "size": _size([place(point) for point in max(rings, key=len)]),
            "path": "".join(_path([place(point) for point in ring]) for ring in rings),
        }
        for fips, rings in projected.items()
    ]
    return {"width": width, "height": HEIGHT, "counties": sorted(counties, key=lambda county: str(county["title"]))}


def _size(places: Sequence[tuple[int, int]]) -> tuple[int, int]:
    across, down = zip(*places, strict=True)
    return max(across) - min(across), max(down) - min(down)


def _path(places: Sequence[tuple[int, int]]) -> str:
    """Return a closed path in relative steps; a step of nothing is left out, a ring of nothing too."""
    kept = [places[0], *(place for before, place in pairwise(places) if place != before)]
    if kept[-1] == kept[0]:
        kept.pop()
    if len(kept) < 3:  # noqa: PLR2004 - no area
        return ""
    steps = [(x - x0, y - y0) for (x0, y0), (x, y) in pairwise(kept)]
    return f"M{kept[0][0]} {kept[0][1]}l{_joined(steps)}z"


def _joined(steps: Iterable[tuple[int, int]]) -> str:
    """`3 4 -1 2` as `3 4-1 2`: a sign separates by itself."""
    return " ".join(str(number) for step in steps for number in step).replace(" -", "-")


def text() -> str:
    """Return the file: one line for each county, so that a change can be read."""
    outlines = json.loads((REFERENCE / "counties.geojson").read_text(encoding="utf-8"))
    with (REFERENCE / "counties.csv").open(encoding="utf-8", newline="") as file:
        labels = {row["fips"]: (float(row["label_lon"]), float(row["label_lat"])) for row in csv.DictReader(file)}
    drawing = shapes(outlines, labels)
    lines = ",\n".join(json.dumps(county, ensure_ascii=False) for county in drawing["counties"])
    return f'{{"width": {drawing["width"]}, "height": {drawing["height"]}, "counties": [\n{lines}\n]}}\n'


if __name__ == "__main__":
    SHAPES.write_text(text(), encoding="utf-8")
