"""Old submissions under a new dictionary: what would change is told first, and an earlier day keeps the old reading."""

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.cli import hamreg
from pipelines.cli.context import actor
from pipelines.errors import UsageError
from pipelines.intake.inbox import hand_in
from pipelines.plan import build_plan
from pipelines.reread import Difference, adopt_readings, reread, reread_submissions
from pipelines.settings import read_settings
from schemas.dictionary import read_dictionary
from schemas.patient_id import make_patient_id
from tests.support.filled_home import START, make_home
from warehouse import faults, readings
from warehouse.connection import Connection, open_facts, reader
from warehouse.derive import derive
from warehouse.layout import Home

ROOT = Path(__file__).parents[2]
PATIENT = make_patient_id("AMC", 1)
FOLLOW_UP = f"""patient_id,side,injury_no,assessed_on,phat_total,phat_items_answered,tegner
{PATIENT},left,1,2025-01-10,60,8,3
{PATIENT},left,1,2025-02-10,61,8,8
{PATIENT},left,1,2025-03-10,62,8,4
{PATIENT},left,1,2025-04-10,sixty,8,4
{PATIENT},left,1,2025-05-10,63,8
"""
LATER = START + timedelta(days=30)


@pytest.fixture(scope="module")
def loaded_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that an older version of the program filled."""
    home = make_home(tmp_path_factory.mktemp("older") / "home", clinics=("AMC",))
    row = read_dictionary().forms["enrolment"].example_row(patient_id=PATIENT, side="left", pre_injury_tegner="12")
    hand_in(home, "AMC", "enrolment.csv", "\n".join(map(",".join, (row, row.values()))).encode(), START)
    hand_in(home, "AMC", "follow_up.csv", FOLLOW_UP.encode(), START + timedelta(minutes=1))
    command = [sys.executable, "-W", "ignore", "-m", "tests.support.older_program", str(home.path)]
    subprocess.run(command, cwd=ROOT, check=True)
    return home.path


@pytest.fixture
def home(loaded_before: Path, tmp_path: Path) -> Home:
    shutil.copytree(loaded_before, tmp_path / "home")
    return Home(tmp_path / "home")


@contextmanager
def derived(home: Home, folder: Path, known_at: datetime) -> Iterator[Connection]:
    folder.mkdir()
    derive(home.facts_path, folder, build_plan(), known_at=known_at, today=date(2026, 5, 1), is_draft=True)
    with reader(folder / "registry.duckdb") as connection:
        yield connection


def scores(connection: Connection) -> dict[str, tuple[object, object, object]]:
    rows = connection.execute(
        "select follow_up.assessed_on, follow_up.phat_total, follow_up.tegner, episode.pre_injury_tegner "
        "from registry.follow_up as follow_up inner join registry.episode as episode "
        "using (patient_id, side, injury_no) order by follow_up.assessed_on"
    ).fetchall()
    return {str(row[0]): tuple(row[1:]) for row in rows}


def adopt(home: Home, at: datetime = LATER) -> dict[str, Difference]:
    settings = read_settings(home.settings_path)
    return reread_submissions(home, settings, lambda: at, actor(), reason="range widened")


def test_what_would_change_is_counted_and_nothing_is_changed(home: Home) -> None:
    before = home.facts_path.read_bytes()
    found = reread_submissions(home, read_settings(home.settings_path), lambda: LATER, actor())
    total = sum(found.values(), Difference())
    assert total.rows == Counter()
    assert total.fields == Counter(
        {("follow_up", "tegner", "readable"): 1, ("enrolment", "pre_injury_tegner", "set_aside"): 1}
    )
    assert total.rules == Counter({("follow_up", "out_of_range", "gone"): 1, ("enrolment", "out_of_range", "found"): 1})
    with open_facts(home) as connection:
        assert connection.execute("select count(*) from facts.reading").fetchone() == (0,)
        version = connection.execute("select distinct dictionary_version from facts.submission").fetchall()
    assert version != [(read_dictionary().version,)]
    assert len(before) > 0


def test_what_this_dictionary_read_says_the_same_again(demo_home: Path, tmp_path: Path) -> None:
    """Every form, as CSV and as workbook, with all that was wrong in them."""
    home = Home(tmp_path / "home")
    home.create()
    shutil.copyfile(demo_home / "facts.duckdb", home.facts_path)
    with open_facts(home) as connection:
        forms = {str(row[0]) for row in connection.execute("select distinct form from facts.section").fetchall()}
    assert forms == {*read_dictionary().forms}
    settings = read_settings(demo_home / "registry.toml")
    assert reread_submissions(home, settings, lambda: LATER, actor()) == {}


def test_an_adopted_reading_counts_from_then_on_and_not_before(home: Home, tmp_path: Path) -> None:
    adopt(home)
    with derived(home, tmp_path / "before", LATER - timedelta(seconds=1)) as connection:
        old = scores(connection)
        versions = {row[0] for row in connection.execute("select dictionary_version from ops.submission").fetchall()}
        assert read_dictionary().version not in versions
    with derived(home, tmp_path / "after", LATER) as connection:
        new = scores(connection)
        read_anew = connection.execute(
            f"select file from ops.submission where dictionary_version = '{read_dictionary().version}' order by file"
        ).fetchall()
        places = connection.execute("select distinct submission from ops.row_version").fetchall()
        names = connection.execute("select submission from ops.submission").fetchall()
    assert old == {
        "2025-01-10": (60.0, 3, 12),
        "2025-02-10": (61.0, None, 12),
        "2025-03-10": (62.0, 4, 12),
        "2025-04-10": (None, 4, 12),
    }
    assert new == {day: (score, level or 8, None) for day, (score, level, _) in old.items()}
    assert read_anew == [("enrolment.csv",), ("follow_up.csv",)]
    assert set(places) <= set(names)


def test_adopting_again_changes_nothing(home: Home) -> None:
    assert len(adopt(home)) == 2
    assert adopt(home, LATER + timedelta(days=1)) == {}


def test_a_reading_cut_off_is_not_there_and_the_next_one_is_whole(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    class Cut(BaseException):
        pass

    def cut(point: str) -> None:
        if point == "reading.section":
            raise Cut

    monkeypatch.setattr(readings, "reached", cut)
    with pytest.raises(Cut):
        adopt(home)
    monkeypatch.setattr(readings, "reached", faults.reached)
    with open_facts(home) as connection:
        assert connection.execute(
            "select count(*) from facts.follow_up where contains(submission, '#')"
        ).fetchone() == (0,)
    assert len(adopt(home)) == 2


def test_only_the_submissions_asked_for_are_read(home: Home) -> None:
    dictionary = read_dictionary()
    with open_facts(home) as connection:
        names = readings.read_submissions(connection)
        (found,) = reread(connection, dictionary, names[1:])
        adoption = readings.Adoption(dictionary.version, LATER, "somebody", "why")
        adopt_readings(connection, dictionary, [found], adoption)
        stored = readings.read_current(connection, found.submission.submission)
    assert stored == f"{found.submission.submission}#2"
    settings = read_settings(home.settings_path)
    with pytest.raises(UsageError, match="1 of the submissions are not known"):
        reread_submissions(home, settings, lambda: LATER, actor(), ["unknown"])


def call(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(hamreg, ["--home", str(home.path), "dictionary", "reread", *arguments])


def test_the_command_tells_counts_then_adopts(home: Home) -> None:
    told = call(home).output
    assert "1  follow_up.tegner: cells become readable" in told
    assert "2 submissions would be read anew. Nothing was changed" in told
    assert PATIENT not in told
    assert isinstance(call(home, "--adopt").exception, UsageError)
    assert "2 submissions are read anew" in call(home, "--adopt", "--reason", "wider range").output
    assert "Every submission says the same" in call(home).output


def test_a_patient_is_erased_from_every_reading(home: Home) -> None:
    adopt(home, datetime.now(UTC))
    arguments = ["--home", str(home.path), "withdraw", PATIENT, "--scope", "erase", "--yes"]
    result = CliRunner().invoke(hamreg, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    with open_facts(home) as connection:
        left = connection.execute("select patient_id from facts.follow_up").fetchall()
        cells = connection.execute("select cells, record from facts.raw_row").fetchall()
    assert left == []
    assert PATIENT not in str(cells)
