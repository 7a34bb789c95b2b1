"""A column as a spreadsheet names it, by letters, and back to its place. Rows and cells are not known here."""

import re

_ADDRESS = re.compile(r"([A-Z]+)\d+")


def column_letters(place: int) -> str:
    """The spreadsheet's name of a 0-based column: A, B, ..., Z, AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_place(address: str) -> int | None:
    """The 0-based column of `B17`; None where a finding speaks of no cell."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    place = 0
    for letter in found[1]:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
