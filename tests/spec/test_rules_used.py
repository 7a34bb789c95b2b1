"""The catalogue and the code that names rules agree: no id is unknown. That each fires is shown in test_rules_fire."""

import re
from pathlib import Path

from schemas.rules import RULES

ROOT = Path(__file__).parents[2]
# The checks of the Pandera models carry these ids, so no code names them.
NAMED_BY_MODELS = {rule.id for rule in RULES if rule.scope == "row"} | {"date_too_early", "text_too_long"}


def text_of(folder: str, *endings: str) -> str:
    paths = sorted(path for path in (ROOT / folder).rglob("*") if path.suffix in endings)
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def test_every_rule_that_sql_asks_is_in_the_catalogue() -> None:
    asked = set(re.findall(r"'([a-z_0-9]+)' as rule\b", text_of("dbt_like_sql", ".sql")))
    assert asked
    assert asked <= {rule.id for rule in RULES if rule.scope == "query"}


def test_every_rule_that_code_finds_is_in_the_catalogue() -> None:
    """A finding of a rule without words would stop its file when the receipt is written."""
    found = set(re.findall(r"""\brule["']?\s*[:=]\s*["']([a-z]+_[a-z_0-9]+)["']""", text_of("pipelines", ".py")))
    assert {"number_rounded", "cell_spreadsheet_error"} <= found
    assert found - {rule.id for rule in RULES} == set()


def test_every_rule_is_named_by_code() -> None:
    code = text_of("pipelines", ".py") + text_of("dbt_like_sql", ".sql")
    named = set(re.findall(r"['\"]([a-z_0-9]+)['\"]", code))
    assert {rule.id for rule in RULES} - named - NAMED_BY_MODELS == set()
