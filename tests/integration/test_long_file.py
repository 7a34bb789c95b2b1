"""A file read in stretches leaves what it leaves read whole: the same facts, findings, receipt and kept files."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import pytest

from pipelines.intake import stretches, submission
from pipelines.intake.inbox import hand_in, waiting
from pipelines.intake.intake import Intake
from pipelines.intake.outcome import Outcome
from pipelines.intake.submission import Loaded
from pipelines.plan import build_plan
from pipelines.settings import Clinic, Settings
from schemas.dictionary import read_dictionary
from schemas.patient_id import make_patient_id
from tests.support.home_state import read_state
from tests.support.piles import DAMAGES, make_pile
from warehouse import keys
from warehouse.connection import writer
from warehouse.layout import Home
from warehouse.sealed import is_sealed, read_sealed
from warehouse.states import read_states

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLINICS = {"AMC": Clinic("AMC", date_order="dmy", decimal="point")}
ERASED = frozenset(make_patient_id("AMC", number) for number in (3, 1007))


def load(home: Home, files: list[bytes]) -> Loaded:
    home.create()
    for number, content in enumerate(files):
        hand_in(home, "AMC", f"{number}.csv", content, NOON + timedelta(minutes=number))
    settings, now = Settings(clinics=CLINICS), NOON + timedelta(days=1)
    with writer(home, "test") as connection:
        states = partial(read_states, connection, build_plan().models)
        intake = Intake(home, settings, read_dictionary(), connection, now, states, ERASED.__contains__)
        return submission.load(intake, waiting(home))


@pytest.fixture
def in_stretches(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Have files be read in stretches of a few rows, and tell of each whether it could be."""
    told: list[bool] = []

    def record(*args: object) -> Outcome | None:
        outcome = submission_record(*args)
        told.append(outcome is not None)
        return outcome

    submission_record = submission.record_in_stretches
    monkeypatch.setattr(submission, "record_in_stretches", record)
    monkeypatch.setattr(stretches, "BYTES", 4_000)
    monkeypatch.setattr("pipelines.intake.stacking.MOST_ROWS", 0)
    return told


def compare(folder: Path, files: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    by_stretch = load(Home(folder / "stretches"), files)
    with monkeypatch.context() as patch:
        patch.setattr(stretches, "BYTES", 1 << 30)
        whole = load(Home(folder / "whole"), files)
    assert (by_stretch.failures, whole.failures) == ((), ())
    for name, receipt in whole.receipts.items():
        assert by_stretch.receipts[name] == receipt
    assert read_state(Home(folder / "stretches")) == read_state(Home(folder / "whole"))


def long_pile(seed: int) -> list[bytes]:
    """Files of some eighty follow-ups: for each damage one that has the damaged rows among whole ones."""
    random = Random(seed)  # noqa: S311  # no secret
    piles = [make_pile(seed * 100 + number, len(DAMAGES) + 2) for number in range(12)]
    whole = [line for pile in piles for file in (pile[0], pile[-1]) for line in body(file, header(piles[0][0]))]
    return [_among(random, file, whole) for file in piles[0]]


def header(file: bytes) -> bytes:
    return file[: file.find(b"\n") + 1]


def body(file: bytes, head: bytes) -> list[bytes]:
    return file[len(head) :].splitlines(keepends=True) if file.startswith(head) else []


def _among(random: Random, file: bytes, whole: list[bytes]) -> bytes:
    end = file.find(b"\n") + 1
    lines = file[end:].splitlines(keepends=True)
    if not whole or file[:end].count(b",") != whole[0].count(b","):
        return file[:end] + b"".join(lines * 6)
    at = random.randint(0, len(whole))
    return file[:end] + b"".join([*whole[:at], *lines, *whole[at:]])


def test_damaged_files_read_in_stretches_leave_what_they_leave_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_stretches: list[bool]
) -> None:
    compare(tmp_path, long_pile(1)[::5], monkeypatch)
    assert len(in_stretches) // 3 < sum(in_stretches) < len(in_stretches)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 7))
def test_any_files_read_in_stretches_leave_what_they_leave_whole(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_stretches: list[bool]
) -> None:
    monkeypatch.setattr(stretches, "BYTES", Random(seed).randint(1_000, 6_000))  # noqa: S311  # no secret
    compare(tmp_path, long_pile(seed), monkeypatch)
    assert sum(in_stretches) > len(in_stretches) // 3


def visits(*rows: tuple[int, str]) -> bytes:
    """Forty visits of forty patients, and these among them: a patient's number and a Tegner score."""
    plain = [(number, "4") for number in range(100, 140)]
    lines = [
        f"{make_patient_id('AMC', number)},left,2025-01-01,{tegner}\n"
        for number, tegner in [*plain[:20], *rows, *plain[20:]]
    ]
    return "".join(["patient_id,side,assessed_on,tegner\n", *lines]).encode()


@pytest.mark.parametrize(
    "content",
    [visits((100, "4")), visits((100, "5"), (120, "4"), (120, "6")), visits((139, "5"), (139, "5"), (101, ""))],
    ids=["twin", "contradictions", "near and far"],
)
def test_rows_of_one_key_far_apart_are_judged_together(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_stretches: list[bool]
) -> None:
    monkeypatch.setattr(stretches, "BYTES", 300)
    compare(tmp_path, [content], monkeypatch)
    assert in_stretches == [True]


LATE = {
    "open quote": 'AMC-0015W,left,2025-01-02,"4\n',
    "broken record": "\nAMC-0015W\n,left\n",
    "another form": "patient_id,side,injury_no,mri_on,proximal_continuity\n",
    "addresses": "a@b.nl,c@d.nl,,e@f.nl\n" * 9,
}


@pytest.mark.parametrize("late", LATE.values(), ids=list(LATE))
def test_what_rests_on_more_than_a_stretch_is_read_whole(
    late: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_stretches: list[bool]
) -> None:
    monkeypatch.setattr(stretches, "BYTES", 300)
    compare(tmp_path, [visits() + late.encode() + visits().partition(b"\n")[2]], monkeypatch)
    assert in_stretches == [False]


def test_under_a_key_a_long_file_and_its_copy_lie_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_stretches: list[bool]
) -> None:
    monkeypatch.setattr(stretches, "BYTES", 300)
    keys.use((keys.Key(bytes(range(32))),))
    try:
        compare(tmp_path, [visits((15, "j.jansen@example.org"))], monkeypatch)
        (copy,) = (tmp_path / "stretches" / "archive" / "AMC").iterdir()
        assert is_sealed(copy)
        assert b"jansen" not in read_sealed(copy)
    finally:
        keys.use(())
    assert in_stretches == [True]
