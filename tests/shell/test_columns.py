"""Dagster's page shows the columns of the snapshot: name, type and words."""

from pathlib import Path

import dagster as dg
import duckdb

from pipelines.defs.columns import read_columns
from pipelines.defs.resources import Registry
from pipelines.defs.wiring import build_definitions
from pipelines.settings import Settings
from tests.support.fake_registry import PLAN
from warehouse.layout import Home


def test_without_a_snapshot_no_columns_are_shown(tmp_path: Path) -> None:
    assert read_columns(Home(tmp_path)) == {}


def test_columns_are_those_of_the_snapshot(home: Home) -> None:
    home.current.mkdir()
    with duckdb.connect(str(home.registry_path)) as connection:
        connection.execute("create table episode (patient_id varchar, n_visits integer)")
        connection.execute("comment on column episode.n_visits is 'Visits that were due.'")
    graph = build_definitions(Registry(home), Settings(), PLAN).resolve_asset_graph()
    schema = graph.get(dg.AssetKey(["registry", "episode"])).metadata["dagster/column_schema"]
    assert schema.columns == [
        dg.TableColumn("patient_id", "varchar"),
        dg.TableColumn("n_visits", "integer", "Visits that were due."),
    ]
