"""A first mapping from a REDCap project's own data dictionary: names and labels matched to our forms.

What matches is written down, what is in doubt is a comment for a person to decide; nothing in doubt is ever read.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipelines.intake.encoding import decode
from pipelines.intake.header import fold
from pipelines.intake.mapping import EPISODE
from pipelines.intake.mapping_match import Match, best_form, code_pairs, match_fields, parse_choices
from schemas.dictionary import Dictionary
from schemas.vocabulary import MISSING_REASONS, normalise, read_code

OPEN = "# ?"  # what begins a line that a person must decide
NAME, FORM, TYPE, LABEL = "Variable / Field Name", "Form Name", "Field Type", "Field Label"
CHOICES = "Choices, Calculations, OR Slider Labels"
_MONTHS = re.compile(r"\D*(?:m|mo|months?|maand|maanden|monate?)[ _-]*(\d+)|(\d+)[ _-]*(?:m|mo|months?)\D*")
NO_DATA = ("descriptive", "file", "sql")

Table = Sequence[Mapping[str, str]]


def read_csv(content: bytes) -> Table:
    """The rows of a CSV by its header, in whatever of our encodings and with comma or semicolon."""
    decoded = decode(content)
    text = "\n".join(decoded.lines) if decoded else ""
    first = text.partition("\n")[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    rows = csv.DictReader(io.StringIO(text), delimiter=separator)
    return [{(key or "").strip(): (value or "").strip() for key, value in row.items() if key} for row in rows]


@dataclass(frozen=True)
class Variable:
    """One variable of the project."""

    name: str
    instrument: str
    kind: str
    label: str
    choices: Mapping[str, str]  # code -> label


@dataclass(frozen=True)
class Project:
    """What a clinic exported of its project's set-up."""

    dictionary: Table
    events: Table = ()
    instruments: Table = ()
    repeats: Table = ()
    missing: Table = ()

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """The variables that hold data, in order; the first tells records apart."""
        return tuple(
            Variable(row[NAME], row[FORM], row[TYPE], re.sub(r"<[^>]+>", "", row[LABEL]), parse_choices(row[CHOICES]))
            for row in self.dictionary
            if row.get(NAME) and {FORM, TYPE, LABEL, CHOICES} <= row.keys() and row[TYPE] not in NO_DATA
        )

    def of_instrument(self, instrument: str) -> list[Variable]:
        """The instrument's variables, without the one that tells records apart."""
        return [variable for variable in self.variables[1:] if variable.instrument == instrument]

    def events_of(self, instrument: str) -> list[tuple[str, str]]:
        """Unique name and label of the events in which an instrument stands."""
        labels = {row.get("unique_event_name", ""): row.get("event_name", "") for row in self.events}
        names = [row["unique_event_name"] for row in self.instruments if row.get("form") == instrument]
        return [(name, labels.get(name, "")) for name in names if name]

    def repeats_in(self, instrument: str) -> bool:
        """Whether the instrument repeats."""
        return any(row.get("form_name") == instrument for row in self.repeats)


def draft(project: Project, dictionary: Dictionary) -> tuple[str, int]:
    """The mapping as TOML, and how many lines are left to decide."""
    instruments = list(dict.fromkeys(variable.instrument for variable in project.variables))
    forms = {name: best_form(project.of_instrument(name), dictionary) for name in instruments}
    used = {name: form for name, form in forms.items() if form}
    matches = {name: match_fields(project.of_instrument(name), dictionary.forms[form]) for name, form in used.items()}
    lines = [*_head(project), ""]
    for name, form in used.items():
        shared = _shared(name, form, matches, dictionary)
        lines += [*_rows(project, name, form, matches[name], shared, dictionary), ""]
    unused = [name for name in instruments if name not in used and project.of_instrument(name)]
    lines += [f"{OPEN} instrument {_quoted(name)}: no form of ours is like it, so it is not read" for name in unused]
    return "\n".join(lines).rstrip() + "\n", sum(line.startswith(OPEN) for line in lines)


def _head(project: Project) -> Iterator[str]:
    yield "# How this clinic's export becomes rows of our forms. Raise the version with every change."
    yield f"# Lines that begin with `{OPEN}` are in doubt: decide, mend and uncomment, or delete them."
    yield "version = 1"
    yield f"record = {_quoted(project.variables[0].name)}"
    yield 'decimal = "point"'
    yield 'date_order = "ymd"'
    yield "skip_events = [] # events that are left out on purpose"
    yield ""
    yield "[missing] # the project's missing data codes, and their labels"
    codes = {row.get("code", ""): row.get("label", "") for row in project.missing}
    yield from (line for code, label in codes.items() for line in _missing_lines(code, label))
    if not codes:
        yield f'{OPEN} "-99" = "unknown"  one of {", ".join(MISSING_REASONS)}; none given with --missing'
    yield ""
    yield "[labels] # how an export with labels calls the columns"
    yield from _label_lines(project.variables)


def _missing_lines(code: str, label: str) -> Iterator[str]:
    reason = next((each for each in MISSING_REASONS if normalise(each) in (normalise(code), normalise(label))), "")
    mark = "" if reason else f"{OPEN} "
    for text in dict.fromkeys((code, label)):
        if text:
            yield f"{mark}{_quoted(text)} = {_quoted(reason)}"


