"""A receipt's page as HTML, by plain strings: loading a template engine costs more than all else of a small receipt.

Whatever a clinic sent is escaped here, and nowhere else; what is said and in which language stands in `receipt_page`.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

Words = Mapping[str, str]
Receipt = Mapping[str, Any]


def write_page(
    receipt: Receipt, sections: Sequence[Receipt], words: Words, language: str, received: str, is_clean: bool
) -> str:
    """The page, whole."""
    body = [*_head(receipt, words, received), _verdict(receipt, words, is_clean)]
    body += [line for section in sections for line in _section(section, words)]
    top = _TOP.format(language=_say(language), title=_title(receipt, words), style=_style())
    return "\n".join([top, *body, "</body>", "</html>"]) + "\n"


_TOP = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>"""


@cache
def _style() -> str:
    return files(__package__).joinpath("receipt.css").read_text(encoding="utf-8")


def _say(value: object) -> str:
    return escape(str(value))


def _title(receipt: Receipt, words: Words) -> str:
    return f"{_say(words['title'])}: {_say(receipt['file'])}"


def _head(receipt: Receipt, words: Words, received: str) -> Iterator[str]:
    said = [(words["clinic"], receipt["clinic"])]
    said += [(words["received"], received)] if received else []
    said += [(words["submission"], receipt["submission"])] if receipt["submission"] else []
    yield f"<h1>{_title(receipt, words)}</h1>"
    yield f'<p class="small">{" · ".join(f"{_say(word)} {_say(value)}" for word, value in said)}</p>'


def _verdict(receipt: Receipt, words: Words, is_clean: bool) -> str:
    """The box on top: refused, sent before, well, or work to do."""
    if receipt["refused"]:
        return _refusal(receipt, words)
    if receipt["resend_of"]:
        first = f'<span class="small">{_say(receipt["resend_of"])}</span>'
        return f'<div class="box">{_say(words["resend"])} {first}</div>'
    if is_clean:
        return f'<div class="box good">{_say(words["clean"])}</div>'
    return f'<div class="box">{_say(words["work"])}</div>'


def _refusal(receipt: Receipt, words: Words) -> str:
    refusal = receipt["refusal"]
    said = [f"<strong>{_say(words['refused'])}</strong> {_say(receipt['refused'])}", _say(refusal["remedy"])]
    said += [f"{_say(words[name])}: {_say(', '.join(map(str, refusal[name])))}" for name in _PLACES if refusal[name]]
    return f'<div class="box error">{"<br>".join(said)}</div>'


_PLACES = ("columns", "lines")


def _section(section: Receipt, words: Words) -> Iterator[str]:
    yield f"<section>\n<h2>{_say(section['title'])}</h2>"
    yield '<table class="counts">'
    for row in section["counts"]:
        cells = f'<th scope="row">{_say(row["label"])}</th><td>{_say(row["count"])}</td>'
        yield f'<tr class="{_say(row["kind"])}">{cells}</tr>'
    yield f"</table>\n<p>{_say(words['cells_set_aside'])}: {_say(section['cells_set_aside'])}</p>"
    if section["findings"]:
        yield from _findings(section["findings"], words)
    if section["findings_omitted"]:
        yield f"<p>{_say(words['omitted'].format(section['findings_omitted']))}</p>"
    yield "</section>"


def _findings(findings: Sequence[Receipt], words: Words) -> Iterator[str]:
    heads = "".join(f"<th>{_say(words[name])}</th>" for name in ("line", "cell", "kind", "message", "remedy"))
    yield f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>"
    for finding in findings:
        severity = finding["severity"]
        told = f"<td>{_say(finding['line'] or '')}</td><td>{_say(finding['cell'])}</td>"
        told += f'<td class="severity">{_say(words[severity])}</td>'
        told += f"<td>{_say(finding['message'])}</td><td>{_say(finding['remedy'])}</td>"
        yield f'<tr class="{_say(severity)}">{told}</tr>'
    yield "</tbody>\n</table>"
