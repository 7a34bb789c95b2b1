"""A submission's outcome -> its receipt: the dict that every rendering shares, in the clinic's language."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from pipelines.intake.cell import REASON_TOKENS
from pipelines.intake.confirmation import confirmed_here, hush
from pipelines.intake.letters import column_place
from pipelines.intake.outcome import Outcome, SectionOutcome, list_findings
from pipelines.intake.verdict import FINDING_SCHEMA, Refusal, Section, Verdict, read_dialect
from schemas.dictionary import Dictionary, Form
from schemas.identifiers import words_for
from schemas.messages import sentence

Receipt = dict[str, Any]
ROW_HELD = "row_held"
_NAMED_IN_WORDS = ("extras_ignored", "extras_identify", "cell_identifies", "line_identifies")


def make_receipt(outcome: Outcome, dictionary: Dictionary, language: str) -> Receipt:
    """The receipt of a submission that the ledger knows."""
    record = outcome.submission
    refusal = None
    if record.refused is not None:
        refusal = read_refusal(record.refused, record.refusal or {})
    head = _head(record.submission, record.file, record.clinic, refusal, language)
    head["resend_of"] = record.resend_of
    head["received_at"] = record.received_at.isoformat()
    sections = [_section(section, outcome, dictionary, language) for section in outcome.sections]
    return {**head, "sections": sections}


def check_receipt(verdict: Verdict, dictionary: Dictionary, language: str, limit: int) -> Receipt:
    """The receipt of a file that was checked and not handed in: nothing can be held or already known yet."""
    head = _head(None, verdict.file, verdict.clinic, verdict.refusal, language)
    is_mapped = verdict.dialect is not None and bool(verdict.dialect.mapping)
    sections = [_checked(section, dictionary, language, limit, is_mapped) for section in verdict.sections]
    return {**head, "resend_of": None, "received_at": None, "sections": sections}


def is_clean(receipt: Receipt) -> bool:
    """Nothing refused and nothing for the clinic to do: notes alone are fine."""
    findings = [finding for section in receipt["sections"] for finding in section["findings"]]
    return receipt["refused"] is None and all(finding["severity"] == "note" for finding in findings)


def read_refusal(rule: str, content: Mapping[str, Any]) -> Refusal:
    """The refusal as the ledger keeps it."""
    return Refusal(
        rule,
        str(content.get("found", "")),
        str(content.get("expected", "")),
        tuple(content.get("columns", ())),
        tuple(content.get("lines", ())),
        bool(content.get("is_stored", True)),
    )


def _head(submission: str | None, file: str, clinic: str, refusal: Refusal | None, language: str) -> Receipt:
    head: Receipt = {"submission": submission, "file": file, "clinic": clinic, "refused": None, "refusal": None}
    if refusal is not None:
        expected = refusal.expected or ", ".join(refusal.columns)
        message, remedy = sentence(refusal.rule, language, "", words_for(refusal.found, language), expected)
        columns, lines = list(refusal.columns), list(refusal.lines)
        head["refused"] = message
        head["refusal"] = {"rule": refusal.rule, "remedy": remedy, "columns": columns, "lines": lines}
    return head


def _section(section: SectionOutcome, outcome: Outcome, dictionary: Dictionary, language: str) -> Receipt:
    state = outcome.states.get(section.number)
    new, corrected = (state.new, state.corrected) if state else (section.accepted, 0)
    held, known = (state.held, state.already_known) if state else (0, 0)
    if outcome.submission.resend_of is not None:  # the file was read before: what counted then is known now
        new, corrected, known = 0, 0, known + new + corrected
    records = {
        "physical": section.physical,
        "header": section.header_records,
        "blank": section.blank,
        "furniture": section.furniture,
        "accepted": new + corrected,
        "rejected": section.rejected,
        "held": held,
        "already_known": known,
        "corrected": corrected,
    }
    form = dictionary.forms[section.form]
    waiting = _waiting(state.unknown_lines if state else ())
    listed = pl.concat([section.listed.select(list(FINDING_SCHEMA)), waiting]).sort("line", maintain_order=True)
    return {
        "form": section.form,
        "sheet": section.sheet,
        "records": records,
        "cells_set_aside": section.cells_set_aside,
        "findings": _findings(listed, form, dictionary, language, section.header if _is_mapped(outcome) else ()),
        "findings_omitted": section.n_findings - section.listed.height,
        "findings_by_rule": {**section.by_rule, **({ROW_HELD: waiting.height} if waiting.height else {})},
    }


def _waiting(lines: Sequence[int]) -> pl.DataFrame:
    """A note for each row that waits for its enrolment or for an agreement."""
    notes = [(line, "", "", ROW_HELD, "note", "", "") for line in lines]
    return pl.DataFrame(notes, schema=dict(FINDING_SCHEMA), orient="row")


def _checked(section: Section, dictionary: Dictionary, language: str, limit: int, is_mapped: bool) -> Receipt:
    own = section.header if is_mapped else ()
    records = {
        "physical": section.records.physical,
        "header": section.records.header,
        "blank": section.records.blank,
        "furniture": section.records.furniture,
        "accepted": section.rows.height,
        "rejected": section.rejected,
        "held": 0,
        "already_known": 0,
        "corrected": 0,
    }
    findings = hush(section.findings, section.rows, section.form, confirmed_here(section))
    listed = list_findings(findings, limit)
    by_rule = section.findings.group_by("rule").len().sort("len", "rule", descending=[True, False])
    return {
        "form": section.form,
        "sheet": section.sheet,
        "records": records,
        "cells_set_aside": section.cells_set_aside,
        "findings": _findings(listed, dictionary.forms[section.form], dictionary, language, own),
        "findings_omitted": section.findings.height - listed.height,
        "findings_by_rule": dict(by_rule.iter_rows()),
    }


def _is_mapped(outcome: Outcome) -> bool:
    return bool(read_dialect(outcome.submission.dialect).mapping)


def _findings(
    findings: pl.DataFrame, form: Form, dictionary: Dictionary, language: str, own: Sequence[str] = ()
) -> list[Receipt]:
    """The findings in words. `own` is the header of an export, whose columns are named as the clinic names them."""
    described = [describe(finding, form, dictionary, language) for finding in findings.to_dicts()]
    places = [column_place(finding["cell"]) for finding in described]
    return [
        finding if place is None or place >= len(own) else {**finding, "column": own[place]}
        for finding, place in zip(described, places, strict=True)
    ]


def describe(finding: Mapping[str, Any], form: Form, dictionary: Dictionary, language: str) -> Receipt:
    """One finding in words."""
    column = finding["column"]
    expected = expected_words(finding["rule"], column, finding["expected"], form, dictionary, language)
    label = label_of(column, form, language)
    found = words_for(finding["found"], language) if finding["rule"] in _NAMED_IN_WORDS else finding["found"]
    message, remedy = sentence(finding["rule"], language, label, found, expected)
    place = {name: finding[name] for name in ("line", "column", "cell", "rule", "severity")}
    return {**place, "message": message, "remedy": remedy}


def label_of(column: str, form: Form, language: str) -> str:
    """The field's label, or the header as sent where the form has no such field."""
    fields = {field.name: field for field in form.fields}
    return fields[column].label.get(language, column) if column in fields else column


def expected_words(rule: str, column: str, expected: str, form: Form, dictionary: Dictionary, language: str) -> str:
    """What was expected, with codes and reasons in the clinic's own words."""
    if expected == REASON_TOKENS:
        reasons = dictionary.vocabularies["missing_reason"]
        return ", ".join(code.labels[language] for code in reasons if code.code != "erased")
    fields = {field.name: field for field in form.fields}
    vocabulary = fields[column].vocabulary if column in fields else ""
    if not vocabulary or rule not in ("code_unknown", "code_alias", "cell_look_alike"):
        return expected
    labels = {code.code: code.labels[language] for code in dictionary.vocabularies[vocabulary]}
    return ", ".join(labels.get(text, text) for text in expected.split(", "))
