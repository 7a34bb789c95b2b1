"""The annual registry report: who takes part, how complete it is, arms beside the study, clinics beside each other.

It is made for everybody, so all of it is told by `pipelines.release.disclosure`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.release.disclosure import BASE, THRESHOLD, tell_count
from pipelines.reports.arm_section import AT_START, arm_table, equivalences, forests
from pipelines.reports.clinic_section import funnel_section
from pipelines.reports.completeness_section import COLUMNS, run_section, waterfalls
from pipelines.reports.counsel_page import limits_text
from pipelines.reports.difference_section import difference_section, predictor_lines
from pipelines.reports.figure_text import told_count
from pipelines.reports.measure_table import Notes
from pipelines.reports.page import render_page
from pipelines.reports.palette import in_order
from pipelines.reports.registry_rows import RegistryRows
from pipelines.reports.return_section import return_section
from pipelines.reports.source import Row, Rows, Source
from pipelines.reports.study_rows import in_study_order, outcome_visits
from pipelines.reports.told_arms import parts_of, tell_arms
from pipelines.reports.words import Words

ONE_YEAR = "month_12"


def registry_page(rows: RegistryRows, source: Source, words: Words) -> str:
    """Give the report as one HTML page."""
    notes = Notes()
    told = told_arms(rows)
    return render_page(
        "registry.html",
        words,
        source=source,
        notes=notes.texts,
        base=BASE,
        threshold=THRESHOLD,
        enrolled=enrolment(rows, words),
        screened=screening(rows, words),
        waterfall_columns=[words(f"report.{name}") for name in COLUMNS],
        waterfalls=waterfalls(rows, words),
        run=run_section(rows, ONE_YEAR, words, "run"),
        studies=[_study(rows, told, study, words, notes) for study in studies_of(told)],
        curve=return_section(rows, words, "return"),
        predictors=predictor_lines(rows["predictors"], words, is_synthetic=source.is_synthetic),
    )


def told_arms(rows: RegistryRows) -> Rows:
    """The arms' rows as they may be told, by what each clinic could subtract."""
    return tell_arms(rows["arms"], parts_of([*rows["clinics"], *rows["baselines"]]))


def studies_of(rows: Sequence[Row]) -> list[str]:
    """The studies beside the registry."""
    return in_study_order(rows)


def enrolment(rows: RegistryRows, words: Words) -> list[dict[str, str]]:
    """Episodes by arm, and how many of the conservative were operated later."""
    found = []
    for arm in in_order([row["arm"] for row in rows["enrolled"]]):
        own = rows.of("enrolled", arm=arm)
        crossed = tell_count([row["n_crossed_over"] for row in own]) if arm == "conservative" else 0
        name = words.code("arm", arm)
        found.append({"code": arm, "arm": name, "n": _told([row["n"] for row in own], words)})
        found[-1]["crossed"] = told_count(crossed, words) if arm == "conservative" else ""
    return found


def screening(rows: RegistryRows, words: Words) -> list[dict[str, str]]:
    """Patients found eligible, and what became of them, as the clinics' months of screening say."""
    names = ("n_eligible", "n_enrolled", "n_declined", "n_missed")
    return [
        {"label": words(f"report.screening_{name}"), "n": _told([row[name] for row in rows["screened"]], words)}
        for name in names
    ]


def _told(counts: Sequence[int], words: Words) -> str:
    return told_count(tell_count(counts), words)


def _study(rows: RegistryRows, told: Rows, study: str, words: Words, notes: Notes) -> Mapping[str, Any]:
    own = [row for row in told if row["study"] == study]
    start = [row for row in own if row["timepoint"] == "baseline" and row["measure"] in AT_START]
    return {
        "name": words.code("study", study),
        "limits": limits_text(study, people_of(rows.of("arms", study=study)), words),
        "start": arm_table(start, words, notes),
        "visits": [_visit(rows, own, (study, visit), words, notes) for visit in outcome_visits(map(place_of, own))],
    }


def _visit(rows: RegistryRows, own: Rows, place: tuple[str, str], words: Words, notes: Notes) -> Mapping[str, Any]:
    """What the registry found at one visit beside one study; `place` is (study, visit)."""
    where = dict(zip(("study", "timepoint"), place, strict=True))
    start = [row for row in own if row["timepoint"] == "baseline"]
    here, name = [row for row in own if row["timepoint"] == place[1]], "-".join(place).replace("_", "-")
    return {
        "visit": words.code("visit", place[1]),
        "outcomes": arm_table(here, words, notes),
        "forests": forests(here, words, name),
        "equivalences": equivalences(here, words),
        "difference": difference_section(rows, start, where, words, f"{name}-difference"),
        "funnel": funnel_section(rows.of("clinics", **where), rows.of("arms", **where), words, f"{name}-funnel"),
    }


def place_of(row: Row) -> tuple[str, str]:
    """The timepoint and the measure of a figure."""
    return row["timepoint"], row["measure"]


def people_of(rows: Sequence[Row]) -> int:
    """How many people a study had: the largest n of each arm."""
    sizes: dict[str, int] = {}
    for row in rows:
        sizes[row["arm"]] = max(sizes.get(row["arm"], 0), row["reference_n"] or 0)
    return sum(sizes.values())
