"""A home with a few small models and one form, `visit`, for tests of the warehouse."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from warehouse import ledger
from warehouse.connection import reader, writer
from warehouse.derive import Derivation, Plan
from warehouse.layout import Home
from warehouse.model import read_audits, read_models
from warehouse.records import FormTable, SectionRecord, SubmissionRecord
from warehouse.snapshots import publish

VISIT = FormTable("visit", (("patient_id", "varchar"), ("seen_on", "date")), (("score", "double"),))
EMPTY = pa.table({"line": pa.array([], pa.int32())})
TEXTS = {"patient_id": "Pseudonym.", "seen_on": "Day of the visit.", "score": "Score, 0 to 100.", "n": "How many."}
MODELS = {
    "ops/visit_version": """/* Every visit as sent.

grain: submission, line
*/
select
    visit.submission,  -- Submission id.
    visit.line,        -- Line of the file.
    visit.received_at, -- When it came.
    visit.patient_id,
    visit.seen_on,
    visit.score,
    lead(visit.received_at) over again as superseded_at  -- When the next one came.
from facts.visit as visit
window again as (partition by visit.patient_id, visit.seen_on order by visit.submission)
""",
    "registry/visit": """/* The last word on each visit.

grain: patient_id, seen_on
checks:
  - score between 0 and 100
*/
select
    version.patient_id,
    version.seen_on,
    arg_max(version.score."value", version.submission) as score
from ops.visit_version as version
group by version.patient_id, version.seen_on
""",
    "registry/label": """/* Labels from the seeds.

grain: code
*/
select
    label.code,            -- The code.
    label.label as words   -- Its words.
from seeds.label as label
""",
    "mart/total": """/* How many visits there are on the day of the snapshot.

grain: one row
*/
select
    count(*) as n,
    (select known.today from ops.known as known) as today  -- The day.
from registry.visit as visit
""",
}


class VisitRegistry:
    """A home with a few models and one form, `visit`."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "home")
        self.home.create()
        self.sql = folder / "sql"
        (self.sql / "seeds" / "reference").mkdir(parents=True)
        (self.sql / "seeds" / "label.csv").write_text("code,label\na,Ä thing\nb,\n", encoding="utf-8")
        for name in ("one", "two"):
            (self.sql / "seeds" / "reference" / f"{name}.csv").write_text(f"study,value\n{name},1.5\n")
        for name, text in MODELS.items():
            self.write(name, text)
        with writer(self.home, "test") as connection:
            ledger.ensure_form_tables(connection, [VISIT])

    def write(self, name: str, text: str) -> None:
        path = self.sql / f"{name}.sql"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def send(self, submission: str, on: date, *visits: tuple[str, date, float | None]) -> None:
        rows = [
            {"line": line, "patient_id": patient, "seen_on": seen, "score": {"value": score, "missing": None}}
            for line, (patient, seen, score) in enumerate(visits, 2)
        ]
        at = datetime(on.year, on.month, on.day, 10, tzinfo=UTC)
        record = SubmissionRecord(submission, "AMC", at, at, "visit.csv", submission, 1, "1", "1")
        section = SectionRecord(1, "visit", "", (), 1, 1, 0, 0, 0, 0, pa.Table.from_pylist(rows), EMPTY, EMPTY)
        with writer(self.home, "test") as connection:
            ledger.record(connection, record, [section], settings="{}", dictionary="{}")

    def plan(self, **changes: Any) -> Plan:
        plan = Plan(read_models(self.sql), self.sql / "seeds", read_audits(self.sql / "audits"), {}, TEXTS)
        return replace(plan, **changes)

    def publish(self, on: date = date(2026, 3, 31), **changes: Any) -> Derivation:
        at = datetime(on.year, on.month, on.day, 23, tzinfo=UTC)
        keep = changes.pop("keep", 5)
        return publish(self.home, self.plan(**changes), known_at=at, today=on, keep=keep)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with reader(self.home.registry_path) as connection:
            return connection.execute(sql).fetchall()
