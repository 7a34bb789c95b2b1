"""The dictionary as DuckDB needs it: column types of the facts, texts of columns, rows of the dictionary's own tables.

Plain records only; the tables are made in `warehouse/`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from schemas.dictionary import Dictionary, Field, Form

SQL_TYPES: Mapping[str, str] = {
    "id": "varchar",
    "code": "varchar",
    "text": "varchar",
    "integer": "integer",
    "decimal": "double",
    "date": "date",
    "partial_date": "date",
    "month": "date",
    "boolean": "boolean",
}


@dataclass(frozen=True)
class FormColumns:
    """A form's columns with their SQL types: what `warehouse.records.FormTable` holds."""

    name: str
    key: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, str], ...]


def form_columns(dictionary: Dictionary) -> tuple[FormColumns, ...]:
    """The columns of every form's table of facts."""
    return tuple(
        FormColumns(
            form.name,
            tuple((field.name, SQL_TYPES[field.kind]) for field in form.fields if field.is_key),
            tuple((field.name, SQL_TYPES[field.kind]) for field in form.fields if not field.is_key),
        )
        for form in dictionary.forms.values()
    )


def column_texts(dictionary: Dictionary) -> Mapping[str, str]:
    """What each column means, by its name; a name means one thing everywhere. Dictionary tables by their full names."""
    fields = [field for form in dictionary.forms.values() for field in form.fields]
    values = {field.name: field_text(field) for field in fields}
    reasons = {
        f"{field.name}_missing": f"Why {field.name} has no value: not_done, refused, not_applicable, unknown or erased."
        for field in fields
        if not field.is_key
    }
    return {**reasons, **values, **DICTIONARY_TEXTS}


def field_text(field: Field) -> str:
    """A field's description with its unit, range and codes."""
    unit = f" Unit: {field.unit}." if field.unit else ""
    bounds = f" Range: {field.range_text}." if field.kind in ("integer", "decimal") else ""
    codes = f" Codes: dictionary.code, vocabulary {field.vocabulary}." if field.vocabulary else ""
    return f"{field.description}{unit}{bounds}{codes}"


def dictionary_records(dictionary: Dictionary) -> Mapping[str, list[dict[str, object]]]:
    """The rows of `dictionary.form`, `dictionary.field`, `dictionary.code` and `dictionary.rule`."""
    forms = dictionary.forms.values()
    return {
        "dictionary.form": [_form_row(form) for form in forms],
        "dictionary.field": [row for form in forms for row in _field_rows(form)],
        "dictionary.code": [row for name in dictionary.vocabularies for row in _code_rows(dictionary, name)],
        "dictionary.rule": list(_rule_rows(dictionary)),
    }


def _translated(prefix: str, texts: Mapping[str, str]) -> dict[str, object]:
    return {f"{prefix}_{language}": text for language, text in texts.items()}


def _form_row(form: Form) -> dict[str, object]:
    labels = _translated("label", form.label)
    return {"form": form.name, **labels, "description": form.description, "key": ", ".join(form.key)}


def _field_rows(form: Form) -> Iterator[dict[str, object]]:
    for position, field in enumerate(form.fields, start=1):
        yield {
            "form": form.name,
            "field": field.name,
            "position": position,
            "kind": field.kind,
            **_translated("label", field.label),
            "description": field.description,
            "unit": field.unit,
            "minimum": None if field.minimum is None else float(field.minimum),
            "maximum": None if field.maximum is None else float(field.maximum),
            "decimals": field.decimals,
            "vocabulary": field.vocabulary,
            "example": field.example,
            "is_key": field.is_key,
            "is_required": field.is_required,
            "is_identifying": field.is_identifying,
            "is_computed": field.is_computed,
            "is_outcome": field.is_outcome,
        }


def _code_rows(dictionary: Dictionary, vocabulary: str) -> Iterator[dict[str, object]]:
    for position, code in enumerate(dictionary.vocabularies[vocabulary], start=1):
        yield {
            "vocabulary": vocabulary,
            "code": code.code,
            "position": position,
            **_translated("label", code.labels),
            "meaning": code.meaning,
            "aliases": ", ".join(code.aliases),
        }


def _rule_rows(dictionary: Dictionary) -> Iterator[dict[str, object]]:
    for rule in dictionary.rules.values():
        yield {
            "rule": rule.id,
            "scope": rule.scope,
            "severity": rule.severity,
            "kahn": rule.kahn,
            "forms": ", ".join(rule.forms),
            "columns": ", ".join(rule.columns),
            "predicate": rule.predicate,
            **_translated("sentence", rule.sentence),
            **_translated("remedy", rule.remedy),
        }


_LANGUAGES = {"en": "English", "nl": "Dutch", "de": "German"}
_LABELS = {f"label_{code}": f"Label in {language}." for code, language in _LANGUAGES.items()}
_TABLES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "form": (
        "The forms a clinic can send.",
        {
            "form": "Name of the form.",
            **_LABELS,
            "description": "What a row holds.",
            "key": "Columns that identify a row.",
        },
    ),
    "field": (
        "The columns of each form.",
        {
            "form": "Name of the form.",
            "field": "Name of the column, as in the template.",
            "position": "Place in the form, from 1.",
            "kind": "id, code, integer, decimal, date, partial_date, month, boolean or text.",
            **_LABELS,
            "description": "What the column holds.",
            "unit": "Unit of the number.",
            "minimum": "Smallest value that is taken.",
            "maximum": "Largest value that is taken; of a text, its length.",
            "decimals": "Decimals that are kept.",
            "vocabulary": "Vocabulary of its codes in dictionary.code.",
            "example": "A value as a clinic would send it.",
            "is_key": "Whether it is part of the key.",
            "is_required": "Whether a blank is asked about.",
            "is_identifying": "Whether it could, with other knowledge, point to a person.",
            "is_computed": "Whether the reader fills it.",
            "is_outcome": "Whether it is one of the answers of which one at least is needed.",
        },
    ),
    "code": (
        "The coded values.",
        {
            "vocabulary": "Name of the vocabulary.",
            "code": "The value as it is stored.",
            "position": "Place in the vocabulary, from 1.",
            **_LABELS,
            "meaning": "What the code means.",
            "aliases": "Other words that are read as this code.",
        },
    ),
    "rule": (
        "The rules a submission is held against.",
        {
            "rule": "Id of the rule, never used for another.",
            "scope": "What it speaks of: file, section, record, cell, row, rows of a file, or query across files.",
            "severity": "error rejects the row or sets the cell aside, warning loads, note describes.",
            "kahn": "Category of Kahn et al. (2016): conformance, completeness or plausibility.",
            "forms": "Forms it applies to; empty for any.",
            "columns": "Columns it reads; the finding stands at the first.",
            "predicate": "SQL that a row must fulfil; null is not applicable.",
            **{f"sentence_{code}": f"What is wrong, in {language}." for code, language in _LANGUAGES.items()},
            **{f"remedy_{code}": f"What to do, in {language}." for code, language in _LANGUAGES.items()},
        },
    ),
}
DICTIONARY_TEXTS: Mapping[str, str] = {
    f"dictionary.{table}{suffix}": text
    for table, (description, columns) in _TABLES.items()
    for suffix, text in {"": description, **{f".{name}": words for name, words in columns.items()}}.items()
}
