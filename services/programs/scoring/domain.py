"""Vulnerability score, version `v1`: 0 to 1000, higher is more vulnerable.

A published sum of points, to be read aloud to the household it is about; a proxy-means model with
estimated weights takes its place when the regency has one. The parts and the most each can give:

- the dwelling, 300: roof 40, wall 50, floor 60, water 50, sanitation 60, lighting 40.
  Poor gives all, middling or unknown half, good nothing.
- who earns for whom, 200: 50 for each dependant of an earner (a member of 18 to 59 years who is
  not without work); all of it where nobody earns.
- size, 100: 20 for each person beyond three.
- who lives there, 300: see `ATTRIBUTE_POINTS`.
- the national data set, 100: decile 1 gives 100, 2 gives 75, 3 gives 50, 4 gives 25.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

VERSION = "v1"

HOUSING_POINTS = {"roof": 40, "wall": 50, "floor": 60, "water": 50, "sanitation": 60, "lighting": 40}
ATTRIBUTE_POINTS = {
    "disability": 70,
    "chronic_illness": 50,
    "elderly": 40,
    "female_head": 40,
    "child_under_5": 30,
    "pregnant": 30,
    "out_of_school": 20,
    "unemployed": 20,
}
_DECILE_POINTS = {1: 100, 2: 75, 3: 50, 4: 25}
_MOST_FOR_DEPENDANTS, _FOR_EACH_DEPENDANT = 200, 50
_MOST_FOR_SIZE, _FOR_EACH_BEYOND_THREE = 100, 20


@dataclass(frozen=True, slots=True)
class Score:
    """The points of each part and their sum."""

    parts: Mapping[str, int]
    version: str = VERSION

    @property
    def value(self) -> int:
        """Return the sum."""
        return sum(self.parts.values())


def score(
    *, housing: Mapping[str, str], attributes: Collection[str], decile: int, people: int, earners: int
) -> Score:
    """Score a household. `housing` maps a part of the dwelling to the word for it, known or not."""
    parts = {part: _housing_points(part, housing.get(part)) for part in HOUSING_POINTS}
    parts["dependants"] = _dependants(people, earners)
    parts["size"] = min(_MOST_FOR_SIZE, _FOR_EACH_BEYOND_THREE * max(0, people - 3))
    for attribute, points in ATTRIBUTE_POINTS.items():
        parts[attribute] = points if attribute in attributes else 0
    parts["decile"] = _DECILE_POINTS.get(decile, 0)
    return Score({part: points for part, points in parts.items() if points})


def _dependants(people: int, earners: int) -> int:
    if earners == 0:
        return _MOST_FOR_DEPENDANTS
    return min(_MOST_FOR_DEPENDANTS, _FOR_EACH_DEPENDANT * (people - earners) // earners)


def _housing_points(part: str, word: str | None) -> int:
    return {"good": 0, "poor": HOUSING_POINTS[part]}.get(grade(part, word), HOUSING_POINTS[part] // 2)


def grade(part: str, word: str | None) -> str:
    """Grade a part of the dwelling as good, middle or poor by the words of the registries; else unknown."""
    wanted = " ".join((word or "").lower().replace("_", " ").replace("/", " ").split())
    for name, words in _GRADES[part].items():
        if wanted in words:
            return name
    return "unknown"


# The words of P3KE and DTSEN files, and what they are called in English.
_GRADES: dict[str, dict[str, frozenset[str]]] = {
    "roof": {
        "good": frozenset(
            {"beton", "genteng", "genteng beton", "genteng keramik", "concrete", "tile", "tiles"}
        ),
        "middle": frozenset({"seng", "asbes", "kayu sirap", "zinc", "metal", "asbestos", "wood"}),
        "poor": frozenset(
            {"bambu", "jerami", "ijuk", "daun", "jerami ijuk daun", "rumbia", "bamboo", "thatch"}
        ),
    },
    "wall": {
        "good": frozenset(
            {"tembok", "beton", "plesteran", "brick", "bricks", "concrete", "masonry", "plaster"}
        ),
        "middle": frozenset({"kayu", "papan", "kayu papan", "wood", "boards"}),
        "poor": frozenset({"bambu", "anyaman bambu", "batang kayu", "bamboo", "woven bamboo", "thatch"}),
    },
    "floor": {
        "good": frozenset(
            {"keramik", "marmer", "granit", "ubin", "tegel", "ceramic", "tile", "tiles", "marble"}
        ),
        "middle": frozenset(
            {"semen", "plester", "kayu", "papan", "kayu papan", "cement", "concrete", "wood"}
        ),
        "poor": frozenset({"tanah", "bambu", "earth", "dirt", "soil", "bamboo"}),
    },
    "water": {
        "good": frozenset(
            {
                "pdam",
                "ledeng",
                "leding",
                "air kemasan",
                "sumur bor",
                "pipa",
                "piped",
                "tap",
                "borehole",
                "bottled",
            }
        ),
        "middle": frozenset(
            {
                "sumur terlindung",
                "mata air terlindung",
                "mata air",
                "sumur",
                "spring",
                "protected well",
                "well",
            }
        ),
        "poor": frozenset(
            {
                "sumur tak terlindung",
                "sumur tidak terlindung",
                "mata air tak terlindung",
                "sungai",
                "air hujan",
            }
            | {"unprotected well", "unprotected spring", "river", "rain", "rainwater", "surface water"}
        ),
    },
    "sanitation": {
        "good": frozenset(
            {
                "sendiri",
                "jamban sendiri",
                "leher angsa",
                "milik sendiri",
                "own",
                "own toilet",
                "private",
                "flush",
            }
        ),
        "middle": frozenset(
            {
                "bersama",
                "jamban bersama",
                "umum",
                "cemplung",
                "plengsengan",
                "shared",
                "shared toilet",
                "public",
                "pit",
            }
        ),
        "poor": frozenset(
            {"tidak ada", "tanpa jamban", "sungai", "none", "open", "open defecation", "river"}
        ),
    },
    "lighting": {
        "good": frozenset(
            {
                "pln",
                "listrik pln",
                "listrik pln meteran sendiri",
                "listrik 450",
                "listrik 900",
                "grid",
                "own meter",
                "electricity",
            }
        ),
        "middle": frozenset(
            {
                "pln bersama",
                "listrik pln tanpa meteran",
                "menumpang",
                "non pln",
                "listrik non pln",
                "shared",
                "solar",
            }
        ),
        "poor": frozenset(
            {"bukan listrik", "tidak ada", "lampu minyak", "pelita", "none", "kerosene", "oil lamp"}
        ),
    },
}
