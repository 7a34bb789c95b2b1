"""The command that serves the registry's pages. It executes `python -m portal`: nothing here imports the portal."""

import os
import sys

import click

from pipelines.cli.context import open_home
from warehouse.sealed import require_key


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(1024, 65535), default=8000, show_default=True, help="The port.")
@click.option("--https", is_flag=True, help="A proxy before it speaks HTTPS: cookies go over that alone.")
@click.pass_obj
def serve_command(path: str, /, host: str, port: int, https: bool) -> None:
    """Serve the pages where clinics upload, see what is wrong and who is due. Stop with Ctrl-C.

    It needs no lock: it reads the current snapshot and hands files in, while runs go on. On a network, put a proxy
    that speaks HTTPS before it and say --https.
    """
    home = open_home(path)
    require_key(home)
    if host not in ("127.0.0.1", "localhost", "::1") and not https:
        click.echo("Passwords would cross the network in the open: put a proxy with HTTPS before it.", err=True)
    click.echo(f"Registry {home.path} opens at http://{host}:{port} (Ctrl-C ends it).", err=True)
    program = [sys.executable, "-m", "portal", "--home", str(home.path), "--host", host, "--port", str(port)]
    os.execv(sys.executable, [*program, *(["--https"] if https else [])])  # noqa: S606 (our own module, no shell)
