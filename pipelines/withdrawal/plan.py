"""Where a patient is found: in the facts, the archive, receipts, releases and backups. Changes nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pipelines.intake.blanking import blank_lines, lines_of_records, names_any, says
from pipelines.intake.cell_ids import IdRules
from pipelines.intake.erased import names_erased
from pipelines.intake.raw_rows import as_sent
from pipelines.settings import Settings
from pipelines.withdrawal.work import ArchivedFile, Work
from schemas.dictionary import read_dictionary
from warehouse import ledger
from warehouse.connection import Connection
from warehouse.erasure import Place, first_received, in_every_reading, pattern_of, read_places, read_rejected
from warehouse.layout import Home, read_instant_id
from warehouse.records import SubmissionRecord
from warehouse.sealed import read_sealed
from warehouse.tombstones import Tombstone


@dataclass(frozen=True)
class Patient:
    """Whom an erasure takes: every number, the same as a pattern, and what stands for them afterwards."""

    numbers: frozenset[str]
    tombstones: tuple[Tombstone, ...]

    @property
    def pattern(self) -> str:
        """A regular expression that finds a number; nothing where none is known."""
        return pattern_of(self.numbers) if self.numbers else r"(?!)"

    def is_one(self, text: str) -> bool:
        """Whether a text is one of the numbers."""
        return text.strip().upper() in self.numbers


def plan_erasure(home: Home, settings: Settings, connection: Connection, patient: Patient) -> Work:
    """Everything an erasure of the patient has to do."""
    named = read_places(connection, patient.numbers) | _rejected(settings, connection, patient)
    places = in_every_reading(connection, named)
    touched = sorted({place.submission for place in places})
    records = [record for name in touched if (record := ledger.find(connection, name))]
    return Work(
        tombstones=patient.tombstones,
        places=tuple(sorted(places)),
        archived=tuple(_archived(home, connection, records, places, patient)),
        answered=tuple(_answered(home, connection, touched, patient)),
        releases=tuple(_later(home.releases, first_received(places, connection))),
        backups=_backups(home) if places else (),
    )


def _backups(home: Home) -> tuple[str, ...]:
    """Copies of the facts and of the whole home, and what a killed backup left of one."""
    endings = ("*.duckdb", "*.tar", "*.part")
    return tuple(sorted(path.name for ending in endings for path in home.backups.glob(ending)))


def _rejected(settings: Settings, connection: Connection, patient: Patient) -> set[Place]:
    """Rows that were rejected and are the patient's all the same."""
    dictionary = read_dictionary()
    formats = {code: clinic.id_format for code, clinic in settings.clinics.items()}
    return {
        row.place
        for row in read_rejected(connection)
        if names_erased(row.header, row.cells, dictionary, IdRules(row.clinic, formats), patient.is_one)
    }


def _archived(
    home: Home,
    connection: Connection,
    records: Collection[SubmissionRecord],
    places: Collection[Place],
    patient: Patient,
) -> Iterable[ArchivedFile]:
    """Files with rows of the patient, and files that name the patient in any other way."""
    of_file: dict[tuple[str, str], list[SubmissionRecord]] = defaultdict(list)
    for record in records:
        of_file[record.clinic, record.digest].append(record)
    for path in sorted(home.archive_folder.glob("*/*")):
        content, found = read_sealed(path), of_file.get((path.parent.name, path.name), [])
        lines = _lines(connection, content, found, places) if found else set()
        encoding = _encoding(found)
        if lines is None or names_any(blank_lines(content, encoding, lines), patient.pattern):
            yield ArchivedFile(path.parent.name, path.name, encoding, None)
        elif lines:
            yield ArchivedFile(path.parent.name, path.name, encoding, tuple(sorted(lines)))


def _lines(
    connection: Connection, content: bytes, records: Collection[SubmissionRecord], places: Collection[Place]
) -> set[int] | None:
    """The lines of a text file that are the patient's; None where the file is no text and nothing can be blanked."""
    if any((record.dialect or {}).get("kind") != "csv" for record in records):
        return None
    lines: set[int] = set()
    for record in records:
        firsts = sorted(place.line for place in places if place.submission == record.submission)
        encoding, rows = _encoding([record]), _raw_rows(connection, record.submission)
        if not all(says(content, encoding, line, rows.get(line, [])) for line in firsts):
            return None  # the archive holds a copy that was written anew, with other line numbers
        lines |= lines_of_records(content, encoding, firsts, rows)
    return lines


def _raw_rows(connection: Connection, submission: str) -> dict[int, list[str | None]]:
    """The cells of every record, by its line."""
    sections = ledger.read_sections(connection, submission)
    return {line: cells for section in sections for line, cells, *_ in as_sent(section.raw).iter_rows()}


def _encoding(records: Collection[SubmissionRecord]) -> str:
    dialects: list[Mapping[str, object]] = [record.dialect or {} for record in records]
    return str(dialects[0].get("encoding", "utf-8")) if dialects else "utf-8"


def _answered(home: Home, connection: Connection, touched: Collection[str], patient: Patient) -> list[str]:
    """Submissions whose receipts may say something of the patient: their rows' own, resends of them, any that do."""
    folders = [path for path in sorted(home.outbox_folder.glob("*/*")) if path.is_dir()]
    records = {folder: ledger.find(connection, folder.name) for folder in folders}
    return [
        folder.name
        for folder, record in records.items()
        if record and ({record.submission, record.resend_of} & {*touched} or _names(folder, patient.pattern))
    ]


def _names(folder: Path, pattern: str) -> bool:
    return any(names_any(read_sealed(path), pattern) for path in folder.rglob("*") if path.is_file())


def _later(folder: Path, since: datetime | None) -> list[str]:
    """Releases cut after the patient was first heard of, by their ids; what they call the patient does not matter."""
    if since is None:
        return []
    names = [path.parent.name for path in sorted(folder.glob("*Z/manifest.json"))]
    return [name for name in names if read_instant_id(name) >= since]
