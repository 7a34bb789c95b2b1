"""The comment that a model's file begins with: a description and a closed set of keys. Reads no SQL."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import ModelError

_COMMENT = re.compile(r"\s*/\*(.*?)\*/[ \t]*\n?", flags=re.DOTALL)
_KEY = re.compile(r"([A-Za-z_]\w*):(.*)")

_SENTENCES = ("checks",)  # a check may hold a comma


@dataclass(frozen=True)
class Header:
    """The first paragraph, the lists behind the keys, and the query with the line of the file it begins on."""

    description: str
    lists: Mapping[str, tuple[str, ...]]
    query: str
    line: int


def read_header(path: Path, text: str, keys: Sequence[str]) -> Header:
    """Split a file into its header and query; `ModelError` names the file and the line.

    A key's list is either on its own line, separated by commas, or below it, each item behind `- `.
    Paragraphs between the description and the first key are notes for the reader of the file.
    """
    comment = _COMMENT.match(text)
    if not comment:
        raise _fault(path, 1, "the file does not begin with a comment /* ... */")
    description = " ".join(re.split(r"\n\s*\n", comment[1].strip(), maxsplit=1)[0].split())
    if not description or _KEY.match(description):
        raise _fault(path, 1, "the header has no description")
    first = 1 + text[: comment.start(1)].count("\n")
    lists = _read_lists(path, comment[1].split("\n"), first, keys)
    query = text[comment.end() :].rstrip().removesuffix(";")
    return Header(description, lists, query, 1 + text[: comment.end()].count("\n"))


def _read_lists(path: Path, lines: Sequence[str], first: int, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
    lists: dict[str, list[str]] = {}
    items: list[str] | None = None
    is_description = True
    for number, line in enumerate(lines, first):
        is_description = is_description and (bool(line.strip()) or number == first)
        key = None if is_description else _KEY.fullmatch(line)
        if key:
            _refuse_unknown(path, number, key[1], keys, lists)
            items = lists[key[1]] = _read_line(key[1], key[2])
        elif items is not None and line.strip():
            _continue_list(path, number, line, items)
    return {name: tuple(values) for name, values in lists.items()}


def _read_line(key: str, rest: str) -> list[str]:
    parts = [rest] if key in _SENTENCES else rest.split(",")
    return [part.strip() for part in parts if part.strip()]


def _refuse_unknown(path: Path, number: int, key: str, keys: Sequence[str], seen: Mapping[str, object]) -> None:
    if key not in keys:
        raise _fault(path, number, f"`{key}:` is not known here; known are {', '.join(keys)}")
    if key in seen:
        raise _fault(path, number, f"`{key}:` stands twice")


def _continue_list(path: Path, number: int, line: str, items: list[str]) -> None:
    text = line.strip()
    if text.startswith("- "):
        items.append(text[2:].strip())
    elif items and line.startswith("   "):
        items[-1] = f"{items[-1]} {text}"
    else:
        raise _fault(path, number, "an item begins with `- `, and a line that goes on is indented deeper")


def _fault(path: Path, number: int, why: str) -> ModelError:
    return ModelError(f"{path.parent.name}/{path.name}, line {number}: {why}.")
