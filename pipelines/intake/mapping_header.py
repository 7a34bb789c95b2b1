"""Which header is an export's, and which of the clinic's mappings fits it. An export without one that fits is refused.

The reader of text files and workbooks asks here first; what a mapping makes of the records stands in `mapping_tables`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from pipelines.intake.confirmation import is_added
from pipelines.intake.header import Header, Headers, fold
from pipelines.intake.mapping import STRUCTURE, ExportMapping, MappingError, parse_mapping
from pipelines.intake.verdict import Refusal
from pipelines.settings import Clinic
from schemas.dictionary import Dictionary, Field, Form
from schemas.vocabulary import VOCABULARIES

MAPPED = "mapping: "  # before the mapping's name: the form that stands for an export until its records are mapped
COMPLETE = fold("Complete?")  # REDCap calls every instrument's status so in an export with labels
REDCAP = "REDCap"
_ADDED_BY_REDCAP = {*STRUCTURE, "redcap_data_access_group", "redcap_survey_identifier"}
_LABELS = frozenset(STRUCTURE.values())
_MONTHS = frozenset(int(code.code.removeprefix("month_")) for code in VOCABULARIES["visit"])
MOST_VISITS = 20
FEWEST_KNOWN = 1  # columns: a header that shares no more with a mapping is no attempt at its export
_STATUS = re.compile(r"[a-z][a-z0-9_]*_complete")
_VISIT_IN_NAME = re.compile(r"(.*[^\W\d_])[_ .-]?(?:m|mo|mnd|month|months|maand|monat)?[_ .-]?(\d{1,2})(?:m|mo|mnd)?")


def is_redcap(cells: Sequence[str | None]) -> bool:
    """Whether a header is an export's of REDCap: by the columns that REDCap adds, raw or with labels."""
    names = {cell.strip() for cell in cells if cell}
    return bool(_ADDED_BY_REDCAP & names) or "Complete?" in names or len(_LABELS & names) > 1


def has_status(cells: Sequence[str | None]) -> bool:
    """Whether a header has a column as REDCap adds one to each instrument, and somebody else might."""
    return any(cell.endswith("_complete") and _STATUS.fullmatch(cell.strip()) for cell in cells if cell)


def several_visits(cells: Sequence[str | None]) -> tuple[str, ...]:
    """The columns of a header that are there for several visits: `phat_m2, phat_m6, phat_m12`."""
    named = [match for cell in cells if cell and (match := _VISIT_IN_NAME.fullmatch(cell.strip().casefold()))]
    visits: dict[str, dict[str, int]] = {}
    for match in named:
        visits.setdefault(fold(match[1]), {})[match[0]] = int(match[2])
    wide = (tuple(columns) for columns in visits.values() if len(_MONTHS.intersection(columns.values())) > 1)
    return next((columns for columns in wide if len(columns) <= MOST_VISITS), ())


class ExportHeaders(Headers):
    """What a header may say: the forms' names and labels, and the columns of a clinic's exports."""

    def __init__(self, dictionary: Dictionary, clinic: Clinic) -> None:
        super().__init__(dictionary)
        self.mappings: dict[str, ExportMapping] = {}
        self._broken: dict[str, str] = {}
        for name, text in clinic.mappings.items():
            try:
                self.mappings[name] = parse_mapping(name, text, dictionary)
            except MappingError as error:
                self._broken[name] = error.faults[0]
        self._exports = [ExportHeader(mapping, dictionary) for mapping in self.mappings.values()]

    def recognise(self, cells: Sequence[str]) -> Header | None:
        """As the mapping that fits reads it; an export that no mapping fits is no header of any form."""
        read = [header for export in self._exports if (header := export.read(cells)) is not None]
        fitting = [header for header in read if header.fits]
        best = max(fitting, key=lambda header: header.score, default=None)
        if best is not None:
            rivals = tuple(each.form.name for each in fitting if each.score == best.score)
            return replace(best, rivals=rivals) if len(rivals) > 1 else best
        form = None if is_redcap(cells) else super().recognise(cells)
        nearest = max(read, key=lambda header: header.score, default=None)
        if is_redcap(cells) or (has_status(cells) and not (form and form.is_complete)):
            return nearest or Header(_form(REDCAP, {}), tuple(cells), {}, (), ("",), ())
        is_nearer = nearest is not None and nearest.score > max(FEWEST_KNOWN, form.score if form else 0)
        return nearest if is_nearer and not (form and form.fits) else form

    def is_like(self, cells: Sequence[str]) -> bool:
        """Whether one of the first cells is a name that a form or an export has."""
        return super().is_like(cells) or any(export.knows(cells[:6]) for export in self._exports) or is_redcap(cells)

    def refuse(self, candidates: Sequence[Header], first: Sequence[str]) -> Refusal:
        """For an export: there is no mapping, it is broken, it does not fit, or two fit."""
        exports = [header for header in candidates if header.form.name.startswith(MAPPED)]
        if exports:
            return self._refuse_export(max(exports, key=lambda header: header.score))
        refusal = super().refuse(candidates, first)
        cells = candidates[-1].cells if candidates else first
        columns = several_visits(cells) if refusal.rule in ("form_unknown", "key_column_missing") else ()
        return self._without_mapping("mapping_missing_wide", "", ", ".join(columns)) if columns else refusal

    def _refuse_export(self, header: Header) -> Refusal:
        if header.rivals:
            return Refusal("mapping_ambiguous", expected=", ".join(name.removeprefix(MAPPED) for name in header.rivals))
        if header.score:
            name = header.form.name.removeprefix(MAPPED)
            return Refusal("mapping_does_not_fit", name, ", ".join(header.missing), header.missing)
        return self._without_mapping("mapping_missing", REDCAP)

    def _without_mapping(self, rule: str, found: str, expected: str = "") -> Refusal:
        if self._broken:
            name, fault = next(iter(self._broken.items()))
            return Refusal("mapping_broken", name, fault)
        return Refusal(rule, found, expected)


