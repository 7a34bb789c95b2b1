"""What a page or a prompt needs to ask for a field: label, help, kind of input, bounds, choices. No HTML here."""

from dataclasses import dataclass

from schemas.dictionary import Dictionary, Field

INPUTS = {"integer": "number", "decimal": "number", "date": "date", "month": "month", "code": "choice"}


@dataclass(frozen=True)
class Hint:
    """How one field is asked for, in one language. `choices` are (code, label)."""

    name: str
    label: str
    help: str
    input: str  # text | number | date | month | choice
    is_required: bool
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    unit: str = ""
    example: str = ""
    choices: tuple[tuple[str, str], ...] = ()


def form_hints(dictionary: Dictionary, form: str, language: str) -> tuple[Hint, ...]:
    """The hints of a form's fields, in the order of the template."""
    return tuple(_hint(dictionary, field, language) for field in dictionary.forms[form].template_fields)


def choices_of(dictionary: Dictionary, field: Field, language: str) -> tuple[tuple[str, str], ...]:
    """The codes a field may hold with their labels; yes and no for a boolean."""
    vocabulary = "boolean" if field.kind == "boolean" else field.vocabulary
    codes = dictionary.vocabularies[vocabulary] if vocabulary else ()
    return tuple((code.code, code.labels[language]) for code in codes)


def _hint(dictionary: Dictionary, field: Field, language: str) -> Hint:
    is_number = field.kind in ("integer", "decimal")
    return Hint(
        name=field.name,
        label=field.label[language],
        help=field.description,
        input="choice" if field.kind == "boolean" else INPUTS.get(field.kind, "text"),
        is_required=field.is_required,
        minimum=field.minimum if is_number else None,
        maximum=field.maximum if is_number else None,
        step=10.0 ** -(field.decimals or 0) if is_number else None,
        unit=field.unit,
        example=field.example,
        choices=choices_of(dictionary, field, language),
    )
