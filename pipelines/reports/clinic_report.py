"""A clinic's report, for that clinic: its own figures exactly, beside the registry's as they may be told to it.

Its peers are unnamed and rounded, so that subtracting its own patients finds nobody.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.release.disclosure import BASE, THRESHOLD
from pipelines.reports.arm_section import in_reading_order, label_of
from pipelines.reports.clinic_section import funnel_section
from pipelines.reports.completeness_section import COLUMNS, run_section, waterfalls
from pipelines.reports.counsel_page import limits_text
from pipelines.reports.figure_text import SHARES, registry_text
from pipelines.reports.finding_lines import finding_lines
from pipelines.reports.measure_table import Notes, figure_text
from pipelines.reports.page import render_page
from pipelines.reports.palette import in_order
from pipelines.reports.registry_report import people_of, place_of, studies_of, told_arms
from pipelines.reports.registry_rows import RegistryRows
from pipelines.reports.source import Row, Rows, Source
from pipelines.reports.study_rows import outcome_visits
from pipelines.reports.told_arms import key_of
from pipelines.reports.words import Words

ONE_YEAR = "month_12"
FINDINGS_SHOWN = 8


def clinic_page(rows: RegistryRows, clinic: str, name: str, source: Source, words: Words) -> str:
    """Give the report of one clinic as an HTML page."""
    notes = Notes()
    told = told_arms(rows)
    findings = rows.of("findings", clinic=clinic)
    return render_page(
        "clinic.html",
        words,
        source=source,
        clinic=clinic,
        name=name,
        notes=notes.texts,
        base=BASE,
        threshold=THRESHOLD,
        enrolled=_enrolled(rows, clinic, words),
        waterfall_columns=[words(f"report.{column}") for column in COLUMNS],
        waterfalls=waterfalls(rows, words, clinic),
        run=run_section(rows, ONE_YEAR, words, "run", clinic),
        registry_run=run_section(rows, ONE_YEAR, words, "registry-run"),
        overdue=[{"visit": words.code("visit", r["visit"]), "n": r["n"]} for r in rows.of("overdue", clinic=clinic)],
        findings=finding_lines(findings[:FINDINGS_SHOWN], words),
        n_more_findings=sum(row["n"] for row in findings[FINDINGS_SHOWN:]),
        n_questions=sum(row["n"] for row in rows.of("questions", clinic=clinic)),
        studies=[_study(rows, told, study, clinic, words, notes) for study in studies_of(told)],
    )


def _enrolled(rows: RegistryRows, clinic: str, words: Words) -> list[dict[str, Any]]:
    own = {row["arm"]: row for row in rows.of("enrolled", clinic=clinic)}
    return [{**own[arm], "arm_name": words.code("arm", arm)} for arm in in_order(list(own))]


def _study(rows: RegistryRows, told: Rows, study: str, clinic: str, words: Words, notes: Notes) -> Mapping[str, Any]:
    visits = outcome_visits(place_of(row) for row in told if row["study"] == study)
    return {
        "name": words.code("study", study),
        "limits": limits_text(study, people_of(rows.of("arms", study=study)), words),
        "visits": [_visit(rows, told, {"study": study, "timepoint": v}, clinic, words, notes) for v in visits],
    }


def _visit(
    rows: RegistryRows, told: Rows, where: Mapping[str, str], clinic: str, words: Words, notes: Notes
) -> Mapping[str, Any]:
    """What the clinic found at one visit beside one study; `where` names them."""
    own, clinics = rows.of("clinics", clinic=clinic, **where), rows.of("clinics", **where)
    name = "-".join([*where.values(), "funnel"]).replace("_", "-")
    funnel = funnel_section(clinics, rows.of("arms", **where), words, name, clinic)
    return {
        "visit": words.code("visit", where["timepoint"]),
        "outcomes": _outcomes(own, told, words, notes),
        "funnel": funnel,
        "verdict": verdict_texts(own, words, is_told=funnel is not None),
    }


def _outcomes(own: Sequence[Row], told: Rows, words: Words, notes: Notes) -> list[dict[str, Any]]:
    """Give a line an outcome and arm: the clinic exactly, the registry as told, the study as printed."""
    registry = {key_of(row): row for row in told}
    here = [row for row in own if row["arm"] != "all" and key_of(row) in registry]
    lines = []
    for row in in_reading_order(here):
        theirs = registry[key_of(row)]
        percent = row["follow_up_percent"]
        lines.append(
            {
                "label": label_of(row, words),
                "code": row["arm"],
                "arm": words.code("arm", row["arm"]),
                "own": own_text(row, theirs["statistic"], words),
                "n": row["n"],
                "follow_up": "" if percent is None else f"{percent:.0f} %",
                "registry": registry_text(theirs, words),
                "study": figure_text(theirs, words, "brief"),
                "notes": notes.number(theirs),
            }
        )
    return lines


def own_text(row: Row, statistic: str, words: Words) -> str:
    """The clinic's own figure, exactly; a mean or share of few people says so."""
    if row["observed"] is None:
        return words("figure.none")
    if statistic in SHARES:
        return words("brief.count", k=row["n_events"], n=row["n"], percent=round(100 * row["observed"]))
    return f"{row['observed']:.1f}"


def verdict_texts(own: Sequence[Row], words: Words, *, is_told: bool) -> dict[str, str] | None:
    """Say where the clinic stands in the funnel, with the arm in the model too, and what the missing could change.

    Only where the funnel is told: what the missing could change follows from the registry's mean.
    """
    phat = [r for r in own if (r["measure"], r["arm"]) == ("phat_total", "all")]
    if not phat or phat[0]["verdict"] is None:
        return None
    row = phat[0]
    if row["verdict"] == "too_few":
        return {"plain": words.count("report.verdict_too_few", row["n_adjusted"]), "missing": "", "model": ""}
    if not is_told:
        return None
    values = {"n": row["n_adjusted"], "value": f"{row['adjusted']:.1f}", "observed": f"{row['observed']:.1f}"}
    plain = words("report.verdict", verdict=words.code("verdict", row["verdict"]), **values)
    others = {"with_arm": row["verdict_with_arm"], "wide": row["verdict_overdispersed"]}
    texts = [words(f"report.{name}", verdict=words.code("verdict", code)) for name, code in others.items() if code]
    return {"plain": plain, "missing": _missing(row, words), "model": " ".join(texts)}


def _missing(row: Row, words: Words) -> str:
    """What the missing would have to average to undo a verdict, or to raise one."""
    if not row["n_missing"]:
        return words("report.nobody_missing")
    places = {"missing": row["n_missing"], "follow_up": f"{row['follow_up_percent']:.0f}"}
    if row["tipping_mean"] is not None:
        if not row["is_tipping_possible"]:
            return words("report.tipping_none", **places)
        return words(f"report.tipping_{row['tipping_side']}", mean=f"{row['tipping_mean']:.0f}", **places)
    low, high = row["raising_low_at_most"], row["raising_high_at_least"]
    can_be_low, can_be_high = low is not None and low >= 0, high is not None and high <= 100  # ends of the PHAT
    texts = [
        words("report.raising_head", **places),
        words("report.raising_low", mean=f"{low:.0f}") if can_be_low else words("report.raising_no_low"),
        words("report.raising_high", mean=f"{high:.0f}") if can_be_high else words("report.raising_no_high"),
    ]
    return " ".join(texts)
