"""Commands for the registry's key: make one, put the home under it, open what it sealed, hand out a release's."""

import os
import sys
from pathlib import Path

import click

from pipelines.accountability.log import LOOK, record
from pipelines.cli.context import actor, now, open_home, write_output
from pipelines.errors import UsageError
from warehouse import keys


@click.group("key")
def key_command() -> None:
    """Encrypt what the home holds of patients: facts, snapshots, releases, archive, inbox, outbox.

    The key lies in a file outside the home, which HAMREG_KEY_FILE names for every command and service. Whoever loses
    it loses the registry: keep a copy on paper or in a safe.
    """


@key_command.command("new")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def new_key(path: str, file: Path) -> None:
    """Write a new key to FILE, before the keys it holds already: the first seals, every one opens."""
    if Path(path).resolve() in file.resolve().parents:
        raise UsageError("A key inside the home protects nothing.", "Name a file elsewhere, on another disk or medium.")
    older = keys.read_key_file(file) if file.exists() else ()
    key = keys.write_key_file(file, older)
    click.echo(f"Wrote key {key.fingerprint.hex()} to {file}, open to you alone. Keep a copy where this disk is not.")
    click.echo(f"Next: export {keys.VARIABLE}={file.resolve()}; hamreg key apply")


@key_command.command("apply")
@click.pass_obj
def apply_key(path: str) -> None:
    """Bring every file of the home under the first key. Killed half way, run it again.

    Exit code 1: a release is not as it was cut, and stays as it is.
    """
    from pipelines.protection import protect_home

    home = open_home(path)
    done = protect_home(home)
    record(home, actor(), "key", now(), key=keys.known()[0].fingerprint.hex(), n_files=done.n_files)
    click.echo(f"{done.n_files:,} files were encrypted; everything the home holds of patients is under the key.")
    if done.damaged_releases:
        click.echo(f"Not so {', '.join(done.damaged_releases)}: changed since cut. hamreg release verify ID", err=True)
        sys.exit(1)


@key_command.command("release")
@click.argument("release_id")
@click.pass_obj
def show_release_key(path: str, release_id: str) -> None:
    """Print the key of one release, for whoever may open it. It opens nothing else."""
    from pipelines.release.publication import read_release

    home = open_home(path)
    read_release(home, release_id)
    secret = keys.release_secret(release_id)
    if secret is None:
        raise UsageError("Releases are plain: no key is set.", "duckdb -readonly opens them.")
    record(home, actor(), "key", now(), release=release_id)
    click.echo(secret)


@key_command.command("open")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file to write. [default: standard output]")
@click.pass_obj
def open_sealed(path: str, file: Path, output: Path | None) -> None:
    """Give the content of a sealed FILE of the home: a receipt, an archived file, a fault of the program."""
    from warehouse.sealed import read_sealed

    home = open_home(path)
    if not file.is_file() or home.path.resolve() not in file.resolve().parents:
        raise UsageError(f"{file} is no file of this home.", "Such as registry-home/outbox/AMC/<id>/receipt.html")
    name = file.resolve().relative_to(home.path.resolve())
    content = read_sealed(file)
    record(home, actor(), LOOK, now(), command="key open", file=os.fspath(name))
    write_output(content, output, f"Wrote {output}.")
