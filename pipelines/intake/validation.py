"""A reading -> a verdict: cells typed, ranges and rules of the form applied, contradicting rows named, rows handed out.

All faults come back in one pass. Nothing here reads files, other submissions or the facts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipelines.intake.cell import Conventions, conventions_of
from pipelines.intake.cell_ids import IdRules
from pipelines.intake.cells import TooManyFindingsError
from pipelines.intake.draft import Draft, read_table
from pipelines.intake.identifiers import own_formats
from pipelines.intake.mapping_back import forget_everywhere
from pipelines.intake.model_checks import check_rows
from pipelines.intake.repetition import name_repetitions
from pipelines.intake.sections import make_section, set_faulty_cells_aside
from pipelines.intake.verdict import Reading, Refusal, TextTable, Verdict
from pipelines.intake.visit_labels import name_impossible_visits
from pipelines.intake.withheld import name_identifying_cells, with_withheld, withhold
from pipelines.settings import Clinic, Limits
from schemas.dictionary import Dictionary

TOO_MANY_FINDINGS = "file_too_many_findings"
DOES_NOT_ADD_UP = "file_does_not_add_up"
_ROW_SCOPES = ("record", "row", "rows")


def validate(
    name: str,
    reading: Reading,
    dictionary: Dictionary,
    clinic: Clinic,
    formats: Mapping[str, str] | None = None,
    most_findings: int = Limits.max_findings,
) -> Verdict:
    """The verdict on one file. `formats` are the number formats of other clinics, for patients in shared care."""
    verdict = Verdict(name, clinic.code, reading.dialect, reading.refusal, ignored=reading.ignored)
    if reading.refusal is not None:
        return verdict
    drafts = judge(reading, dictionary, clinic, formats, most_findings)
    if isinstance(drafts, Refusal):
        return replace(verdict, refusal=drafts)
    sections = tuple(make_section(draft, rejecting_rules(dictionary)) for draft in drafts)
    is_mapped = reading.dialect is not None and bool(reading.dialect.mapping)
    return replace(verdict, sections=forget_everywhere(sections) if is_mapped else sections)


def judge(
    reading: Reading,
    dictionary: Dictionary,
    clinic: Clinic,
    formats: Mapping[str, str] | None = None,
    most_findings: int = Limits.max_findings,
) -> list[Draft] | Refusal:
    """The tables of a reading judged, without what nobody may keep of them; or why the file is refused."""
    if not all(_adds_up(table) for table in reading.tables):
        return Refusal(DOES_NOT_ADD_UP)
    kind = reading.dialect.kind if reading.dialect else "csv"
    ids = IdRules(clinic.code, {**(formats or {}), clinic.code: clinic.id_format})
    try:
        drafts = _judge_all(reading.tables, dictionary, conventions_of(clinic, kind), ids, most_findings)
    except TooManyFindingsError:
        return Refusal(TOO_MANY_FINDINGS, "", str(most_findings))
    drafts = withhold(drafts, dictionary, own_formats(clinic.code, clinic.id_format))
    return name_impossible_visits(name_repetitions(drafts))


def _judge_all(
    tables: Sequence[TextTable], dictionary: Dictionary, conventions: Conventions, ids: IdRules, most_findings: int
) -> list[Draft]:
    drafts: list[Draft] = []
    for number, table in enumerate(tables, start=1):
        most_findings -= table.findings.height
        habits = conventions.as_written(table.writes, table.missing_codes)
        drafts.append(_judge(number, table, dictionary, habits, ids, most_findings))
        most_findings -= drafts[-1].findings.height
    if most_findings < 0:
        raise TooManyFindingsError
    return drafts


def rejecting_rules(dictionary: Dictionary) -> frozenset[str]:
    """Rules whose error costs the row, whatever column they speak of."""
    return frozenset(rule.id for rule in dictionary.rules.values() if rule.scope in _ROW_SCOPES)


def _adds_up(table: TextTable) -> bool:
    return table.records.data == table.frame.height + len(table.unsplit) == table.raw.height


def _judge(
    number: int,
    table: TextTable,
    dictionary: Dictionary,
    conventions: Conventions,
    ids: IdRules,
    most_findings: int,
) -> Draft:
    """The table typed, with every finding that rests on one row, and faulty cells blank."""
    form = dictionary.forms[table.form]
    draft = with_withheld(read_table(number, table, form, conventions, ids, most_findings))
    draft = replace(draft, findings=check_rows(draft, conventions.clinic, dictionary.rules))
    draft = name_identifying_cells(draft, dictionary.rules, own_formats(ids.clinic, ids.formats.get(ids.clinic, "")))
    return set_faulty_cells_aside(draft, rejecting_rules(dictionary))
