"""What is wrong with markets that were written by hand, every fault at once."""

from collections.abc import Iterator, Mapping
from typing import Any


def faults_of(written: object, at: str) -> list[str]:
    """Return what is wrong with a market of a file, in sentences that begin with its place."""
    if not isinstance(written, dict) or not all(isinstance(written.get(key), dict) for key in ("P", "N")):
        return [f"{at}: a market is an object with pledges in P and needs in N, each by its name."]
    found = [fault for name, each in written["P"].items() for fault in _of_pledge(each, f"{at}/P/{name}")]
    found += [fault for name, each in written["N"].items() for fault in _of_need(each, f"{at}/N/{name}")]
    return [*found, *_of_rest(written, at)]


def _of_pledge(written: object, at: str) -> Iterator[str]:
    match written:
        case [int(quantity), str(), *flags]:
            yield from _of_quantity(quantity, at)
            yield from (
                f"{at}: {flag!r} is neither zakat nor expires:DAYS." for flag in flags if not _is_flag(flag)
            )
        case _:
            yield f"{at}: a pledge is [quantity, categories, flags...]."


def _of_need(written: object, at: str) -> Iterator[str]:
    match written:
        case [str(), int(quantity), int(), *flags]:
            yield from _of_quantity(quantity, at)
            yield from (f"{at}: {flag!r} is not zakat." for flag in flags if flag != "zakat")
        case _:
            yield f"{at}: a need is [category, quantity, priority, flags...]."


def _of_quantity(quantity: int, at: str) -> Iterator[str]:
    if isinstance(quantity, bool) or quantity < 1:
        yield f"{at}: the quantity must be 1 or more."


def _is_flag(flag: object) -> bool:
    return flag == "zakat" or (isinstance(flag, str) and flag.startswith("expires:") and flag[8:].isdecimal())


def _of_rest(written: Mapping[str, Any], at: str) -> Iterator[str]:
    named = {*written["P"], *written["N"], *(f"-{name}" for name in written["P"])}
    events = written.get("ev", [])
    if not isinstance(events, list) or not all(isinstance(each, str) and each in named for each in events):
        yield f"{at}/ev: name pledges and needs of the market, and -PLEDGE where one is withdrawn."
    best = written.get("opt")
    if best is not None and (not isinstance(best, list) or len(best) != len(written["N"])):
        yield f"{at}/opt: say for each need what it should get, in the order of N."
