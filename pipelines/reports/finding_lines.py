"""What was found most often in a clinic's files, in its own words: by rule and column, and never with a cell's text."""

from collections.abc import Sequence

from pipelines.reports.source import Row
from pipelines.reports.words import Words

NOT_SAID = "…"
"""Stands where a receipt's sentence would name what one cell holds, or what that is held against."""


def finding_lines(rows: Sequence[Row], words: Words) -> list[dict[str, str]]:
    """Give a line for each row (rule, column, severity, n): what was found and what to do, as receipts say it."""
    return [_line(row, words) for row in rows]


def _line(row: Row, words: Words) -> dict[str, str]:
    from schemas.dictionary import read_dictionary
    from schemas.messages import sentence

    rule, language, dictionary = row["rule"], words.language, read_dictionary()
    labels = {field.name: field.label[language] for form in dictionary.forms.values() for field in form.fields}
    label = labels.get(row["column"], row["column"] or "")
    said, remedy = sentence(rule, language, label, NOT_SAID, NOT_SAID) if rule in dictionary.rules else (label, "")
    severity = words(f"report.finding_{row['severity']}")
    return {"rule": rule, "severity": severity, "said": said, "remedy": remedy, "n": str(row["n"])}
