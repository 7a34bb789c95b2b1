"""Every rule that a file alone can break fires in the intake on its failing example, and not on its passing one."""

from collections.abc import Mapping
from functools import cache

import polars as pl
import pytest

from pipelines.intake.reading import read_file
from pipelines.intake.receipt import check_receipt
from pipelines.intake.validation import validate
from pipelines.intake.verdict import Reading, Section, TextTable
from pipelines.settings import Clinic, Limits
from schemas.dictionary import FORM_NAMES, Row, Rule, read_dictionary
from schemas.render.template import render_template

DICTIONARY = read_dictionary()
UNDECLARED = Clinic(code="AMC")  # nothing declared, so nothing is guessed
RULES = [rule for rule in DICTIONARY.rules.values() if rule.fails]
OF_ONE_ROW = [rule for rule in RULES if rule.scope in ("cell", "row")]
OF_SEVERAL = [rule for rule in RULES if rule.scope == "rows"]


def read_rows(form: str, texts: list[Mapping[str, str]]) -> TextTable:
    content = render_template(DICTIONARY.forms[form], rows=texts).encode()
    (table,) = read_file(f"{form}.csv", content, DICTIONARY, UNDECLARED, Limits()).tables
    return table


def sections_of(*tables: TextTable) -> tuple[Section, ...]:
    """Tables of several forms as one submission, as a workbook would hold them."""
    return validate("file.csv", Reading(None, tables), DICTIONARY, UNDECLARED).sections


def with_own_key(number: int, form: str, changes: Mapping[str, str]) -> Mapping[str, str]:
    """The example row under a key no other row of the file has."""
    own = (
        {"month_on": f"{2010 + number // 12}-{number % 12 + 1:02}"}
        if form == "screening"
        else {"injury_no": str(number)}
    )
    return DICTIONARY.forms[form].example_row(**{**own, **changes})


@cache
def examples(form: str) -> tuple[Section, list[tuple[str, str]]]:
    """One file of a plain row and all examples of the form's rules, and whose examples they are."""
    given = [(rule.id, kind, row) for rule in OF_ONE_ROW for kind in ("passes", "fails") for row in getattr(rule, kind)]
    mine = [("", "plain", {}), *((rule, kind, changes) for rule, kind, (name, changes) in given if name == form)]
    texts = [with_own_key(number, form, changes) for number, (_, _, changes) in enumerate(mine, start=1)]
    (section,) = sections_of(read_rows(form, texts))
    return section, [(rule, kind) for rule, kind, _ in mine]


def findings_of(rule_id: str, kind: str, form: str) -> list[pl.DataFrame]:
    section, owners = examples(form)
    lines = [line for line, owner in enumerate(owners, start=2) if owner == (rule_id, kind)]
    return [section.findings.filter(pl.col("line") == line) for line in lines]


def form_of(rows: tuple[Row, ...]) -> str:
    (form,) = {form for form, _ in rows}
    return form


@pytest.mark.parametrize("form", FORM_NAMES)
def test_the_example_of_every_form_is_accepted_without_a_finding(form: str) -> None:
    (findings,) = findings_of("", "plain", form)
    assert findings.is_empty()
    assert 2 in examples(form)[0].rows["line"]


@pytest.mark.parametrize("rule", OF_ONE_ROW, ids=lambda rule: rule.id)
def test_a_rule_fires_on_its_failing_example_only(rule: Rule) -> None:
    form = form_of((*rule.passes, *rule.fails))
    assert all(rule.id not in set(found["rule"]) for found in findings_of(rule.id, "passes", form))
    for found in findings_of(rule.id, "fails", form):
        (severity,) = set(found.filter(pl.col("rule") == rule.id)["severity"])
        assert severity == rule.severity


@pytest.mark.parametrize("rule", OF_ONE_ROW, ids=lambda rule: rule.id)
def test_an_error_of_a_row_or_a_key_rejects_the_row_and_nothing_else_does(rule: Rule) -> None:
    form = form_of(rule.fails)
    for found in findings_of(rule.id, "fails", form):
        errors = found.filter(pl.col("severity") == "error")
        in_key = errors["column"].is_in(list(DICTIONARY.forms[form].key)).any()
        is_lost = in_key or any(DICTIONARY.rules[name].scope == "row" for name in errors["rule"])
        assert (found["line"][0] in examples(form)[0].rows["line"]) == (not is_lost)


