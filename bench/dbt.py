"""The same SQL models as a dbt project, run by dbt-core with dbt-duckdb in a venv of their own.

dbt's audits are left out; facts, seeds and the clock are laid into one database file before, untimed.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench.place import LATER, Place

PACKAGES = ("dbt-core<1.12", "dbt-duckdb", "duckdb==1.5.5")
PROJECT = """name: registry
profile: registry
model-paths: [models]
models: {registry: {+materialized: table}}
flags: {send_anonymous_usage_stats: false}
"""
PROFILE = """registry:
  target: bench
  outputs:
    bench: {{type: duckdb, path: "{path}", threads: 2, attach: [{{path: "{given}", alias: given, read_only: true}}]}}
"""
SCHEMA_AS_WRITTEN = "{% macro generate_schema_name(name, node) %}{{ name or target.schema }}{% endmacro %}"


def project(place: Place) -> Callable[[], object]:
    """Write the project anew and make the venv where it is not there; nothing is timed."""
    from pipelines.plan import SQL_FOLDER
    from warehouse.model import read_models

    _make_venv(place.folder.parent / "dbt-venv")
    folder = place.fresh("dbt")
    given = _lay_inputs(place)
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "profiles.yml").write_text(PROFILE.format(path=folder / "registry.duckdb", given=given))
    (folder / "macros").mkdir()
    (folder / "macros" / "schema.sql").write_text(SCHEMA_AS_WRITTEN)
    models = read_models(SQL_FOLDER)
    names = "|".join(re.escape(model.name) for model in models)
    (folder / "models").mkdir()
    for model in models:
        layer, _, table = model.name.partition(".")
        text = re.sub(rf"(?<![\w.])({names})\b", lambda found: f"{{{{ ref('{_flat(found[1])}') }}}}", model.query)
        text = re.sub(r"(?<![\w.])(facts|seeds|dictionary)\.(\w+)", r"given.\1.\2", text)
        text = re.sub(r"(?<![\w.])ops\.known\b", "given.ops.known", text)
        config = f"{{{{ config(schema='{layer.replace('registry', 'main')}', alias='{table}') }}}}\n"
        (folder / "models" / f"{_flat(model.name)}.sql").write_text(config + text)
    return lambda: None


def _flat(name: str) -> str:
    return name.replace(".", "__")


def _lay_inputs(place: Place) -> Path:
    """One file with facts, seeds, the dictionary's tables and the clock: what the models read and do not make."""
    from pipelines.plan import build_plan
    from warehouse.connection import open_memory
    from warehouse.derive import write_arrow
    from warehouse.known import expose_facts, load_seeds, set_known

    plan, path = build_plan(), place.folder / "given.duckdb"
    if path.exists():
        return path
    with open_memory() as connection:
        expose_facts(connection, place.home("loaded").facts_path, LATER)
        load_seeds(connection, plan.seeds)
        connection.execute(f"attach '{path}' as given; use given")
        for schema in ("facts", "seeds", "ops", *{name.split(".")[0] for name in plan.records}):
            connection.execute(f"create schema if not exists {schema}")
        tables = connection.execute(
            "select database_name, table_name from (select database_name, table_name from duckdb_tables() union all "
            "select database_name, view_name from duckdb_views()) where database_name in ('facts', 'seeds')"
        ).fetchall()
        for database, table in tables:
            connection.execute(f"create table given.{database}.{table} as from {database}.main.{table}")
        for name, records in plan.records.items():
            write_arrow(connection, name, records)
        set_known(connection, LATER, LATER.date())
    return path


def _make_venv(path: Path) -> None:
    if (path / "bin" / "dbt").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", str(path)], check=True)
    pip = [str(path / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
    subprocess.run(pip, check=True)