def _label_lines(variables: Iterable[Variable]) -> Iterator[str]:
    """A label that two variables have tells neither, and an export with labels that holds both is refused."""
    labels = [(variable.name, variable.label) for variable in variables if variable.label]
    folded = [fold(label) for _, label in labels]
    for name, label in labels:
        if folded.count(fold(label)) > 1:
            yield f"{OPEN} {name} = {_quoted(label)}  several variables have this label: change it in the project"
        else:
            yield f"{name} = {_quoted(label)}"


def _shared(
    instrument: str, form: str, matches: Mapping[str, Mapping[str, Match]], dictionary: Dictionary
) -> dict[str, Match]:
    """The episode's key, where the instrument does not ask it: from the instrument that does."""
    keys = [name for name in EPISODE if name in dictionary.forms[form].key]
    lacking = [name for name in keys if name not in matches[instrument]]
    others = [found for name, found in matches.items() if name != instrument]
    given = {name: next((found[name] for found in others if name in found), None) for name in lacking}
    return {name: match for name, match in given.items() if match is not None}


def _rows(
    project: Project,
    instrument: str,
    form: str,
    matches: Mapping[str, Match],
    shared: Mapping[str, Match],
    dictionary: Dictionary,
) -> Iterator[str]:
    events = project.events_of(instrument)
    tells_visit = form == "follow_up" and "visit" not in matches
    yield from _place_lines(project, instrument, form, () if tells_visit and events else events, tells_visit)
    yield "\n[rows.columns]"
    yield from _column_lines(matches, project.of_instrument(instrument))
    if shared:
        yield "\n[rows.record] # any row of the record may say it"
        yield from (f"{name} = {_quoted(match.variable.name)}" for name, match in shared.items())
    yield from _constant_lines(form, matches, dictionary)
    if tells_visit:
        yield "\n[rows.visits]"
        yield from (line for name, label in events for line in _visit_lines(name, label))
    for name, match in {**matches, **shared}.items():
        lines = list(_code_lines(match, dictionary)) if match.is_sure else []
        yield from [f"\n[rows.codes.{name}]", *lines] if lines else []


def _place_lines(
    project: Project, instrument: str, form: str, events: Sequence[tuple[str, str]], tells_visit: bool
) -> Iterator[str]:
    """Which records give a row: the form, the status, the events and whether the instrument repeats."""
    yield f"[[rows]] # instrument {instrument}"
    yield f"form = {_quoted(form)}"
    yield f"status = {_quoted(f'{instrument}_complete')}"
    names = [_quoted(text) for event in events for text in event if text]
    if names:
        yield f"events = [{', '.join(names)}]"
    elif not (tells_visit and project.events_of(instrument)):
        yield f"{OPEN} events = []  all events are read; none given"
    if project.repeats_in(instrument):
        label = instrument.replace("_", " ").capitalize()
        yield f"instrument = [{_quoted(instrument)}, {_quoted(label)}]"


def _code_lines(match: Match, dictionary: Dictionary) -> Iterator[str]:
    for code, ours, allowed in code_pairs(match, dictionary):
        yield f"{_quoted(code)} = {_quoted(ours)}" if ours else f'{OPEN} {_quoted(code)} = ""  one of {allowed}'


def _column_lines(matches: Mapping[str, Match], variables: Iterable[Variable]) -> Iterator[str]:
    for name, match in matches.items():
        line = f"{name} = {_quoted(match.variable.name)}"
        yield line if match.is_sure else f"{OPEN} {line}  {match.variable.label!r}: {match.score:.0%} alike"
    taken = {match.variable.name for match in matches.values()}
    for variable in variables:
        if variable.name not in taken:
            yield f"{OPEN} {variable.name}: {variable.label!r} is like no field of the form, so it is not read"


def _constant_lines(form: str, matches: Mapping[str, Match], dictionary: Dictionary) -> Iterator[str]:
    """The EQ-5D's version, told by how many levels the project offers."""
    prefixes = ("baseline_", "") if form == "enrolment" else ("",)
    names = {field.name for field in dictionary.forms[form].fields}
    said = []
    for prefix in prefixes:
        version = f"{prefix}eq5d_version"
        levels = [len(match.variable.choices) for name, match in matches.items() if name.startswith(f"{prefix}eq5d_")]
        found = {count for count in levels if count}
        if version in names and version not in matches and found:
            said.append(
                f'{version} = "{max(found)}L"'
                if found <= {3, 5} and len(found) == 1
                else f'{OPEN} {version} = "3L"  or "5L": the project offers {sorted(found)} levels'
            )
    if said:
        yield "\n[rows.constants]"
        yield from said


def _visit_lines(name: str, label: str) -> Iterator[str]:
    bare = re.sub(r"_arm_\d+$", "", name)
    visit = read_code("visit", label) or read_code("visit", bare) or _by_months(label) or _by_months(bare)
    for text in dict.fromkeys((name, label)):
        if text and visit:
            yield f"{_quoted(text)} = {_quoted(visit)}"
        elif text:
            yield f'{OPEN} {_quoted(text)} = ""  which visit is it?'


def _by_months(text: str) -> str | None:
    found = _MONTHS.fullmatch(text.casefold())
    return read_code("visit", (found[1] or found[2])) if found else None


def _quoted(text: str) -> str:
    """The text as TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ").replace("\t", " ")
    return f'"{escaped}"'