@pytest.mark.parametrize("rule", OF_SEVERAL, ids=lambda rule: rule.id)
def test_a_rule_about_several_rows_fires_on_its_failing_example_only(rule: Rule) -> None:
    def fired(rows: tuple[Row, ...]) -> set[str]:
        forms = dict.fromkeys(form for form, _ in rows)
        texts = {
            form: [DICTIONARY.forms[form].example_row(**row) for name, row in rows if name == form] for form in forms
        }
        sections = sections_of(*(read_rows(form, given) for form, given in texts.items()))
        return {name for section in sections for name in section.findings["rule"]}

    assert rule.id not in fired(rule.passes)
    assert rule.id in fired(rule.fails)


def fault_lines(width: int) -> Mapping[str, str]:
    """A line of a follow-up file for each way in which a record can be damaged without touching another."""
    key = "AMC-0015W,left,99,2025-03-18"
    filled = f"{key}{',' * (width - 4)}"
    return {
        "record_too_short": key,
        "record_too_long": f"{filled},x",
        "record_quote": filled.replace("left", '"left'),
        "record_nul": filled.replace("left", "le\0ft"),
        "record_encoding": filled.replace("left", "le\N{REPLACEMENT CHARACTER}t"),
        "record_cell_too_long": filled + "x" * 11_000,
        "line_other_separator": filled.replace(",", ";"),
        "line_total": f"Total,12{',' * (width - 2)}",
    }


Fault = tuple[int, str, str]  # line, form, rule


def plant(form: str, first: int) -> tuple[list[str], set[Fault]]:
    """A form's header and a row for each rule that a row of it can break; which fault is on which line."""
    given = [(rule.id, row) for rule in OF_ONE_ROW for name, row in rule.fails if name == form]
    for number, rule in enumerate(OF_SEVERAL, start=50):
        given += [(rule.id, {"injury_no": str(number), **row}) for name, row in rule.fails if name == form]
    texts = [with_own_key(number, form, changes) for number, (_, changes) in enumerate(given, start=1)]
    lines = render_template(DICTIONARY.forms[form], rows=texts).lstrip("\ufeff").splitlines()
    owners = {rule: first + at for at, (rule, _) in enumerate(given, start=1)}
    is_of_form = {rule: form in (DICTIONARY.rules[rule].forms or (form,)) for rule in owners}
    return lines, {(line, form, rule) for rule, line in owners.items() if is_of_form[rule]}


def test_a_file_with_a_fault_of_every_rule_names_every_one_of_them() -> None:
    lines: list[str] = []
    planted: set[Fault] = set()
    for form in FORM_NAMES:  # one below the other
        more, faults = plant(form, len(lines) + 1)
        damaged = fault_lines(more[0].count(",") + 1) if form == "follow_up" else {}
        planted |= faults | {(len(lines) + len(more) + at, form, rule) for at, rule in enumerate(damaged, start=1)}
        lines += [*more, *damaged.values()]
    reading = read_file("all.csv", "\n".join([*lines, ""]).encode(), DICTIONARY, UNDECLARED, Limits())
    receipt = check_receipt(validate("all.csv", reading, DICTIONARY, UNDECLARED), DICTIONARY, "en", 10_000)
    assert receipt["refused"] is None
    named = {(found["line"], part["form"], found["rule"]) for part in receipt["sections"] for found in part["findings"]}
    assert planted - named == set()
    assert {rule for _, _, rule in planted} >= {rule.id for rule in (*OF_ONE_ROW, *OF_SEVERAL)}
    assert sum(part["records"]["physical"] for part in receipt["sections"]) == len(lines)


def test_a_note_of_a_cell_has_its_words_on_the_receipt() -> None:
    content = (
        "patient_id,side,injury_no,assessed_on,phat_total,phat_items_answered\nAMC-0015X,left,1,2024-03-02,80.33,8\n"
    )
    reading = read_file("x.csv", content.encode(), DICTIONARY, UNDECLARED, Limits())
    receipt = check_receipt(validate("x.csv", reading, DICTIONARY, UNDECLARED), DICTIONARY, "en", 100)
    told = {found["rule"]: found["message"] for found in receipt["sections"][0]["findings"]}
    assert told["number_rounded"] == 'PHAT total: "80.33" was read as 80.3 (more decimals than are kept).'
