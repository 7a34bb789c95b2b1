"""`hamreg report` on a filled home: a page a clinic in its own language, the registry's in the one asked for."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli import hamreg
from pipelines.settings import read_settings


@pytest.mark.parametrize(
    ("options", "language"), [((), "en"), (("--language", "de"), "de"), (("--clinic", "BRG"), None)]
)
def test_a_report_stands_alone_in_its_language(
    demo_home: Path, tmp_path: Path, options: tuple[str, ...], language: str | None
) -> None:
    file = tmp_path / "report.html"
    arguments = ["--home", str(demo_home), "report", *options, "--html", str(file)]
    result = CliRunner().invoke(hamreg, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    expected = language or read_settings(demo_home / "registry.toml").clinics["BRG"].language
    page = file.read_text(encoding="utf-8")
    assert f'<html lang="{expected}">' in page
    assert "<script" not in page
    assert 'src="' not in page
