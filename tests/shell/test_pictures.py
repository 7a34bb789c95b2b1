"""A chart on Dagster's page is an image in Markdown that holds its own bytes, made of counts per clinic."""

import base64
import re
from pathlib import Path

from pipelines.defs.models import describe_lineage
from pipelines.defs.pictures import draw_table
from pipelines.plan import build_plan
from warehouse.layout import Home


def test_completeness_has_a_chart_and_other_tables_have_none(demo_home: Path) -> None:
    text = str(draw_table(Home(demo_home), "mart.completeness")["chart"].value)
    found = re.fullmatch(r"!\[[^\]]+\]\(data:image/png;base64,([^)]+)\)", text)
    assert found is not None
    assert base64.b64decode(found[1]).startswith(b"\x89PNG")
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
