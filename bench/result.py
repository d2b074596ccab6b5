"""What a measurement found, beside its bare counterpart, and the table that shows it."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One line: what was measured, what stood beside it in the same run, and what is aimed at.

    `ours` and `beside` are written with their unit; `ratio` is ours to what stood beside it.
    """

    name: str
    ours: str
    beside: str = ""
    ratio: float | None = None
    aim: str = ""


def rates(name: str, ours: Sequence[float], beside: Sequence[float], aim: str, unit: str = "/s") -> Result:
    """Return the line of rates that were taken in turns: the medians, and the median of each turn's ratio."""
    ratio = statistics.median(one / other for one, other in zip(ours, beside, strict=True))
    written = [f"{statistics.median(taken):,.0f}{unit}" for taken in (ours, beside)]
    return Result(name, written[0], written[1], ratio, aim)


def table(results: Sequence[Result]) -> str:
    """Return the lines as a table in Markdown."""
    rows = [("what", "ours", "beside", "ratio", "aim"), *map(_cells, results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _cells(result: Result) -> tuple[str, str, str, str, str]:
    ratio = "" if result.ratio is None else f"{result.ratio:.2f}"
    return result.name, result.ours, result.beside, ratio, result.aim
