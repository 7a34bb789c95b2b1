"""Templates, documentation, DDL records, hints and REDCap files say what the dictionary says."""

import csv
import io
from pathlib import Path

import pytest

from schemas.dictionary import FORM_NAMES, read_dictionary
from schemas.render.duckdb_ddl import DICTIONARY_TEXTS, column_texts, dictionary_records, form_columns
from schemas.render.form_hints import form_hints
from schemas.render.markdown import render_markdown
from schemas.render.redcap import DICTIONARY_HEADER, redcap_variables, render_redcap
from schemas.render.template import render_template
from schemas.vocabulary import LANGUAGES

ROOT = Path(__file__).parents[2]
DICTIONARY = read_dictionary()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("form", FORM_NAMES)
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_template_is_the_header_in_the_clinics_separator(form: str, separator: str) -> None:
    text = render_template(DICTIONARY.forms[form], separator)
    names = [field.name for field in DICTIONARY.forms[form].template_fields]
    assert text == "\ufeff" + separator.join(names) + "\r\n"


def test_an_example_row_is_written_with_the_clinics_decimal_mark() -> None:
    text = render_template(DICTIONARY.forms["follow_up"], ";", decimal="comma", has_example=True)
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";")
    assert (row["phat_total"], row["patient_id"], row["assessed_on"]) == ("80,5", "AMC-0015W", "2025-03-18")


def test_given_rows_follow_the_header_and_leave_other_columns_blank() -> None:
    text = render_template(DICTIONARY.forms["event"], rows=[{"patient_id": "AMC-0015W", "side": "left"}])
    assert text.splitlines()[1] == "AMC-0015W,left,,,,,"


def test_the_committed_dictionary_page_is_fresh() -> None:
    committed = (ROOT / "docs" / "generated" / "dictionary.md").read_text(encoding="utf-8")
    assert committed == render_markdown(DICTIONARY), "run `python -m schemas.render`"


def test_the_facts_have_a_typed_column_for_every_field() -> None:
    tables = {table.name: table for table in form_columns(DICTIONARY)}
    assert list(tables) == list(FORM_NAMES)
    assert tables["screening"].key == (("clinic", "varchar"), ("month_on", "date"))
    assert tables["screening"].values[0] == ("n_eligible", "integer")
    assert ("phat_total", "double") in tables["follow_up"].values
    assert ("injured_on_precision", "varchar") in tables["enrolment"].values


def test_every_column_and_every_reason_has_a_text() -> None:
    texts = column_texts(DICTIONARY)
    for form in DICTIONARY.forms.values():
        for field in form.fields:
            assert texts[field.name].startswith(field.description)
            assert field.is_key or f"{field.name}_missing" in texts


def test_every_column_of_the_dictionary_tables_has_a_text() -> None:
    shown = {
        f"{table}.{column}" for table, rows in dictionary_records(DICTIONARY).items() for row in rows for column in row
    }
    tables = set(dictionary_records(DICTIONARY))
    assert shown | tables == set(DICTIONARY_TEXTS)


def test_the_dictionary_tables_hold_every_form_field_code_and_rule() -> None:
    records = dictionary_records(DICTIONARY)
    assert [row["form"] for row in records["dictionary.form"]] == list(FORM_NAMES)
    assert len(records["dictionary.field"]) == sum(len(form.fields) for form in DICTIONARY.forms.values())
    assert [row["rule"] for row in records["dictionary.rule"]] == list(DICTIONARY.rules)
    assert {row["code"] for row in records["dictionary.code"] if row["vocabulary"] == "side"} == {"left", "right"}


def test_a_hint_says_how_to_ask_for_a_field() -> None:
    hints = {hint.name: hint for hint in form_hints(DICTIONARY, "follow_up", "nl")}
    phat, side, again = hints["phat_total"], hints["side"], hints["would_choose_same_treatment"]
    assert (phat.input, phat.minimum, phat.maximum, phat.step) == ("number", 0, 100, 0.1)
    assert (side.label, side.is_required, side.choices) == (
        "Aangedane zijde",
        True,
        (("left", "Links"), ("right", "Rechts")),
    )
    assert again.choices == (("true", "Ja"), ("false", "Nee"))


def test_redcap_variables_are_unique_lower_case_and_map_back() -> None:
    rows = rows_of(render_redcap(DICTIONARY)["data_dictionary.csv"])
    names = [row["Variable / Field Name"] for row in rows]
    assert len(set(names)) == len(names)
    assert all(name == name.lower() and name.isidentifier() for name in names)
    assert list(redcap_variables(DICTIONARY)) == names[1:]
    assert redcap_variables(DICTIONARY)["imaging_mri_on"] == ("imaging", "mri_on")
    assert names[:4] == ["episode_id", "patient_id", "side", "injury_no"]


def test_redcap_fields_carry_type_choices_range_and_marks() -> None:
    rows = {
        row["Variable / Field Name"]: row for row in rows_of(render_redcap(DICTIONARY, "de")["data_dictionary.csv"])
    }
    assert tuple(rows["side"]) == DICTIONARY_HEADER
    assert rows["side"]["Choices, Calculations, OR Slider Labels"] == "left, Links | right, Rechts"
    phat = rows["phat_total"]
    assert (phat["Text Validation Min"], phat["Text Validation Max"]) == ("0", "100")
    assert phat["Text Validation Type OR Show Slider Number"] == "number"
    assert rows["injured_on"]["Identifier?"] == "y"
    assert rows["initial_treatment"]["Required Field?"] == "y"
    assert rows["is_mri_confirmed"]["Field Type"] == "yesno"


def test_redcap_events_instruments_and_repeats_fit_each_other() -> None:
    files = render_redcap(DICTIONARY)
    events = {row["unique_event_name"] for row in rows_of(files["events.csv"])}
    places = {(row["unique_event_name"], row["form"]) for row in rows_of(files["event_instruments.csv"])}
    repeats = rows_of(files["repeats.csv"])
    variables = set(redcap_variables(DICTIONARY))
    assert {event for event, _ in places} == events
    assert {form for _, form in places} == set(FORM_NAMES) - {"screening"}
    assert all((row["event_name"], row["form_name"]) in places for row in repeats)
    assert all(row["custom_form_label"].strip("[]") in variables for row in repeats)


@pytest.mark.parametrize("language", LANGUAGES)
def test_redcap_choices_hold_no_separator_of_choices(language: str) -> None:
    for codes in DICTIONARY.vocabularies.values():
        assert not any("|" in code.labels[language] or "," in code.labels[language] for code in codes)
