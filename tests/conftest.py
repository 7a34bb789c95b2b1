"""What many tests share: the demonstration's home, made once for all workers and never written to."""

import fcntl
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli import hamreg
from warehouse import keys


@pytest.fixture(scope="session", autouse=True)
def key() -> None:
    """Run every test under the key that the environment names, or under none."""
    keys.use_environment(os.environ)


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home that `hamreg demo` leaves. Read it; whoever writes copies it first."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    home = shared / "demo-home"
    with (shared / "demo-home.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "demo.txt").exists():
            result = CliRunner().invoke(hamreg, ["--home", str(home), "demo"], catch_exceptions=False)
            assert result.exit_code == 0, result.output
            (home / "demo.txt").write_text(result.output, encoding="utf-8")
    return home


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded as their `summary`, from all workers, at the end of the run."""
    reports = [report for reports in terminalreporter.stats.values() for report in reports]
    for report in reports:
        for name, text in getattr(report, "user_properties", ()):
            if name == "summary" and report.when == "call":
                terminalreporter.section(report.nodeid.rpartition("::")[2].replace("_", " "))
                terminalreporter.write_line(str(text))
