"""Bulk files: the clean twin differs from the faulty file in the faulty cells only, and both grow in flat memory."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.intake.reading import read_file
from pipelines.intake.validation import validate
from pipelines.intake.verdict import Section
from pipelines.settings import Limits
from pipelines.synthetic import bulk
from pipelines.synthetic.bulk import CLINIC, KEY, write_bulk_enrolments, write_bulk_follow_ups
from schemas.dictionary import read_dictionary


def read(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False)


def section_of(path: Path) -> Section:
    dictionary = read_dictionary()
    reading = read_file(path.name, path.read_bytes(), dictionary, CLINIC, Limits())
    (section,) = validate(path.name, reading, dictionary, CLINIC).sections
    return section


def test_the_clean_twin_differs_in_the_counted_cells_only(tmp_path: Path) -> None:
    clean = write_bulk_follow_ups(tmp_path / "clean.csv", 3_003)
    faulty = write_bulk_follow_ups(tmp_path / "faulty.csv", 3_003, faulty_share=0.01)
    before, after = read(clean.path), read(faulty.path)
    differs = pl.DataFrame([before[name].ne_missing(after[name]).alias(name) for name in before.columns])
    assert before.height == after.height == 3_003
    assert sum(differs.sum().row(0)) == faulty.faulty_cells
    assert differs.select(pl.any_horizontal(KEY)).sum().item() == faulty.faulty_keys
    assert faulty.faulty_cells == pytest.approx(0.01 * sum(before.count().row(0)), rel=0.2)


def test_the_twin_loads_with_its_types(tmp_path: Path) -> None:
    write_bulk_follow_ups(tmp_path / "clean.csv", 500)
    frame = pl.read_csv(tmp_path / "clean.csv", try_parse_dates=True)
    types = {"assessed_on": pl.Date, "phat_total": pl.Float64, "tegner": pl.Int64, "returned_to_sport_on": pl.Date}
    assert {name: frame.schema[name] for name in types} == types
    assert set(frame["would_choose_same_treatment"].drop_nulls().cast(pl.String)) <= {"true", "false"}


def test_the_enrolments_are_those_of_the_follow_ups(tmp_path: Path) -> None:
    write_bulk_follow_ups(tmp_path / "follow_up.csv", 503)
    write_bulk_enrolments(tmp_path / "enrolment.csv", 503)
    key = ["patient_id", "side", "injury_no"]
    assert (
        read(tmp_path / "follow_up.csv")
        .select(key)
        .unique()
        .sort(key)
        .equals(read(tmp_path / "enrolment.csv").select(key).sort(key))
    )


def test_blocks_join_into_one_file_with_one_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "BLOCK", 20)
    write_bulk_follow_ups(tmp_path / "bulk.csv", 250)
    frame = read(tmp_path / "bulk.csv")
    assert frame.height == 250
    assert frame["patient_id"].n_unique() == 50
    assert (frame["patient_id"] == "patient_id").sum() == 0


def test_files_of_a_backlog_share_no_patient(tmp_path: Path) -> None:
    write_bulk_follow_ups(tmp_path / "a.csv", 50, first_patient=1)
    write_bulk_follow_ups(tmp_path / "b.csv", 50, first_patient=11)
    a, b = (set(read(tmp_path / name)["patient_id"]) for name in ("a.csv", "b.csv"))
    assert len(a) == len(b) == 10
    assert not a & b


def test_the_intake_takes_the_whole_twin_and_finds_exactly_the_counted_faults(tmp_path: Path) -> None:
    clean = write_bulk_follow_ups(tmp_path / "clean.csv", 2_000)
    faulty = write_bulk_follow_ups(tmp_path / "faulty.csv", 2_000, faulty_share=0.01)
    before, after = (section_of(summary.path) for summary in (clean, faulty))
    errors = after.findings.filter(pl.col("severity") == "error")
    assert before.rejected == before.cells_set_aside == 0
    assert before.findings.filter(pl.col("severity") != "note").is_empty()
    assert errors.select("line", "column").unique().height == faulty.faulty_cells
    assert after.rejected == faulty.faulty_keys
