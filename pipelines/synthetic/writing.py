"""Drafts to files and to the truth about them: mistakes of lines and whole files, then bytes, then files sent twice."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import PurePath

import numpy as np
import polars as pl

from pipelines.synthetic import choices
from pipelines.synthetic.files import csv_text, workbook_bytes
from pipelines.synthetic.mistakes.lines import Line, Page, line_damages
from pipelines.synthetic.mistakes.refused import WrongFile, refused_files
from pipelines.synthetic.submissions import EPOCH, Draft, Submission, date_headers, headers
from schemas.dictionary import Dictionary

Found = tuple[str, str, bool]  # rule, column, whether a later file puts it right
WRONG_FILE_FORM = "follow_up"  # wrong files are made of these


@dataclass(frozen=True)
class Truth:
    """A mistake and where it is. Line 0 speaks of the whole file; a sheet is named in a workbook."""

    file: str
    clinic: str
    sheet: str
    line: int
    form: str
    column: str
    rule: str
    is_mended: bool = False  # put right in a later file


@dataclass(frozen=True)
class Press:
    """Writes drafts. `planted` holds the mistakes of rows by form and number of the row."""

    dictionary: Dictionary
    planted: Mapping[tuple[str, int], Sequence[Found]]
    rng: np.random.Generator
    until: int
    truth: list[Truth] = field(default_factory=list)

    def print_all(self, drafts: Sequence[Draft]) -> list[Submission]:
        """All files, with mistakes of lines in some, wrong files before some, and some sent twice."""
        pages = {i: self._page(draft) for i, draft in enumerate(drafts) if not draft.profile.is_workbook}
        wrong = list(self._wrong_files(drafts, pages))
        self._damage(pages)
        right = [self._text_file(d, pages[i]) if i in pages else self._workbook(d) for i, d in enumerate(drafts)]
        files = [*right, *wrong]
        return sorted([*files, *self._again(files)], key=lambda file: (file.received_at, file.clinic, file.name))

    def _page(self, draft: Draft) -> Page:
        ((form, part),) = draft.parts.items()
        columns = headers(self.dictionary.forms[form], draft.profile)
        text = csv_text(_as_sent(part, columns), draft.profile.clinic.separator)
        header, *rows = text.removesuffix("\n").split("\n")
        lines = [Line(header), *(Line(row, number) for row, number in zip(rows, part["_row"], strict=True))]
        spared = part.filter("_is_planted")["_row"].to_list()
        units = tuple(field.unit or field.kind for field in self.dictionary.forms[form].template_fields)
        return Page(tuple(lines), draft.profile, units, frozenset(spared))

    def _damage(self, pages: dict[int, Page]) -> None:
        """Each kind of damage in its share of the files, one kind a file."""
        damages = list(line_damages().values())
        most = round(choices.DAMAGED_FILE_SHARE * len(pages))
        times = max(1, round(most / len(damages)))
        free = list(pages)
        for kind in sorted(self.rng.permutation(len(damages))[:most]):
            damage, done = damages[int(kind)], 0
            for number in self.rng.permutation(free):
                page = damage(pages[int(number)], self.rng) if done < times else None
                if page is not None:
                    pages[int(number)], done = page, done + 1
                    free.remove(int(number))

    def _wrong_files(self, drafts: Sequence[Draft], pages: Mapping[int, Page]) -> Iterator[Submission]:
        """For each rule that refuses files, one that comes within the hour before the right one."""
        fit = [i for i, page in pages.items() if WRONG_FILE_FORM in drafts[i].parts and len(page.lines) > 2]
        kinds = list(refused_files().items())
        some = self.rng.permutation(len(kinds))[: round(choices.WRONG_FILE_SHARE * len(pages))]
        for kind, number in zip(sorted(some), self.rng.permutation(fit), strict=False):
            rule, make = kinds[int(kind)]
            draft, wrong = drafts[number], make(pages[int(number)].right())
            earlier = draft.received_at - timedelta(minutes=int(self.rng.integers(5, 55)))
            name = f"{PurePath(draft.name).stem} (1).{wrong.ending}"
            yield self._wrong_file(replace(draft, name=name, received_at=earlier), wrong, rule)

    def _wrong_file(self, draft: Draft, wrong: WrongFile, rule: str) -> Submission:
        clinic = draft.profile.clinic.code
        self.truth.append(Truth(draft.name, clinic, "", wrong.line, wrong.form, "", rule))
        content = wrong.content if wrong.page is None else _page_bytes(wrong.page)
        return Submission(clinic, draft.name, draft.received_at, content, 0)

    def _text_file(self, draft: Draft, page: Page) -> Submission:
        (form,) = draft.parts
        for number, line in enumerate(page.lines, start=1):
            if line.rule:
                self._note(draft, form, number, [(line.rule, line.column, False)])
            elif line.row is not None:
                self._note(draft, form, number, self.planted.get((form, line.row), ()))
        return self._submission(draft, _page_bytes(page))

    def _workbook(self, draft: Draft) -> Submission:
        for form, part in draft.parts.items():
            for number, row in enumerate(part["_row"], start=2):
                self._note(draft, form, number, self.planted.get((form, row), ()), sheet=form)
        columns = {form: headers(self.dictionary.forms[form], draft.profile) for form in draft.parts}
        sheets = {form: _as_sent(part, columns[form]) for form, part in draft.parts.items()}
        return self._submission(draft, workbook_bytes(sheets, date_headers(self.dictionary, draft.profile)))

    def _note(self, draft: Draft, form: str, line: int, found: Sequence[Found], sheet: str = "") -> None:
        clinic = draft.profile.clinic.code
        place = (draft.name, clinic, sheet, line, form)
        self.truth.extend(Truth(*place, column, rule, is_mended) for rule, column, is_mended in found)

    def _submission(self, draft: Draft, content: bytes) -> Submission:
        rows = sum(part.height for part in draft.parts.values())
        return Submission(draft.profile.clinic.code, draft.name, draft.received_at, content, rows)

    def _again(self, files: Sequence[Submission]) -> Iterator[Submission]:
        """Files sent twice, byte by byte."""
        for file in files:
            again = file.received_at + timedelta(days=int(self.rng.integers(2, 20)))
            if self.rng.random() < choices.RESEND_SHARE and file.rows and (again - EPOCH).days < self.until:
                yield replace(file, received_at=again)


def planted_by_row(truth: pl.DataFrame) -> dict[tuple[str, int], list[Found]]:
    """Rule, column and whether it is mended, of each mistake by form and number of the row."""
    found: dict[tuple[str, int], list[Found]] = defaultdict(list)
    for form, row, rule, column, is_mended in truth.iter_rows():
        found[form, row].append((rule, column, is_mended))
    return found


def _as_sent(part: pl.DataFrame, columns: Mapping[str, str]) -> pl.DataFrame:
    return part.select(list(columns)).rename(dict(columns))


def _page_bytes(page: Page) -> bytes:
    """The bytes of a page; a file that was cut has no last line break."""
    newline = page.profile.newline
    end = "" if page.lines[-1].rule == "record_cut" else newline
    return (newline.join(line.text for line in page.lines) + end).encode(page.profile.encoding, "surrogateescape")
