"""The computed models as the warehouse takes them: documented columns, unique grains, checks that hold."""

import duckdb
import pyarrow as pa
import pytest

from pipelines.benchmark.catalogue import computed_models
from tests.support.benchmark_frames import CONSERVATIVE, NOT_YET, episodes, follow_ups, reference, schedules, strengths
from warehouse.model import ComputedModel

MODELS = {model.name: model for model in computed_models()}
TABLES = {
    "mart.one_year": episodes({}, CONSERVATIVE, NOT_YET, {"phat_total": 97.0}, {"sport_level": "elite"}).to_arrow(),
    "registry.follow_up": follow_ups({"phat_total": 55.0}).to_arrow(),
    "mart.strength": strengths({"strength_prone_0_90_percent": 70.0}).to_arrow(),
    "reference.outcome": reference().to_arrow(),
    "registry.schedule": schedules({"visit": "month_6", "status": "done"}).to_arrow(),
}
NO_ROWS = {name: table.slice(0, 0) for name, table in TABLES.items()}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_every_column_is_documented_and_every_text_has_its_column(model: ComputedModel) -> None:
    assert model.compute(TABLES).column_names == list(model.columns)
    assert all(text.endswith(".") for text in model.columns.values())


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_the_grain_is_unique_and_the_checks_hold(model: ComputedModel) -> None:
    handed_in = model.compute(TABLES)
    connection = duckdb.connect()
    connection.register("handed_in", handed_in)
    key = ", ".join(model.grain)
    assert handed_in.num_rows > 0
    assert connection.sql(f"select {key} from handed_in group by all having count(*) > 1").fetchall() == []
    for check in model.checks:
        assert connection.sql(f"select {key} from handed_in where not ({check})").fetchall() == []


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_an_empty_registry_gives_the_same_columns(model: ComputedModel) -> None:
    handed_in: pa.Table = model.compute(NO_ROWS)
    assert handed_in.column_names == list(model.columns)


def test_arrow_has_nothing_to_complain_of(capfd: pytest.CaptureFixture[str]) -> None:
    connection = duckdb.connect()
    for model in MODELS.values():
        connection.register("handed_in", model.compute(TABLES))
        connection.execute("create or replace table made as select * from handed_in")
    assert capfd.readouterr().err == ""