class ExportHeader:
    """The header that one mapping fits, raw or with labels."""

    def __init__(self, mapping: ExportMapping, dictionary: Dictionary) -> None:
        self.mapping = mapping
        self.form = _form(mapping.name, _fields(mapping, dictionary))

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """Folded name or label -> column."""
        labels = {**STRUCTURE, **self.mapping.labels}
        known = [column for column in self.mapping.known if column in labels]
        return {
            **{fold(labels[column]): column for column in known},
            **{fold(column): column for column in self.mapping.known},
        }

    def knows(self, cells: Iterable[str | None]) -> bool:
        """Whether any of the cells names a column."""
        return any(fold(cell) in self._names for cell in cells if cell)

    def read(self, cells: Sequence[str]) -> Header | None:
        """The header as this mapping reads it, whether it fits or not; None where no column is known."""
        texts = [fold(cell) for cell in cells]
        found: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            if column := self._names.get(text):
                found.setdefault(column, []).append(place)
        found |= self._labelled_statuses(texts, found)
        if not found:
            return None
        read = {place for places in found.values() for place in places}
        rest = [place for place, text in enumerate(texts) if text and place not in read]
        unknown = tuple(place for place in rest if not is_added(cells[place]))
        times = Counter(texts)
        twice = [cells[place] for places in found.values() if len(places) > 1 for place in places]
        twice += [cells[place] for place in unknown if times[texts[place]] > 1 and texts[place] != COMPLETE]
        missing = tuple(column for column in self.mapping.needed if column not in found)
        positions = {column: places[0] for column, places in found.items()}
        return Header(self.form, tuple(cells), positions, unknown, missing, tuple(twice))

    def _labelled_statuses(self, texts: Sequence[str], found: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
        """Where the status of each instrument stands, all of them of one name: next after the instrument's columns."""
        complete = [place for place, text in enumerate(texts) if text == COMPLETE]
        statuses: dict[str, list[int]] = {}
        for rows in self.mapping.rows:
            places = [found[column][0] for column in rows.own_columns if column in found]
            after = [place for place in complete if places and place > max(places)]
            if rows.status and rows.status not in found and after:
                statuses[rows.status] = after[:1]
        return statuses


def _form(name: str, fields: Mapping[str, Field]) -> Form:
    key = tuple(field.name for field in fields.values() if field.is_key)
    return Form(f"{MAPPED}{name}", {}, "", key, tuple(fields.values()))


def _fields(mapping: ExportMapping, dictionary: Dictionary) -> Mapping[str, Field]:
    """A field for each column: of the kind that it is read as, so that a break in a date is no part of it."""
    columns = {column: Field(column, "code", {}, "") for column in mapping.known}
    for rows in mapping.rows:
        for name, column in (*rows.record.items(), *rows.columns.items()):
            columns[column] = replace(Field(column, dictionary.forms[rows.form].field(name).kind, {}, ""), unit="")
    label = {column: {"en": mapping.labels[column]} for column in columns if column in mapping.labels}
    columns = {name: replace(field, label=label.get(name, {})) for name, field in columns.items()}
    columns[mapping.key] = replace(columns[mapping.key], is_key=True, is_required=True)
    return columns
