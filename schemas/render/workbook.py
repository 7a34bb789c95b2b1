"""The xlsx template: a sheet a form, labels and drop-downs in the clinic's language, formats set, rows filled in.

It holds no comments, no hidden sheet and no macro: all that a reader would have to name as ignored.
"""

import datetime
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from schemas.dictionary import Dictionary, Field, Form
from schemas.render.form_hints import choices_of

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LAST_ROW = 2000  # rows that have formats and drop-downs
FORMATS = {"decimal": "0.0", "integer": "0", "date": "yyyy-mm-dd"}
TEXT_FORMAT = "@"  # keeps 2024-03 and AMC-0015W from becoming dates and numbers
NOT_ASKED = object()  # in a row: a cell that its visit does not expect, shown grey; what is typed in counts
_FOR_EXAMPLE = {"en": "E.g.", "nl": "Bijv.", "de": "Z. B."}
_UNITS = {
    "nl": {"points": "punten", "degrees": "graden", "years": "jaar"},
    "de": {"points": "Punkte", "degrees": "Grad", "years": "Jahre"},
}
MADE_ON = datetime.datetime(2024, 1, 1)  # the same workbook from the same rows, whenever it is made


def render_workbook(
    dictionary: Dictionary,
    language: str,
    rows: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
) -> bytes:
    """An xlsx file. `rows` fills sheets in (NOT_ASKED greys a cell); `columns` keeps a form to those beside its key."""
    import xlsxwriter

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, options) as workbook:
        workbook.set_properties({"created": MADE_ON})
        styles = _styles(workbook)
        for form in dictionary.forms.values():
            sheet = workbook.add_worksheet(form.label[language])
            asked = _asked(form, (columns or {}).get(form.name))
            _write_sheet(sheet, styles, dictionary, language, asked, (rows or {}).get(form.name, ()))
    return content.getvalue()


def _asked(form: Form, columns: Sequence[str] | None) -> list[Field]:
    return [field for field in form.template_fields if columns is None or field.is_key or field.name in columns]


def _styles(workbook: Any) -> Mapping[str, "Format"]:
    header = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
    styles = {
        "key": workbook.add_format({**header, "bg_color": "#F4C7A1"}),
        "required": workbook.add_format({**header, "bg_color": "#FBE5D6"}),
        "header": workbook.add_format({**header, "bg_color": "#E7E6E6"}),
        "text": workbook.add_format({"num_format": TEXT_FORMAT}),
        "not_asked": workbook.add_format({"bg_color": "#D9D9D9"}),
    }
    return {**styles, **{kind: workbook.add_format({"num_format": shown}) for kind, shown in FORMATS.items()}}


def _write_sheet(
    sheet: "Worksheet",
    styles: Mapping[str, "Format"],
    dictionary: Dictionary,
    language: str,
    asked: Sequence[Field],
    rows: Sequence[Mapping[str, object]],
) -> None:
    n_key = sum(field.is_key for field in asked)
    sheet.freeze_panes(1, n_key)
    sheet.set_row(0, 45)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    for place, field in enumerate(asked):
        kind = "key" if field.is_key else "required" if field.is_required else "header"
        label = field.label[language]
        style = styles.get(field.kind, styles["text"])
        sheet.set_column(place, place, _width(label), style)
        sheet.write_string(0, place, label, styles[kind])
        sheet.data_validation(1, place, LAST_ROW, place, dict(_validation(dictionary, field, language)))
        shown = dict(choices_of(dictionary, field, language))
        for number, row in enumerate(rows, start=1):
            value = row.get(field.name)
            if value is NOT_ASKED:
                sheet.write_blank(number, place, None, styles["not_asked"])
            else:
                _write_cell(sheet, number, place, value, shown, style)


def _width(label: str) -> int:
    """Wide enough for the longest word of a bold label, so that it wraps between words."""
    longest = max(map(len, label.replace("-", "- ").split()))
    return max(12, min(24, len(label)), longest + 4)


def _validation(dictionary: Dictionary, field: Field, language: str) -> Mapping[str, object]:
    """A drop-down or a range. It warns and does not stop: a reason such as #unknown fits every cell."""
    given: dict[str, object] = {
        "ignore_blank": True,
        "input_title": field.label[language][:32],
        "input_message": _help(field, language)[:255],
        "error_type": "warning",
    }
    choices = choices_of(dictionary, field, language)
    if choices:
        return {**given, "validate": "list", "source": [label for _, label in choices]}
    if field.kind in ("integer", "decimal"):
        return {**given, "validate": field.kind, **_bounds(field)}
    if field.kind == "date":
        return {**given, "validate": "date", "criteria": ">=", "value": datetime.date(1980, 1, 1)}
    return {**given, "validate": "any"}


def _bounds(field: Field) -> Mapping[str, object]:
    if field.maximum is None:
        return {"criteria": ">=", "value": field.minimum}
    return {"criteria": "between", "minimum": field.minimum, "maximum": field.maximum}


def _help(field: Field, language: str) -> str:
    """What a cell wants: in English the field's text, elsewhere its range alone; and an example."""
    is_number = field.kind in ("integer", "decimal")
    unit = _UNITS.get(language, {}).get(field.unit, field.unit) if field.unit != "strength_unit" else ""
    allowed = f"{field.range_text} {unit}".strip() if is_number else ""
    shown = field.example.replace(".", ",") if field.kind == "decimal" and language != "en" else field.example
    example = f"{_FOR_EXAMPLE[language]} {shown}" if shown and not field.vocabulary else ""
    text = field.description if language == "en" else ""
    return " ".join(part for part in (text, f"({allowed})" if allowed and text else allowed, example) if part)


def _write_cell(
    sheet: "Worksheet", row: int, place: int, value: object, shown: Mapping[str, str], style: "Format"
) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        value = "true" if value else "false"
    if isinstance(value, datetime.date):
        sheet.write_datetime(row, place, value, style)
    elif isinstance(value, int | float):
        sheet.write_number(row, place, value, style)
    else:
        sheet.write_string(row, place, shown.get(str(value), str(value)), style)
