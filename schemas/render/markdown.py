"""The dictionary as a page: forms, coded values, rules. Committed as `docs/generated/dictionary.md`."""

from collections.abc import Iterable, Iterator, Sequence

from schemas.dictionary import Dictionary, Field, Form, Rule

SCOPES = {
    "file": "Refusals: the whole file comes back",
    "section": "About a sheet or its header",
    "record": "About a line the reader met",
    "cell": "About a cell",
    "row": "About a row",
    "rows": "About several rows of one file",
    "query": "About facts of several files: queries",
}
INTRODUCTION = """# Dictionary

This page is generated from `schemas/` by `python -m schemas.render`; edit the forms, the codes and the rules there.

A header may be the field's name or its label in English, Dutch or German. A coded answer may be the code, its label in
any of the three languages, or a known misspelling. A blank cell keeps what is known. A reason for having no value is
one of {tokens}.

In the tables, **key** marks what identifies a row, *required* what is asked about when it is blank, outcome one of the
answers of which a row needs at least one.
"""


def render_markdown(dictionary: Dictionary) -> str:
    """The whole dictionary as Markdown, in English."""
    reasons = dictionary.vocabularies["missing_reason"]
    tokens = ", ".join(f"`{code.labels['en']}`" for code in reasons)
    blocks = [INTRODUCTION.format(tokens=tokens), "## Forms\n"]
    blocks += [_form(form) for form in dictionary.forms.values()]
    blocks += ["## Coded values\n", *_vocabularies(dictionary), "## Rules\n", _rules_introduction()]
    blocks += [_rules(title, scope, dictionary.rules.values()) for scope, title in SCOPES.items()]
    return "\n".join(blocks)


def _form(form: Form) -> str:
    key = ", ".join(f"`{name}`" for name in form.key)
    labels = " / ".join(dict.fromkeys(form.label.values()))
    rows = [(f"`{field.name}`", _marks(field), _kind(field), field.label["nl"], field.label["de"], field.description)
            for field in form.fields]  # fmt: skip
    table = _table(("field", "", "kind", "Dutch", "German", "meaning"), rows)
    return f"### {form.name}\n\n{labels}. {form.description}\n\nOne row a {key}.\n\n{table}"


def _marks(field: Field) -> str:
    marks = ["**key**"] if field.is_key else ["*required*"] if field.is_required else []
    return ", ".join([*marks, *(["computed"] if field.is_computed else []), *(["outcome"] if field.is_outcome else [])])


def _kind(field: Field) -> str:
    if field.vocabulary:
        return f"[{field.vocabulary}](#{field.vocabulary})"
    bounds = field.range_text if field.kind in ("integer", "decimal") else ""
    decimals = f"to {field.decimals} decimal place{'s' * (field.decimals > 1)}" if field.decimals else ""
    return " ".join(part for part in (field.kind.replace("_", " "), bounds, field.unit, decimals) if part)


def _vocabularies(dictionary: Dictionary) -> Iterator[str]:
    for name, codes in dictionary.vocabularies.items():
        rows = [(f"`{code.code}`", code.labels["en"], code.labels["nl"], code.labels["de"], code.meaning,
                 ", ".join(code.aliases)) for code in codes]  # fmt: skip
        yield f"### {name}\n\n" + _table(("code", "English", "Dutch", "German", "meaning", "also read"), rows)


def _rules_introduction() -> str:
    return (
        "`error` rejects the row (a cell that is not part of the key is set aside and the row loads), `warning` loads\n"
        "and opens a query, `note` describes. A rule's id never changes and is never used for another rule.\n"
    )


def _rules(title: str, scope: str, rules: Iterable[Rule]) -> str:
    rows = [
        (
            f"`{rule.id}`",
            rule.severity,
            rule.kahn,
            ", ".join(rule.forms),
            _blanks(rule.sentence["en"]),
            rule.remedy["en"],
        )
        for rule in rules
        if rule.scope == scope
    ]
    return f"### {title}\n\n" + _table(("rule", "severity", "category", "forms", "sentence", "remedy"), rows)


def _blanks(sentence: str) -> str:
    return sentence.replace("{", "*").replace("}", "*")


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"
