"""Files of follow-ups with a known truth, and damage of many kinds done to them. Seeded; nothing here reads a file.

A file is a list of pieces, each a line or more of text, that remember the true cells of the records they came from.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

COLUMNS = ("patient_id", "side", "assessed_on", "phat_total", "eq5d_vas", "return_to_sport", "note", "tegner")
SEPARATORS = ",;\t|"
ENCODINGS = ("utf-8", "utf-8-sig", "windows-1252", "utf-16")
NOTES = ("", "", "fine", "crème brûlée", "täglich Sport", "zegt: geen pijn", "geïnd")
QUOTED_NOTES = ('says "no pain"', "pain, at night; | \t sometimes", "first line\nsecond line", "a\n\nb, c; d")

Row = Mapping[str, str]  # column -> true cell


@dataclass(frozen=True)
class Dialect:
    """How a file is written."""

    columns: tuple[str, ...]
    separator: str
    encoding: str
    newline: str
    quotes_all: bool
    decimal: str

    def join(self, cells: Sequence[str], separator: str = "") -> str:
        """A record as text; breaks stand within quotes."""
        mark = separator or self.separator
        return mark.join(self._quoted(cell, mark) for cell in cells)

    def _quoted(self, cell: str, mark: str) -> str:
        needs = any(letter in cell for letter in ('"', "\n", mark))
        return '"' + cell.replace('"', '""') + '"' if needs or self.quotes_all else cell

    def encode(self, text: str) -> bytes:
        """Text as bytes of the file, without a mark."""
        return text.replace("\n", self.newline).encode(_codec(self.encoding))


def _codec(encoding: str) -> str:
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)


@dataclass(frozen=True)
class Piece:
    """Text of a file with its line end. `rows` are records that begin in it; `content`, where it was encoded apart."""

    text: str
    rows: tuple[Row, ...] = ()
    is_hurt: bool = False
    content: bytes | None = None


@dataclass(frozen=True)
class File:
    """A file whose truth is known. Lines are 1-based; a damaged record counts at the line where it would begin."""

    dialect: Dialect
    content: bytes
    whole: Mapping[int, Row]  # records that nothing touched
    hurt: Mapping[range, tuple[Row, ...]]  # lines where damage was done, and what stood there


Damage = Callable[[Random, Dialect, list[Piece]], list[Piece]]


def make_clean(random: Random) -> tuple[Dialect, list[Piece]]:
    """A dialect and pieces: a header and some records, perhaps with a title and a blank line."""
    columns = list(COLUMNS)
    random.shuffle(columns)
    dialect = Dialect(
        tuple(columns),
        random.choice(SEPARATORS),
        random.choice(ENCODINGS),
        random.choice(("\n", "\r\n", "\n", "\r")),
        random.random() < 0.25,
        random.choice((".", ",")),
    )
    rows = [_row(random, number, dialect) for number in range(random.randint(4, 25))]
    pieces = [Piece(dialect.join([row[name] for name in columns]) + "\n", (row,)) for row in rows]
    if random.random() < 0.2:
        pieces.insert(random.randrange(len(pieces)), Piece("\n"))
    title = [Piece("Follow-up, exported\n")] if random.random() < 0.2 else []
    return dialect, [*title, Piece(dialect.join(columns) + "\n"), *pieces]


def _row(random: Random, number: int, dialect: Dialect) -> Row:
    return {
        "patient_id": f"AMC-{number + 15:04d}{random.choice('ABCDEFGHK')}",
        "side": random.choice(("left", "right")),
        "assessed_on": f"2024-{random.randint(1, 12):02d}-{random.randint(1, 28):02d}",
        "phat_total": f"{random.randint(200, 999) / 10:.1f}".replace(".", dialect.decimal),
        "eq5d_vas": random.choice(("", "80", "75", "100")),
        "return_to_sport": random.choice(("pre_injury_level", "different_sport", "no_return", "")),
        "note": random.choice(QUOTED_NOTES if random.random() < 0.3 else NOTES),
        "tegner": random.choice(("", "4", "7")),
    }


def make_file(kind: str, seed: int) -> File:
    """A clean file with damage of one kind."""
    random = Random(seed)  # noqa: S311 - reproducible damage, no secret
    dialect, pieces = make_clean(random)
    pieces = DAMAGES[kind](random, dialect, pieces)
    whole: dict[int, Row] = {}
    hurt: dict[range, tuple[Row, ...]] = {}
    line = 1
    for piece in pieces:
        n_lines = piece.text.count("\n") + (not piece.text.endswith("\n"))
        if piece.is_hurt:
            hurt[range(line, line + n_lines)] = piece.rows
        elif piece.rows:
            whole[line] = piece.rows[0]
        line += n_lines
    mark = {"utf-8-sig": b"\xef\xbb\xbf", "utf-16": b"\xff\xfe"}.get(dialect.encoding, b"")
    contents = (dialect.encode(piece.text) if piece.content is None else piece.content for piece in pieces)
    return File(dialect, mark + b"".join(contents), whole, hurt)


def _hurt_some(random: Random, pieces: list[Piece], hurt: Callable[[Piece], Piece]) -> list[Piece]:
    """Damage to one record or a few."""
    places = [index for index, piece in enumerate(pieces) if piece.rows]
    chosen = random.sample(places, min(len(places), random.choice((1, 1, 2, 3))))
    return [replace(hurt(piece), is_hurt=True) if index in chosen else piece for index, piece in enumerate(pieces)]


def _insert(text: str, at: int, more: str) -> str:
    return text[:at] + more + text[at:]


def _do_nothing(random: Random, dialect: Dialect, pieces: list[Piece]) -> list[Piece]:  # noqa: ARG001
    return pieces


def _add_separators(random: Random, dialect: Dialect, pieces: list[Piece]) -> list[Piece]:
    def hurt(piece: Piece) -> Piece:
        cells = [dialect.join([piece.rows[0][name]]) for name in dialect.columns]
        cells.insert(random.randint(0, len(cells)), "")
        return replace(piece, text=dialect.separator.join(cells) + "\n")

    return _hurt_some(random, pieces, hurt)


def _drop_separators(random: Random, dialect: Dialect, pieces: list[Piece]) -> list[Piece]:
    def hurt(piece: Piece) -> Piece:
        cells = [dialect.join([piece.rows[0][name]]) for name in dialect.columns]
        at = random.randrange(len(cells) - 1)
        cells[at : at + 2] = [cells[at] + cells[at + 1]]
        return replace(piece, text=dialect.separator.join(cells) + "\n")

    return _hurt_some(random, pieces, hurt)


def _add_quote(random: Random, dialect: Dialect, pieces: list[Piece]) -> list[Piece]:
    def hurt(piece: Piece) -> Piece:
        starts = [0, *(at + 1 for at, letter in enumerate(piece.text) if letter == dialect.separator)]
        at = random.choice(starts) if random.random() < 0.6 else random.randrange(len(piece.text))
        return replace(piece, text=_insert(piece.text, at, '"'))

    return _hurt_some(random, pieces, hurt)


def _drop_quote(random: Random, dialect: Dialect, pieces: list[Piece]) -> list[Piece]:
    def hurt(piece: Piece) -> Piece:
        places = [at for at, letter in enumerate(piece.text) if letter == '"']
        at = random.choice(places) if places else 0
        return replace(piece, text=piece.text[:at] + piece.text[at + bool(places) :])

    quoted = replace(dialect, quotes_all=True)
    as_quoted = [
        replace(piece, text=quoted.join([piece.rows[0][name] for name in dialect.columns]) + "\n")
        if piece.rows and random.random() < 0.5
        else piece
        for piece in pieces
    ]
    return _hurt_some(random, as_quoted, hurt)


def _other_separator(random: Random, dialect: Dialect, pieces: list[Piece]) -> list[Piece]:
    other = random.choice([mark for mark in SEPARATORS if mark != dialect.separator])

    def hurt(piece: Piece) -> Piece:
        return replace(piece, text=dialect.join([piece.rows[0][name] for name in dialect.columns], other) + "\n")

    return _hurt_some(random, pieces, hurt)


def _cut(random: Random, dialect: Dialect, pieces: list[Piece]) -> list[Piece]:
    places = [index for index, piece in enumerate(pieces) if piece.rows]
    last = random.choice(places)
    content = dialect.encode(pieces[last].text[:-1])
    content = content[: random.randrange(1, len(content))]
    text = content.decode(_codec(dialect.encoding), "ignore").replace(dialect.newline, "\n")
    return [*pieces[:last], replace(pieces[last], text=text, content=content, is_hurt=True)]


def _double(random: Random, dialect: Dialect, pieces: list[Piece]) -> list[Piece]:  # noqa: ARG001
    if random.random() < 0.6:
        return [*pieces, *pieces]
    joined = replace(pieces[-1], text=pieces[-1].text[:-1] + pieces[0].text, is_hurt=True)
    return [*pieces[:-1], joined, *pieces[1:]]


def _mix_encodings(random: Random, dialect: Dialect, pieces: list[Piece]) -> list[Piece]:
    other = "windows-1252" if _codec(dialect.encoding) == "utf-8" else "utf-8"

    def hurt(piece: Piece) -> Piece:
        row = {**piece.rows[0], "note": random.choice(("crème", "täglich", "geïnd €", "Übung – gut"))}
        text = dialect.join([row[name] for name in dialect.columns]) + "\n"
        return replace(piece, text=text, content=text.replace("\n", dialect.newline).encode(other))

    return _hurt_some(random, pieces, hurt)


def _add_nul(random: Random, dialect: Dialect, pieces: list[Piece]) -> list[Piece]:  # noqa: ARG001
    def hurt(piece: Piece) -> Piece:
        at = random.randrange(len(piece.text))
        return replace(piece, text=_insert(piece.text, at, "\0" * random.choice((1, 1, 64))))

    return _hurt_some(random, pieces, hurt)


def _fill_field(random: Random, dialect: Dialect, pieces: list[Piece]) -> list[Piece]:
    many = random.choice(("x" * 5_000_000, "lorem ipsum, " * 400_000, "first\nsecond\n" * 400_000, '"' * 5_000_000))
    places = [index for index, piece in enumerate(pieces) if piece.rows]
    index = random.choice(places)
    row = {**pieces[index].rows[0], "note": many}
    text = dialect.join([row[name] for name in dialect.columns]) + "\n"
    return [*pieces[:index], replace(pieces[index], text=text, is_hurt=True), *pieces[index + 1 :]]


def _add_break(random: Random, dialect: Dialect, pieces: list[Piece]) -> list[Piece]:  # noqa: ARG001
    def hurt(piece: Piece) -> Piece:
        return replace(piece, text=_insert(piece.text, random.randrange(1, len(piece.text) - 1), "\n"))

    return _hurt_some(random, pieces, hurt)


def _drop_break(random: Random, dialect: Dialect, pieces: list[Piece]) -> list[Piece]:  # noqa: ARG001
    places = [i for i, piece in enumerate(pieces[:-1]) if piece.rows and pieces[i + 1].rows]
    index = random.choice(places)
    one, two = pieces[index], pieces[index + 1]
    joined = Piece(one.text[:-1] + two.text, (*one.rows, *two.rows), is_hurt=True)
    return [*pieces[:index], joined, *pieces[index + 2 :]]


DAMAGES: Mapping[str, Damage] = {
    "none": _do_nothing,
    "extra separator": _add_separators,
    "missing separator": _drop_separators,
    "stray quote": _add_quote,
    "missing quote": _drop_quote,
    "other separator": _other_separator,
    "cut file": _cut,
    "doubled file": _double,
    "interleaved encodings": _mix_encodings,
    "NUL bytes": _add_nul,
    "5 MB in one field": _fill_field,
    "break in a record": _add_break,
    "two records in a line": _drop_break,
}
