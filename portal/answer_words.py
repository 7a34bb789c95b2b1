"""A field's name and an answer to it in the words of a language, for pages that show what a value was and is.

Nothing here knows where an answer came from: it is a text, `#reason` where there is no value.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.dictionary import Dictionary, Field


def form_words(form: str, language: str) -> str:
    """The form's name as people say it."""
    from schemas.dictionary import read_dictionary

    return read_dictionary().forms[form].label[language]


def answer_words(text: str | None, field: "Field", dictionary: "Dictionary", language: str) -> str:
    """The answer as people say it: a code's label, yes or no, the reason why there is none."""
    if not text:
        return ""
    is_reason = text.startswith("#")
    kind = "missing_reason" if is_reason else field.vocabulary or ("boolean" if field.kind == "boolean" else "")
    if not kind:
        return text
    labels = {code.code: code.labels[language] for code in dictionary.vocabularies[kind]}
    return labels.get(text.removeprefix("#").lower() if kind == "boolean" else text.removeprefix("#"), text)


def asked_words(text: str, column: str, rule: str, language: str) -> str:
    """What a question names, with a code of the column or of the rule's other columns as people say it."""
    from schemas.dictionary import read_dictionary

    dictionary = read_dictionary()
    columns = (column, *dictionary.rules[rule].columns)
    kinds = {field.name: field.vocabulary for form in dictionary.forms.values() for field in form.fields}
    labels = [
        code.labels[language]
        for name in columns
        if kinds.get(name)
        for code in dictionary.vocabularies[kinds[name]]
        if code.code == text
    ]
    return labels[0] if labels else text
