"""Files whose dates were moved on purpose, held against the dates that the facts hold."""

import polars as pl

from pipelines.intake.date_shift import ENOUGH_PATIENTS, count_shifted, dated_forms, sent_dates
from pipelines.intake.intake import Intake
from pipelines.intake.verdict import Verdict
from warehouse.known_dates import read_known_dates


def n_shifted(intake: Intake, verdict: Verdict) -> int:
    """How many patients of a verdict have every known date moved by one constant each."""
    forms = intake.dictionary.forms
    dated = dated_forms(intake.dictionary)
    parts = [sent_dates(section, forms[section.form]) for section in verdict.sections if section.form in dated]
    sent = pl.concat(parts) if parts else pl.DataFrame({"patient_id": []})
    if sent["patient_id"].n_unique() < ENOUGH_PATIENTS:
        return 0
    patients = sent.select(pl.col("patient_id").unique()).to_arrow(compat_level=pl.CompatLevel.oldest())
    return count_shifted(sent, pl.DataFrame(read_known_dates(intake.connection, dated, patients)))
