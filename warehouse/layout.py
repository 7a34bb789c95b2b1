"""Where things lie in a registry home: paths and nothing else. Reads no environment, opens no file but on `create`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FACTS_FILE = "facts.duckdb"
REGISTRY_FILE = "registry.duckdb"
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


@dataclass(frozen=True)
class Home:
    """The folder that holds everything a running registry owns."""

    path: Path

    @property
    def settings_path(self) -> Path:
        """The one file a person edits."""
        return self.path / "registry.toml"

    @property
    def facts_path(self) -> Path:
        """The append-only facts; opened by the holder of the lock alone."""
        return self.path / FACTS_FILE

    @property
    def lock_path(self) -> Path:
        """The writer's lock; its content is trusted only while the lock is held."""
        return self.path / "lock"

    @property
    def snapshots(self) -> Path:
        """The folder of derived snapshots, one folder each, named so that they sort by time."""
        return self.path / "snapshots"

    @property
    def current(self) -> Path:
        """The link to the newest snapshot's folder."""
        return self.snapshots / "current"

    @property
    def registry_path(self) -> Path:
        """The newest snapshot's file, by way of `current`; `connection.reader` resolves it once."""
        return self.current / REGISTRY_FILE

    @property
    def releases(self) -> Path:
        """The folder of releases that were cut deliberately."""
        return self.path / "releases"

    @property
    def release_requests(self) -> Path:
        """Releases asked for on a page, which the next run cuts."""
        return self.path / "portal" / "releases"

    @property
    def audits(self) -> Path:
        """The offending rows of failed audits, for `hamreg audit show`."""
        return self.path / "audits"

    @property
    def scratch(self) -> Path:
        """Derivations that are looked at and thrown away."""
        return self.path / "scratch"

    @property
    def drafts(self) -> Path:
        """Files that a user of the portal checks before handing them in."""
        return self.path / "portal" / "drafts"

    @property
    def answers(self) -> Path:
        """Answers to questions that wait for the next run."""
        return self.path / "answers"

    @property
    def backups(self) -> Path:
        """Copies of the facts taken before a migration."""
        return self.path / "backups"

    @property
    def tombstone_key(self) -> Path:
        """The key of the hashes that stand for erased patients; without it a hash says nothing."""
        return self.path / "tombstone.key"

    @property
    def tombstones(self) -> Path:
        """Every erasure, one a line: facts restored from a backup are brought up to it."""
        return self.path / "tombstones.jsonl"

    @property
    def erasure(self) -> Path:
        """An erasure under way; it is there until everything that the erasure takes is done."""
        return self.path / "erasure.json"

    @property
    def dagster(self) -> Path:
        """The folder Dagster calls DAGSTER_HOME."""
        return self.path / "dagster"

    @property
    def digests(self) -> Path:
        """What needed whom, as it was told: a file a week, and what was told at once."""
        return self.path / "digests"

    @property
    def log(self) -> Path:
        """The folder of the append-only logs."""
        return self.path / "log"

    @property
    def inbox_folder(self) -> Path:
        """The folder above every clinic's inbox."""
        return self.path / "inbox"

    @property
    def outbox_folder(self) -> Path:
        """The folder above every clinic's outbox."""
        return self.path / "outbox"

    @property
    def archive_folder(self) -> Path:
        """The folder above every clinic's archive."""
        return self.path / "archive"

    def inbox(self, clinic: str) -> Path:
        """Where a clinic's files wait."""
        return self.inbox_folder / clinic

    def archive(self, clinic: str) -> Path:
        """Where a clinic's files are kept as received."""
        return self.archive_folder / clinic

    def outbox(self, clinic: str) -> Path:
        """Where a clinic's receipts lie."""
        return self.outbox_folder / clinic

    def create(self) -> None:
        """Make the folders, readable by their owner alone; those that exist stay as they are."""
        folders = (
            *(self.path, self.inbox_folder, self.archive_folder, self.outbox_folder, self.snapshots, self.releases),
            *(self.audits, self.scratch, self.backups, self.dagster, self.digests, self.log),
        )
        self.path.parent.mkdir(parents=True, exist_ok=True)
        for folder in folders:
            folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)


def instant_id(instant: datetime) -> str:
    """An aware instant as text that sorts by time: `20260301T101500000000Z`."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")


def read_instant_id(text: str) -> datetime:
    """The instant in an id, as naive UTC; `ValueError` where the text is no such id."""
    return datetime.strptime(text, "%Y%m%dT%H%M%S%fZ")
