"""A chart on Dagster's page is an image in Markdown that holds its own bytes, made of counts per clinic."""

import base64
import re
from pathlib import Path

import pytest

from pipelines.defs.models import describe_lineage
from pipelines.defs.pictures import CHARTS, draw_table
from pipelines.plan import build_plan
from warehouse.connection import reader
from warehouse.layout import Home


@pytest.mark.parametrize("table", CHARTS)
def test_a_table_with_a_chart_shows_an_image_of_its_counts(demo_home: Path, table: str) -> None:
    text = str(draw_table(Home(demo_home), table)["chart"].value)
    found = re.fullmatch(r"!\[[^\]]+\]\(data:image/png;base64,([^)]+)\)", text)
    assert found is not None
    assert base64.b64decode(found[1]).startswith(b"\x89PNG")


@pytest.mark.parametrize("table", CHARTS)
def test_a_chart_counts_every_row_of_its_table_once(demo_home: Path, table: str) -> None:
    whole = "sum(n_done + n_overdue + n_missed + n_open)" if table == "mart.completeness" else "count(*)"
    with reader(Home(demo_home).registry_path) as connection:
        counted = connection.execute(CHARTS[table].sql).fetchall()
        expected = connection.execute(f"select {whole} from {table}").fetchone()
    assert expected == (sum(n for _, _, n in counted),)
    assert {kind for _, kind, _ in counted} <= CHARTS[table].colours.keys()


def test_a_table_without_a_chart_shows_none(demo_home: Path) -> None:
    assert draw_table(Home(demo_home), "mart.one_year") == {}


def test_without_a_snapshot_there_is_nothing_to_draw(tmp_path: Path) -> None:
    assert draw_table(Home(tmp_path), "mart.completeness") == {}


def test_columns_of_the_real_models_lead_to_the_tables_they_rest_on() -> None:
    models = {model.name: model for model in build_plan().models}
    lineage = describe_lineage(models["mart.one_year"])["dagster/column_lineage"].deps_by_column
    assert [(dep.asset_key.to_user_string(), dep.column_name) for dep in lineage["sex"]] == [
        ("registry/episode", "sex")
    ]
    assert describe_lineage(models["mart.patient_benchmark"]) == {}
