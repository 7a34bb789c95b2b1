"""A long file worked on slice by slice gives what it gives at once: rows, findings, the copy that is kept, the file."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl
import pytest

from pipelines.intake import rewriting
from pipelines.intake.archive import kept_copy
from pipelines.intake.facts import section_record
from pipelines.intake.mending import mend_sections
from pipelines.intake.outcome import read_section
from pipelines.intake.reading import read_file
from pipelines.intake.slices import by_slices
from pipelines.intake.validation import validate
from pipelines.intake.verdict import Section
from pipelines.settings import Limits
from pipelines.synthetic.bulk import write_bulk_follow_ups
from pipelines.synthetic.bulk_clinic import CLINIC
from schemas.dictionary import read_dictionary

N_ROWS = 200


def read(content: bytes) -> tuple[Section, Mapping[str, bytes]]:
    dictionary = read_dictionary()
    reading = read_file("f.csv", content, dictionary, CLINIC, Limits())
    verdict = validate("f.csv", reading, dictionary, CLINIC)
    (section,) = verdict.sections
    assert verdict.dialect is not None
    outcome = read_section(section_record(section), 1_000)
    kept = kept_copy(verdict)
    assert kept is not None, "the file names somebody, so that a copy without is kept"
    return section, {"kept": kept, **mend_sections([outcome], verdict.dialect, dictionary, "en")}


def damaged(path: Path) -> bytes:
    """Faulty cells, a name in place of a number, quotes, a break, a record cut short, a blank line, a formula."""
    write_bulk_follow_ups(path, N_ROWS, faulty_share=0.05)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[20:20] = ["", lines[9].replace("left", '"left"').replace("right", '"right"'), lines[10][:15]]
    lines[31] = lines[31].replace("BULK-", "J. Doe BULK-")
    lines[44] = lines[44].replace("month_", "=1+month_")
    lines[57] = lines[57].replace("month_", '"month\n_')
    return "\n".join([*lines, ""]).encode()


def test_slices_give_what_the_whole_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = damaged(tmp_path / "f.csv")
    whole, files = read(content)
    monkeypatch.setattr(by_slices, "__defaults__", (7,))
    monkeypatch.setattr(rewriting, "SLICE", 7)
    sliced, files_of_slices = read(content)
    assert whole.rows.height > N_ROWS / 2
    assert whole.findings.height > N_ROWS / 2
    for name in ("rows", "raw", "findings", "stored"):
        assert getattr(whole, name).equals(getattr(sliced, name)), name
    assert files == files_of_slices


def test_a_short_frame_is_one_slice() -> None:
    frame = pl.DataFrame({"n": range(5)})
    assert by_slices(frame, lambda part: part.filter(pl.col("n") > 1), 2)["n"].to_list() == [2, 3, 4]
    assert by_slices(frame.clear(), lambda part: part, 2).height == 0
