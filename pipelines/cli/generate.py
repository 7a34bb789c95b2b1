"""`hamreg generate`: a synthetic registry's submissions. What is in them stands in `pipelines.synthetic`."""

from datetime import datetime
from pathlib import Path

import click

from pipelines.errors import UsageError

PER_PATIENT_DAYS = 60  # a period shorter than this holds no follow-up


@click.command("generate")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--clinics", type=click.IntRange(1, 999), default=6, show_default=True, help="How many invented clinics.")
@click.option(
    "--patients", type=click.IntRange(1, 9_999_999), default=300, show_default=True, help="How many patients."
)
@click.option("--seed", type=click.IntRange(0), default=7, show_default=True, help="The same seed, the same bytes.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), default="2024-01-01", show_default=True, help="First injury."
)
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), default="2025-12-31", show_default=True, help="Last file.")
@click.option("--every", metavar="DAYS", type=click.IntRange(7, 366), help="Days between files, for all clinics.")
def generate_command(
    folder: Path, clinics: int, patients: int, seed: int, since: datetime, until: datetime, every: int | None
) -> None:
    """Write submissions as real clinics would send them into DIR: synthetic, no patient in them is real.

    DIR gets a registry.toml with the clinics' settings, a folder a clinic with its files (enrolments, follow-ups,
    treatments, imaging, rehabilitation, events, screening; late files, corrections, gaps, files sent twice, mistakes),
    manifest.csv (file, clinic, received_at) and truth.csv, which names every mistake that was planted.

    Scores, return to sport, strength and the rest follow the published figures of van der Made 2022, per arm.
    """
    if (until - since).days < PER_PATIENT_DAYS:
        raise UsageError("--until must lie at least 60 days after --since.", "Choose a longer period.")
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty.", "Choose a new folder; nothing is overwritten.")
    from pipelines.synthetic.generation import generate as write

    summary = write(folder, clinics, patients, seed, since.date(), until.date(), every)
    click.echo(f"{summary.files} files of {summary.clinics} synthetic clinics in {folder}: {summary.rows} rows.")
    click.echo(f"{summary.mistakes} mistakes were planted; {folder / 'truth.csv'} names them.")
    click.echo(f"Received from {summary.first_received_at:%Y-%m-%d} to {summary.last_received_at:%Y-%m-%d}.")
