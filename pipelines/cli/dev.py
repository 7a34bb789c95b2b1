"""Commands that open the registry in Dagster: `dev` for a person at work, `up` for a server."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from types import FrameType

import click

from pipelines.cli.context import open_home
from pipelines.defs.instance_settings import ROOT, made_mark, write_instance_settings, write_workspace
from warehouse.layout import Home
from warehouse.sealed import require_key

HOST = "127.0.0.1"
USUAL_PORT = 3000
PRIVATE_UMASK = 0o077
STOP_SECONDS = 20.0
LOOK_SECONDS = 0.2
GRPC_TIMEOUT_SECONDS = "300"  # on a busy machine a run's process needs more than the usual minute to start
QUIET = ("-W", "ignore::FutureWarning", "-W", "ignore::DeprecationWarning")  # what Dagster says of itself

PORT = click.option("--port", type=click.IntRange(1024, 65535), help="[default: 3000, or one that is free]")


@click.command("dev")
@PORT
@click.pass_obj
def dev_command(path: str, port: int | None) -> None:
    """Open the Dagster page on this home: assets, checks, runs, with sensor and schedules going. Stop with Ctrl-C."""
    home, port = _prepare(path), port or free_port()
    _announce(home, port)
    command = [*_module("dagster"), "dev", *_workspace(home), "-h", HOST, "-p", str(port), "--log-level", "warning"]
    sys.exit(supervise([command], environment(home)))


@click.command("up")
@PORT
@click.option("--only", type=click.Choice(["daemon", "page"]), help="One of the two, for a server that runs both.")
@click.pass_obj
def up_command(path: str, port: int | None, only: str | None) -> None:
    """Keep the registry running: Dagster's daemon (sensor, schedules) and its page. Ends when one of them ends."""
    home, port = _prepare(path), port or free_port()
    commands = {
        "daemon": [*_module("dagster._daemon"), "run", *_workspace(home)],
        "page": [*_module("dagster_webserver"), *_workspace(home), "-h", HOST, "-p", str(port)],
    }
    if only != "daemon":
        _announce(home, port)
    sys.exit(supervise([command for name, command in commands.items() if only in (None, name)], environment(home)))


def environment(home: Home) -> Mapping[str, str]:
    """What Dagster's processes read: where the home is, and to keep to themselves."""
    return {
        **os.environ,
        "DAGSTER_HOME": str(home.dagster.resolve()),
        "HAMREG_HOME": str(home.path.resolve()),
        "DAGSTER_GRPC_TIMEOUT_SECONDS": GRPC_TIMEOUT_SECONDS,
        "DAGSTER_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "1",
    }


def free_port() -> int:
    """The usual port, or any that is free."""
    for port in (USUAL_PORT, 0):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((HOST, port))
            except OSError:
                continue
            return int(listener.getsockname()[1])
    raise AssertionError("port 0 is always free")


def supervise(commands: Sequence[Sequence[str]], environment: Mapping[str, str]) -> int:
    """Run the processes until one ends or we are told to stop, then end them all; gives the exit code."""
    processes = [subprocess.Popen(command, env=environment, cwd=ROOT, umask=PRIVATE_UMASK) for command in commands]  # noqa: S603
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        while all(process.poll() is None for process in processes):
            time.sleep(LOOK_SECONDS)
        return next((process.returncode for process in processes if process.returncode), 0)
    except KeyboardInterrupt:
        return 0
    finally:
        _end(processes)


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS
    for process in processes:
        try:
            process.wait(timeout=max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _prepare(path: str) -> Home:
    """A home with Dagster's settings and databases in it, made by this process alone."""
    home = open_home(path)
    require_key(home)
    write_instance_settings(home)
    if not made_mark(home).exists():
        from pipelines.defs.instance import open_instance

        with open_instance(home):
            pass
    return home


def _announce(home: Home, port: int) -> None:
    click.echo(f"Registry {home.path} opens at http://{HOST}:{port} (Ctrl-C ends it).", err=True)


def _workspace(home: Home) -> tuple[str, str]:
    return "-w", str(write_workspace(home).resolve())


def _module(name: str) -> list[str]:
    return [sys.executable, *QUIET, "-m", name]
