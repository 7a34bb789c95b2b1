"""Plain files of one layout read and judged as if they were one file, and told apart again: each as alone.

Where that cannot be sure, the files to read by themselves are named instead. Nothing here is written.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipelines.intake.archive import MORE
from pipelines.intake.column_habits import BY_COLUMN
from pipelines.intake.encoding import decode
from pipelines.intake.identifiers import Own, stack_tells
from pipelines.intake.layers import Layer
from pipelines.intake.mapping_header import ExportHeaders
from pipelines.intake.sections import faults_of_rows
from pipelines.intake.text_reading import read_text
from pipelines.intake.validation import rejecting_rules, validate
from pipelines.intake.verdict import Dialect, Reading, Section, TextTable
from pipelines.settings import Clinic, Limits
from schemas.dictionary import Dictionary

_ALONE = frozenset({*MORE, *BY_COLUMN})  # rules that rest on more than a row, or have the file itself kept otherwise


@dataclass(frozen=True)
class Stack:
    """What was judged: one section whose lines run on through the layers, and `places` to tell them apart.

    `places` has a row for each record: `line`, the layer it is of as `file`, and the line it stands on there as `own`.
    """

    layers: Sequence[Layer]
    dialect: Dialect
    section: Section
    places: pl.DataFrame
    cells_set_aside: Mapping[int, int]  # layer -> cells

    def apart(self, frame: pl.DataFrame) -> pl.DataFrame:
        """A frame by `line` with the layer of each row as `file`, and the layer's own line and address of the cell."""
        placed = self.places.select(pl.col("file").gather(frame["line"] - 2), pl.col("own").gather(frame["line"] - 2))
        moved = frame.with_columns(placed["own"].alias("line"), placed["file"])
        if "cell" not in frame.columns:
            return moved
        letters = pl.col("cell").str.extract(r"^([A-Z]+)")
        return moved.with_columns(pl.concat_str(letters, "line").fill_null("").alias("cell"))


@dataclass(frozen=True)
class Unlike:
    """The layers, by number, that cannot be read with the others; where none is named, it is not known which."""

    layers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Judging:
    """What a stack is judged by."""

    dictionary: Dictionary
    clinic: Clinic
    limits: Limits
    formats: Mapping[str, str]
    headers: ExportHeaders


def judge_stack(layers: Sequence[Layer], by: Judging) -> Stack | Unlike:
    """The stack judged, or why it is none."""
    reading = _read(layers, by)
    places = _places(layers)
    if isinstance(reading, Unlike):
        return reading
    (table,) = reading.tables
    if odd := _odd_layers(table, layers, places):
        return Unlike(odd)
    reading = replace(reading, tables=(replace(table, layers=places),))
    verdict = validate("", reading, by.dictionary, by.clinic, by.formats, by.limits.max_findings)
    if verdict.refusal is not None or verdict.dialect is None:
        return Unlike()
    (section,) = verdict.sections
    return _told_apart(layers, verdict.dialect, section, places, by)


def _read(layers: Sequence[Layer], by: Judging) -> Reading | Unlike:
    """One table of all records, of which a reader has nothing to say."""
    header = layers[0].layout.line
    content = b"".join([header, *(layer.content[len(header) :] for layer in layers)])
    decoded = decode(content)
    if decoded is None:
        return Unlike()
    reading = read_text(decoded, by.dictionary, by.limits, headers=by.headers)
    n_rows = [layer.n_rows for layer in layers]
    if reading.refusal is not None or not _is_even(reading, layers[0], sum(n_rows)):
        return Unlike(_where_odd(reading, _places(layers)))
    telling = stack_tells(decoded.lines, reading, Own.of(by.clinic), n_rows)
    return reading if telling is None else Unlike(telling)


def _is_even(reading: Reading, layer: Layer, n_rows: int) -> bool:
    """Whether each line is a record of the one header, and there is nothing to say of any."""
    table, dialect = reading.tables[0], reading.dialect
    is_known = dialect is not None and dialect.separator == layer.layout.separator
    is_one = len(reading.tables) == 1 and table.header_line == 1 and table.form == layer.layout.header.form.name
    return is_known and is_one and table.findings.is_empty() and table.frame.height == table.records.data == n_rows


def _where_odd(reading: Reading, places: pl.DataFrame) -> frozenset[int]:
    """The layers of which the reader says something."""
    lines = pl.concat([table.findings["line"] for table in reading.tables]) if reading.tables else pl.Series([0])
    return frozenset(places.filter(pl.col("line").is_in(lines.implode()))["file"])


def _places(layers: Sequence[Layer]) -> pl.DataFrame:
    """`line`, `file` and `own` of each record, in order."""
    parts = [pl.int_range(2, layer.n_rows + 2, dtype=pl.Int32, eager=True) for layer in layers]
    numbers = [number for number, layer in enumerate(layers) for _ in range(layer.n_rows)]
    own = pl.concat(parts).alias("own")
    line = pl.int_range(2, len(own) + 2, dtype=pl.Int32, eager=True).alias("line")
    return pl.DataFrame([line, pl.Series("file", numbers, pl.UInt32), own])


def _odd_layers(table: TextTable, layers: Sequence[Layer], places: pl.DataFrame) -> frozenset[int]:
    """The layers with a record whose key can be none: it may be a line of another kind, which the next one tells."""
    has_key = table.frame[layers[0].layout.key].str.contains(r"\d").fill_null(value=False)
    return frozenset(places["file"].filter(~has_key))


def _told_apart(
    layers: Sequence[Layer], dialect: Dialect, section: Section, places: pl.DataFrame, by: Judging
) -> Stack | Unlike:
    findings = section.findings.join(places, on="line", how="left")
    if findings["file"].null_count():
        return Unlike()
    more = findings.filter(pl.col("rule").is_in(sorted(_ALONE)))["file"]
    many = findings.group_by("file").len().filter(pl.col("len") > by.limits.max_findings_listed)["file"]
    if odd := frozenset((*more, *many)):
        return Unlike(odd)
    aside = _cells_aside(findings, section, by.dictionary)
    if sum(aside.values()) != section.cells_set_aside:
        return Unlike()
    return Stack(layers, dialect, section, places, aside)


def _cells_aside(findings: pl.DataFrame, section: Section, dictionary: Dictionary) -> dict[int, int]:
    """How many cells are set aside in each layer."""
    key = dictionary.forms[section.form].key
    faults = faults_of_rows(findings, key, rejecting_rules(dictionary)).select("file", "line", "column").unique()
    accepted = faults.filter(pl.col("line").is_in(section.rows["line"].implode()))
    return dict(accepted.group_by("file").len().iter_rows())


def layers_of(lines: Collection[int], stack: Stack) -> frozenset[int]:
    """The layers that these lines of the stack are of."""
    return frozenset(stack.places.filter(pl.col("line").is_in(list(lines)))["file"])
