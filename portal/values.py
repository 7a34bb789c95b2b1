"""A patient's values field by field, in the dictionary's words: what each is, and all it was before.

It tells versions that somebody else read and chose; which may be seen is decided in `visible.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipelines.history import Version
from schemas.dictionary import Form, read_dictionary
from schemas.vocabulary import VOCABULARIES

HELD = "held"
OF_EPISODE = ("patient_id", "side", "injury_no")


@dataclass(frozen=True)
class Step:
    """A value as one row of a file gave it."""

    value: str
    version: Version


@dataclass
class FieldHistory:
    """One field: what it is called, and its values, the newest last."""

    label: str
    steps: list[Step] = field(default_factory=list)

    @property
    def now(self) -> str:
        """The value that holds; '' where only rows that wait gave one."""
        return next((step.value for step in reversed(self.steps) if step.version.state != HELD), "")


@dataclass
class RowHistory:
    """One row of a form, by its key: every file's line that spoke of it, and every field."""

    title: str
    side: str
    versions: list[Version] = field(default_factory=list)
    fields: dict[str, FieldHistory] = field(default_factory=dict)

    @property
    def changed_at(self) -> datetime:
        """When the last line came."""
        return max(version.received_at for version in self.versions)


def by_field(versions: Sequence[Version], language: str) -> list[RowHistory]:
    """The rows in the order of forms, each with its fields in the order of the form."""
    forms = read_dictionary().forms
    rows: dict[tuple[object, ...], RowHistory] = {}
    for version in sorted(versions, key=lambda each: (list(forms).index(each.form), str(each.key), each.received_at)):
        form = forms[version.form]
        key = (version.form, *version.key.values())
        row = rows.setdefault(key, RowHistory(_title(version, form, language), str(version.key.get("side", ""))))
        row.versions.append(version)
        for name, label, step in _steps(version, form, language):
            row.fields.setdefault(name, FieldHistory(label)).steps.append(step)
    return list(rows.values())


def _title(version: Version, form: Form, language: str) -> str:
    names = [str(value) for name, value in version.key.items() if name not in OF_EPISODE]
    return " ".join([form.label[language], *names])


def _steps(version: Version, form: Form, language: str) -> Iterator[tuple[str, str, Step]]:
    fields = {each.name: each for each in form.fields}
    for change in version.changes:
        known = fields.get(change.field)
        label = known.label[language] if known else change.field
        vocabulary = (known.vocabulary or known.kind) if known else ""
        yield change.field, label, Step(value_text(change.after, vocabulary, language), version)


def value_text(value: str, vocabulary: str, language: str) -> str:
    """A value in words: a code by its label, a reason (`#not_done`) by its own; other values as they are."""
    kind, code = ("missing_reason", value[1:]) if value.startswith("#") else (vocabulary, value)
    return _labels(kind, language).get(code.lower() if kind == "boolean" else code, value)


def _labels(vocabulary: str, language: str) -> Mapping[str, str]:
    return {each.code: each.labels[language] for each in VOCABULARIES.get(vocabulary, ())}
