"""Which patients a page may show: a clinic its own and those shared with it, a coordinator without a clinic all.

Every page that shows rows asks here; nothing is hidden by leaving it out of a template.
"""

from collections.abc import Mapping
from typing import Any

from pipelines.reports.source import Database, Rows
from warehouse.connection import literal

_IN_CARE = """
exists (
    select 1 from ops.care as care
    where care.patient_id = {table}.patient_id and care.side = {table}.side and care.injury_no = {table}.injury_no
        and care.clinic = {clinic}
)
"""


def in_care(table: str, clinic: str) -> str:
    """The condition that rows of a table with an episode's key are of a clinic's patients; true for '' (all)."""
    return _IN_CARE.format(table=table, clinic=literal(clinic)) if clinic else "true"


def episodes_of(database: Database, clinic: str, patient: str) -> Rows:
    """The episodes of a patient that the clinic may see; none where there is none, or it may not."""
    return database.rows(
        f"select * from registry.episode as episode where episode.patient_id = {literal(patient)} "  # noqa: S608 (literals)
        f"and {in_care('episode', clinic)} order by side, injury_no"
    )


def key_of(row: Mapping[str, Any]) -> tuple[str, int]:
    """Side and number of the injury."""
    return str(row["side"]), int(row["injury_no"])
