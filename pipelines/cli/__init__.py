"""The command `hamreg`: which command lives in which module, and how errors end one.

A command's module loads when the command is called, so that reading a snapshot never pays for validating a file.
"""

import atexit
import gc
import importlib
import os
import sys

import click

from pipelines.errors import RegistryError
from pipelines.journal import FORMATS, LEVELS, configure
from warehouse import keys
from warehouse.disk import TroubleTold

# command -> (module of pipelines.cli, what `hamreg --help` says of it). The module has the click command by that name.
COMMANDS = {
    "init": ("home", "Make a registry home."),
    "clinic": ("home", "Add and list clinics."),
    "config": ("home", "Check registry.toml."),
    "ids": ("home", "Hand out patient numbers with a check character."),
    "template": ("template", "Write a form's template for a clinic."),
    "check": ("intake", "Check files before sending; needs no home and no network."),
    "submit": ("intake", "Hand files in to the inbox."),
    "run": ("run", "Load what waits, derive a new snapshot, publish it."),
    "status": ("snapshot", "What changed, what waits, what needs you."),
    "overdue": ("snapshot", "Who is overdue for which visit, and since when."),
    "benchmark": ("benchmark", "One patient beside the study, both arms."),
    "counsel": ("counsel", "Before treatment: what the study found, both arms side by side."),
    "report": ("report", "A page to print: the registry's annual report, or one clinic's."),
    "query": ("query", "Ask the current snapshot in SQL, read-only."),
    "history": ("history", "What was known of a patient: who sent it, when, in which file and line."),
    "as-of": ("history", "Ask in SQL what the registry knew on an earlier day."),
    "undo": ("decision", "Undo one submission; what it replaced comes back."),
    "share": ("decision", "Let another clinic see and send for an episode."),
    "questions": ("question", "Open questions to the clinics, in words."),
    "confirm": ("question", "Record a clinic's yes, that is so."),
    "duplicates": ("decision", "List pairs that may be one person."),
    "link": ("decision", "Say that two numbers are one person."),
    "withdraw": ("withdrawal", "Record that a patient withdraws, or erase one."),
    "key": ("key", "Encrypt what the home holds, and hand out a release's key."),
    "export": ("export", "Everything held on one patient, in one file."),
    "log": ("log", "Who did what, and who looked at which patient."),
    "digest": ("digest", "What needs whom, and since when; by mail too."),
    "release": ("release", "Cut a release from the current snapshot."),
    "dictionary": ("dictionary", "Write the data dictionary."),
    "mapping": ("mapping", "Draft, check and list how a clinic's own export is read."),
    "generate": ("generate", "Write a synthetic registry's submissions."),
    "demo": ("demo", "The whole pipeline on the example submissions."),
    "audit": ("audit", "Why the last snapshot was discarded, and the rows that broke it."),
    "backup": ("backup", "Write the whole home to one file, and check it."),
    "restore": ("backup", "Make a home of a backup; who was erased since stays erased."),
    "doctor": ("doctor", "Look the registry home over and say how to mend it."),
    "serve": ("serve", "Serve the clinics' pages: upload, findings, who is due, benchmarks."),
    "user": ("user", "Say who may sign in to the pages."),
    "dev": ("dev", "Open the Dagster page on this home."),
    "up": ("dev", "Keep the registry running: Dagster's daemon and its page."),
}


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is asked for."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a disk that is full or closed is told like every other error."""
        with TroubleTold():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order a newcomer meets them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, its module imported now; None where there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"pipelines.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List commands from the table above, without importing their modules."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="hamreg", prog_name="hamreg", message="%(prog)s %(version)s")
@click.option(
    "--home",
    envvar="HAMREG_HOME",
    default="registry-home",
    show_default=True,
    help="The registry home. HAMREG_HOME sets it too.",
)
@click.option("--log-level", type=click.Choice(list(LEVELS)), help="Say what is done, on standard error. [warning]")
@click.option("--log-format", type=click.Choice(FORMATS), help="For a person, or a line of JSON each. [console]")
@click.pass_context
def hamreg(ctx: click.Context, home: str, log_level: str | None, log_format: str | None) -> None:
    """A longitudinal outcome registry for proximal hamstring tendon avulsions.

    Clinics hand in files, a run loads them and derives a snapshot, and each patient stands beside a published study.

    \b
    Start here:  hamreg demo              the whole pipeline on examples
                 hamreg check FILE        what is wrong with a file, before it is sent
                 hamreg status            what the registry knows this morning

    Exit codes: 0 ok, 1 findings or a failed audit, 2 usage, 3 unreadable file, 4 home, lock or schema, 5 release gate.
    """
    os.umask(0o077)  # whatever is written is for the owner alone
    configure(os.environ, log_level, log_format)
    keys.use_environment(os.environ)
    ctx.obj = home


def main() -> None:
    """Run the command; a registry error becomes one message, its remedy and its exit code."""
    # A process that ends has the collector look all objects over, those of every library too, and gives the memory back
    # anyway: a quarter of what a file that is checked takes.
    atexit.register(gc.freeze)
    try:
        hamreg.main(standalone_mode=True)
    except RegistryError as error:
        click.echo(f"hamreg: {error.message}", err=True)
        if error.remedy:
            click.echo(f"        {error.remedy}", err=True)
        sys.exit(error.exit_code)
