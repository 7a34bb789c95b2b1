"""The CSV template of a form, in a clinic's separator. UTF-8 with a byte order mark, for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Mapping

from schemas.dictionary import Form

BYTE_ORDER_MARK = "\ufeff"  # without it a spreadsheet takes UTF-8 for Windows-1252


def render_template(
    form: Form,
    separator: str = ",",
    *,
    decimal: str = "point",
    has_example: bool = False,
    rows: Iterable[Mapping[str, str]] = (),
) -> str:
    """The header of the form, with an example row and other rows if asked for. Lines end in CR LF.

    Headers are the fields' names. There is no `sep=` line: a spreadsheet that reads one ignores the byte order mark.
    """
    names = [field.name for field in form.template_fields]
    given = [_example(form, decimal)] if has_example else []
    text = io.StringIO()
    writer = csv.DictWriter(text, names, delimiter=separator, lineterminator="\r\n", restval="")
    writer.writeheader()
    writer.writerows([*given, *rows])
    return BYTE_ORDER_MARK + text.getvalue()


def _example(form: Form, decimal: str) -> Mapping[str, str]:
    mark = "," if decimal == "comma" else "."
    decimals = {field.name for field in form.fields if field.kind == "decimal"}
    return {
        name: text.replace(".", mark) if name in decimals else text for name, text in form.example_row().items() if text
    }
