"""Making a registry home and settling its clinics and numbers. Where things lie is `warehouse.layout`'s to say."""

import fcntl
from collections.abc import Mapping
from pathlib import Path

import tomlkit

from pipelines.settings import parse_settings
from warehouse.connection import writer
from warehouse.durability import replace_file
from warehouse.layout import Home

FIRST_SETTINGS = """\
# The registry's settings. `hamreg config check` checks this file, `hamreg clinic add` edits it.

[registry]
name = {name}
timezone = {timezone}
is_synthetic = {is_synthetic}

[schedules] # cron lines, in the time zone above
derive = "0 2 * * *" # every night
overdue = "0 7 * * 1" # Monday morning's digest
release = "0 3 1 * *" # the first of the month

[limits] # a file beyond these is refused
max_bytes = 200_000_000
max_columns = 500

[retention] # snapshots: how many; the others: days, 0 keeps for ever. Facts and releases are never removed.
snapshots = 5
outbox_days = 0
archive_days = 0
audits_days = 90
backups_days = 0
dagster_days = 400
digests_days = 0
log_days = 0

[clinics]
"""


def create_home(home: Home, name: str, timezone: str, is_synthetic: bool = False) -> None:
    """Make the home's folders, an empty facts file and, last, `registry.toml`: a home without it is not one yet."""
    text = FIRST_SETTINGS.format(
        name=tomlkit.string(name).as_string(),
        timezone=tomlkit.string(timezone).as_string(),
        is_synthetic="true" if is_synthetic else "false",
    )
    parse_settings(text)
    home.create()
    with writer(home, "init"):
        pass
    replace_text(home.settings_path, text)


def write_clinic(home: Home, code: str, values: Mapping[str, object]) -> None:
    """Add or change one clinic in `registry.toml`; comments and order stay. It is checked before it is replaced."""
    document = tomlkit.parse(home.settings_path.read_text(encoding="utf-8"))
    clinics = document.setdefault("clinics", tomlkit.table())
    table = clinics.setdefault(code, tomlkit.table())
    table.update({key: value for key, value in values.items() if value not in ("", {})})
    text = tomlkit.dumps(document)
    parse_settings(text)
    replace_text(home.settings_path, text)
    for folder in (home.inbox(code), home.archive(code), home.outbox(code)):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def hand_out_numbers(home: Home, clinic: str, count: int) -> range:
    """The next `count` patient numbers of a clinic. A number is handed out once, whoever asks at the same time."""
    folder = home.path / "numbers"
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / f".{clinic}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = folder / clinic
        last = int(path.read_text()) if path.exists() else 0
        replace_text(path, f"{last + count}\n")
    return range(last + 1, last + count + 1)


def replace_text(path: Path, text: str) -> None:
    """Write `text` to `path` so that a reader, or a power cut, sees the file before or after, never between."""
    replace_file(path, text.encode())
