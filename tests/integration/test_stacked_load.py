"""Files read together leave what each leaves alone: the same facts, findings, receipts and kept files."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from pipelines.intake import stack, stacking, submission
from pipelines.intake.inbox import hand_in, waiting
from pipelines.intake.intake import Intake
from pipelines.intake.submission import Loaded
from pipelines.intake.validation import validate
from pipelines.intake.verdict import Reading, Verdict
from pipelines.plan import build_plan
from pipelines.settings import Clinic, Settings
from schemas.dictionary import read_dictionary
from schemas.patient_id import make_patient_id
from tests.support.home_state import read_state
from tests.support.piles import DAMAGES, make_pile
from warehouse.connection import writer
from warehouse.layout import Home
from warehouse.states import read_states

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLINICS = {"AMC": Clinic("AMC", date_order="dmy", decimal="point"), "UMC": Clinic("UMC", language="nl")}


ERASED = frozenset(make_patient_id("AMC", number) for number in (3, 7, 11))


def load(home: Home, files: list[bytes]) -> Loaded:
    home.create()
    for number, content in enumerate(files):
        hand_in(home, "UMC" if number % 9 == 8 else "AMC", f"{number}.csv", content, NOON + timedelta(minutes=number))
    settings, now = Settings(clinics=CLINICS), NOON + timedelta(days=1)
    with writer(home, "test") as connection:
        states = partial(read_states, connection, build_plan().models)
        intake = Intake(home, settings, read_dictionary(), connection, now, states, ERASED.__contains__)
        return submission.load(intake, waiting(home))


def compare(folder: Path, files: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    together = load(Home(folder / "together"), files)
    monkeypatch.setattr(stacking, "MOST_ROWS", 0)  # so that no stack takes a second file
    alone = load(Home(folder / "alone"), files)
    assert (together.failures, alone.failures) == ((), ())
    for name, receipt in alone.receipts.items():
        assert together.receipts[name] == receipt
    assert read_state(Home(folder / "together")) == read_state(Home(folder / "alone"))


def test_damaged_files_read_together_leave_what_each_leaves_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare(tmp_path, make_pile(1, len(DAMAGES) + 4), monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 8))
def test_any_files_read_together_leave_what_each_leaves_alone(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare(tmp_path, make_pile(seed, len(DAMAGES) + 60), monkeypatch)


def visits(*sides: str) -> list[bytes]:
    header = "patient_id,side,assessed_on,tegner"
    return [f"{header}\nAMC-0015W,{side},2025-01-0{day},4\n".encode() for day, side in enumerate(sides, 1)]


def test_a_fault_that_one_file_of_a_stack_brings_out_keeps_that_file_waiting_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(name: str, reading: Reading, *others: object) -> Verdict:
        if "boom" in reading.tables[0].frame["side"]:
            raise ValueError("a patient's name")
        return validate(name, reading, *others)  # type: ignore[arg-type]  # passed on as they came

    for module in (stack, submission):
        monkeypatch.setattr(module, "validate", explode)
    home = Home(tmp_path / "home")
    loaded = load(home, visits("left", "boom", "right"))
    assert [receipt["file"] for receipt in loaded.receipts.values()] == ["0.csv", "2.csv"]
    assert [item.file for item in waiting(home)] == ["1.csv"]
    assert loaded.failures[0].fault.startswith("ValueError at test_stacked_load.py:")


@pytest.mark.parametrize("step", ["stacked_outcomes", "stack_record", "Judging"])
def test_a_fault_of_any_step_of_a_stack_costs_time_alone(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> object:
        raise ValueError("a patient's name")

    monkeypatch.setattr(stacking, step, explode)
    home = Home(tmp_path / "home")
    loaded = load(home, visits("left", "left", "right"))
    assert (len(loaded.receipts), loaded.failures, waiting(home)) == (3, (), ())
    with writer(home, "test") as connection:
        rows = connection.execute("select count(*), count(distinct submission) from facts.follow_up").fetchone()
    assert rows == (3, 3)
