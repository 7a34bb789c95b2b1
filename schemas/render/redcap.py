"""The files a REDCap project is set up from: data dictionary, events, event-instrument map, repeats, missing codes.

One record an episode; follow-ups are events, the course is made of repeating instruments. Screening counts have no
record and are sent as CSV. Reading an export stands in the intake.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from schemas.dictionary import Dictionary, Field, Form
from schemas.render.form_hints import choices_of

ARM = "_arm_1"
RECORD_ID = "episode_id"
ENROLMENT_EVENT = "enrolment"
COURSE_EVENT = "course"
EPISODE_KEY = ("patient_id", "side", "injury_no")
COURSE = ("treatment", "imaging", "rehabilitation", "event")
VALIDATIONS = {"integer": "integer", "decimal": "number", "date": "date_ymd"}
DICTIONARY_HEADER = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)


def render_redcap(dictionary: Dictionary, language: str = "en") -> Mapping[str, str]:
    """File name -> CSV text."""
    visits = [code.code for code in dictionary.vocabularies["visit"]]
    events = [ENROLMENT_EVENT, *visits, COURSE_EVENT]
    places = [(ENROLMENT_EVENT, "enrolment"), *((visit, "follow_up") for visit in visits)]
    places += [(COURSE_EVENT, form) for form in COURSE]
    reasons = [
        (code.code.upper(), code.labels[language].lstrip("#")) for code in dictionary.vocabularies["missing_reason"]
    ]
    return {
        "data_dictionary.csv": _csv(DICTIONARY_HEADER, _dictionary_rows(dictionary, language)),
        "events.csv": _csv(
            ("event_name", "arm_num", "unique_event_name", "custom_event_label"),
            [(event.replace("_", " ").capitalize(), "1", event + ARM, "") for event in events],
        ),
        "event_instruments.csv": _csv(
            ("arm_num", "unique_event_name", "form"), [("1", event + ARM, form) for event, form in places]
        ),
        "repeats.csv": _csv(
            ("event_name", "form_name", "custom_form_label"),
            [(COURSE_EVENT + ARM, form, f"[{_variable(form, _own_key(dictionary, form))}]") for form in COURSE],
        ),
        "missing_data_codes.csv": _csv(("code", "label"), [pair for pair in reasons if pair[0] != "ERASED"]),
    }


def redcap_variables(dictionary: Dictionary) -> Mapping[str, tuple[str, str]]:
    """REDCap variable -> (form, field): how the rendered project maps back."""
    return {
        _variable(form.name, field.name): (form.name, field.name)
        for form in _forms(dictionary)
        for field in _asked(form)
    }


def _forms(dictionary: Dictionary) -> list[Form]:
    return [dictionary.forms[name] for name in ("enrolment", "follow_up", *COURSE)]


def _asked(form: Form) -> list[Field]:
    """The record holds the episode's key once, and an event says which visit it is."""
    given = () if form.name == "enrolment" else (*EPISODE_KEY, "visit")
    return [field for field in form.template_fields if field.name not in given]


def _own_key(dictionary: Dictionary, form: str) -> str:
    return dictionary.forms[form].key[-1]


def _variable(form: str, field: str) -> str:
    """A variable's name is unique in a project: an MRI's date stands in two forms."""
    return f"{form}_{field}" if (form, field) == ("imaging", "mri_on") else field


def _dictionary_rows(dictionary: Dictionary, language: str) -> list[Sequence[str]]:
    record = [
        RECORD_ID,
        "enrolment",
        "",
        "text",
        "Episode",
        "",
        "Patient number, side and injury number: AMC-0015W-left-1",
    ]
    rows: list[Sequence[str]] = [[*record, *[""] * (len(DICTIONARY_HEADER) - len(record))]]
    for form in _forms(dictionary):
        rows += [_field_row(dictionary, form, field, language) for field in _asked(form)]
    return rows


def _field_row(dictionary: Dictionary, form: Form, field: Field, language: str) -> Sequence[str]:
    is_number = field.kind in ("integer", "decimal")
    low, high = (f"{bound:g}" if is_number and bound is not None else "" for bound in (field.minimum, field.maximum))
    choices = choices_of(dictionary, field, language) if field.kind == "code" else ()
    given = {
        "Variable / Field Name": _variable(form.name, field.name),
        "Form Name": form.name,
        "Field Type": {"code": "dropdown", "boolean": "yesno"}.get(field.kind, "text"),
        "Field Label": _label(dictionary, form, field, language),
        "Choices, Calculations, OR Slider Labels": " | ".join(f"{code}, {label}" for code, label in choices),
        "Field Note": f"{field.description} ({field.unit})" if field.unit else field.description,
        "Text Validation Type OR Show Slider Number": VALIDATIONS.get(field.kind, ""),
        "Text Validation Min": low,
        "Text Validation Max": high,
        "Identifier?": "y" if field.is_identifying else "",
        "Required Field?": "y" if field.is_required else "",
    }
    return [given.get(name, "") for name in DICTIONARY_HEADER]


def _label(dictionary: Dictionary, form: Form, field: Field, language: str) -> str:
    """The label, with its form's where another form has it too: an export with labels has a column for each."""
    alike = [each for other in _forms(dictionary) for each in _asked(other) if each.label == field.label]
    return f"{field.label[language]} ({form.label[language]})" if len(alike) > 1 else field.label[language]


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([header, *rows])
    return text.getvalue()
