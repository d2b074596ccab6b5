"""The sub-districts as tiles, each about where it lies: areas of few people are as easy to see."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext
from markupsafe import Markup

from shared.areas import subdistricts
from shared.web.charts.drawing import WIDTH, Chart, Write, box, element, frame, hatch, hatched, text

_CLASSES = 5
_GAP = 6
_TILE_HEIGHT = 66
_LEGEND_HEIGHT = 42
_LONGEST_WORD = 12
_HATCH = "hatch-map"


@dataclass(frozen=True, slots=True)
class Tile:
    """One area. A value of None is not shown because it is small."""

    name: str
    row: int
    column: int
    value: int | None
    href: str | None = None


def subdistrict_tiles(
    values: Mapping[str, int | None], link: Callable[[str], str] | None = None
) -> list[Tile]:
    """Return a tile for each sub-district; one without a value has 0. `link` gives the page of a code."""
    return [
        Tile(
            area.name,
            area.tile_row,
            area.tile_col,
            values.get(area.code, 0),
            link(area.code) if link else None,
        )
        for area in subdistricts().values()
    ]


def tile_map(
    title: str, tiles: Sequence[Tile], write: Write, *, column: str, breaks: Sequence[int] = ()
) -> Chart:
    """Draw values in five classes. `breaks` are the lower bounds of classes 2 to 5; else quintiles.

    `column` names the value in the table; `write` puts a value into words.
    """
    bounds = tuple(breaks) or quintiles([tile.value for tile in tiles if tile.value is not None])
    columns = 1 + max((tile.column for tile in tiles), default=0)
    rows = 1 + max((tile.row for tile in tiles), default=0)
    width = (WIDTH - _GAP * (columns - 1)) / columns
    below = rows * (_TILE_HEIGHT + _GAP) + 8
    parts = [hatch(_HATCH), *(_draw(tile, width, bounds, write) for tile in tiles)]
    parts += _key(tiles, bounds, below, write)
    svg = frame(
        title, _describe(tiles, write), below + _LEGEND_HEIGHT, parts, links=any(tile.href for tile in tiles)
    )
    table = sorted(tiles, key=lambda tile: (tile.value is None, -(tile.value or 0), tile.name))
    return Chart(
        title, svg, (gettext("Area"), column), tuple((tile.name, write(tile.value)) for tile in table)
    )


def quintiles(values: Sequence[int]) -> tuple[int, ...]:
    """Return the lower bounds of the second and later classes: equal numbers of areas, no empty class."""
    ordered = sorted(values)
    found: list[int] = []
    for part in range(1, _CLASSES):
        bound = ordered[len(ordered) * part // _CLASSES] if ordered else 0
        if bound > (found[-1] if found else ordered[0] if ordered else 0):
            found.append(bound)
    return tuple(found)


def _class(value: int, bounds: Sequence[int]) -> int:
    """Return 1 to 5; where there are fewer classes they are spread over the same colours."""
    place = sum(value >= bound for bound in bounds)
    return 1 + round(place * (_CLASSES - 1) / max(len(bounds), 1)) if bounds else 1


def _draw(tile: Tile, width: float, bounds: Sequence[int], write: Write) -> Markup:
    x, y = tile.column * (width + _GAP), tile.row * (_TILE_HEIGHT + _GAP)
    if tile.value is None:
        ground, ink = hatched(x, y, width, _TILE_HEIGHT, _HATCH), "ink"
    else:
        shade = _class(tile.value, bounds)
        ground, ink = box(x, y, width, _TILE_HEIGHT, f"class-{shade}"), "on-high" if shade > 3 else "on-low"
    words = _broken(tile.name)
    lines = [text(x + 6, y + 17 + 13 * n, word, size=11.5, colour=ink) for n, word in enumerate(words)]
    value = text(x + 6, y + _TILE_HEIGHT - 9, write(tile.value), size=16, colour=ink, bold=True)
    tip = element("title", f"{tile.name}: {write(tile.value)}")
    if tile.href is None:
        return element("g", tip, ground, *lines, value)
    return element("a", tip, ground, *lines, value, href=tile.href, class_="tile-link")


def _broken(name: str) -> list[str]:
    """Break a name that is too long for its tile: between words, or after the part it begins with."""
    if len(name) <= _LONGEST_WORD:
        return [name]
    if " " in name:
        return name.split(" ", 1)
    head = "Bandar" if name.startswith("Bandar") else name[: len(name) // 2]
    return [f"{head}-", name[len(head) :]]


def _key(tiles: Sequence[Tile], bounds: Sequence[int], top: float, write: Write) -> list[Markup]:
    values = [tile.value for tile in tiles if tile.value is not None]
    if not values:
        return []
    lows = [min(values), *bounds]
    suppressed = any(tile.value is None for tile in tiles)
    width = WIDTH / (len(lows) + suppressed)
    drawn: list[Markup] = []
    for place, low in enumerate(lows):
        drawn.append(box(width * place, top, width - 3, 12, f"class-{_class(low, bounds)}"))
        drawn.append(
            text(width * place, top + 27, f"≥ {write(low)}" if place else write(low), size=12, colour="quiet")
        )
    if suppressed:
        drawn += [hatched(width * len(lows), top, width - 3, 12, _HATCH)]
        drawn += [text(width * len(lows), top + 27, write(None), size=12, colour="quiet")]
    return drawn


def _describe(tiles: Sequence[Tile], write: Write) -> str:
    known = sorted((tile for tile in tiles if tile.value is not None), key=lambda tile: tile.value or 0)
    if not known:
        return str(gettext("No area has a value that may be shown."))
    return str(
        gettext(
            "Highest: %(high)s (%(most)s). Lowest: %(low)s (%(least)s).",
            high=known[-1].name,
            most=write(known[-1].value),
            low=known[0].name,
            least=write(known[0].value),
        )
    )
