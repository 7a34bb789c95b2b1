"""`hamreg backup` and `hamreg restore`: the whole home in one file, and back again."""

from pathlib import Path

import click

from pipelines.cli.context import actor, now, read_home
from pipelines.cli.progress import shown_progress
from pipelines.errors import UsageError
from warehouse.backup import Manifest
from warehouse.layout import Home


@click.command("backup")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--check", "file", type=click.Path(dir_okay=False, path_type=Path), help="Only read this backup.")
@click.pass_obj
def backup_command(path: str, /, folder: Path | None, file: Path | None) -> None:
    """Write the whole home to one file in DIR (else `backups/` of the home), and read that file to its end.

    Facts, archive, receipts, what waits, releases, settings and logs are in it; snapshots are derived again. Where a
    key is set the file is as unreadable without it as the home is. Put it where this disk is not: a disk that dies
    takes a backup beside the home along. An erasure reaches `backups/` alone; delete older copies elsewhere yourself.
    """
    from pipelines.backup import make_backup
    from warehouse.backup import check_backup

    with shown_progress() as progress:
        if file is not None:
            click.echo(f"{file} is sound: {_told(check_backup(file))}.")
            return
        home, _ = read_home(path)
        target, manifest = make_backup(home, folder or home.backups, actor(), now(), progress)
    click.echo(f"Wrote {target} ({target.stat().st_size / 1e6:,.1f} MB), and read it back: {_told(manifest)}.")
    if folder is None:
        click.echo("It lies on the same disk as the registry: copy it elsewhere, or name a folder: hamreg backup DIR")
    click.echo(f"Back again: hamreg --home FOLDER restore {target}")


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", "is_replacing", is_flag=True, help="Move the home that is there aside; it is kept.")
@click.pass_obj
def restore_command(path: str, /, file: Path, is_replacing: bool) -> None:
    """Make the home of the backup FILE, then derive its snapshot. A home that is there is never written over.

    With --replace it gets another name, and patients erased in it since the backup are erased again. Without a home to
    replace, nobody knows of later erasures: keep the old home's `tombstones.jsonl`.
    """
    from pipelines.backup import restore_home

    if not file.exists():
        raise UsageError(f"There is no backup {file}.", "`hamreg backup DIR` writes one, and says where.")
    with shown_progress() as progress:
        restored = restore_home(file, Home(Path(path)), actor(), now, is_replacing, progress)
    click.echo(f"Restored {path}, with a new snapshot: {_told(restored.manifest)}.")
    if restored.n_erased:
        click.echo(f"{restored.n_erased} erased numbers stay erased.")
    if restored.aside:
        click.echo(f"The home that was there is now {restored.aside}. Remove it when nothing is missed.")
    click.echo("Next: hamreg doctor; hamreg status")


def _told(manifest: Manifest) -> str:
    made_at = manifest.made_at[:16].replace("T", " ")
    return f"{manifest.n_submissions:,} submissions, {len(manifest.files):,} files, made {made_at} UTC"
