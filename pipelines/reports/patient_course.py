"""From a patient's rows to the marks of the course's picture, in months since the day that visits count from."""

from collections.abc import Sequence
from datetime import date

from pipelines.reports.chart_course import Moment, Span, course_chart
from pipelines.reports.chart_phat import DAYS_A_MONTH, Bar, Point
from pipelines.reports.palette import in_order
from pipelines.reports.patient_rows import EpisodeRows
from pipelines.reports.picture import Picture, Sketch
from pipelines.reports.source import Row
from pipelines.reports.study_rows import in_study_order, months_of
from pipelines.reports.words import Words

ITEMS_NEEDED = 8


def course_picture(rows: EpisodeRows, words: Words, name: str) -> Picture | None:
    """Draw the course; None where there is none to draw."""
    sketch = course_sketch(rows, words)
    return sketch.drawn(name) if sketch else None


def course_sketch(rows: EpisodeRows, words: Words) -> Sketch | None:
    """Tell the course without drawing it; None where no day is known to count from, or nothing has been measured."""
    start = start_of(rows)
    points = [] if start is None else course_points(rows, start)
    if start is None or not points:
        return None
    bars = study_bars(rows.reference, words)
    spans, moments = phase_spans(rows, start, words), course_moments(rows, start, words)
    titles = words(f"card.months_{rows.episode['arm'] or 'unknown'}"), words("counsel.phat_axis")
    description = _description(bars, points, spans, moments, words)
    return Sketch(words("card.course"), description, lambda: course_chart(bars, points, spans, moments, titles))


def start_of(rows: EpisodeRows) -> date | None:
    """The day that visits count from, else the first day that is known of the episode."""
    names = ("anchor_on", "decision_on", "first_visit_on", "baseline_on")
    return next((rows.episode[name] for name in names if rows.episode[name] is not None), None)


def course_points(rows: EpisodeRows, start: date) -> list[Point]:
    """The patient's scores; one outside every window or of too few items is drawn hollow."""
    return [
        Point(
            _months(row["assessed_on"], start),
            row["phat_total"],
            bool(row["is_counted"]) and (row["phat_items_answered"] or ITEMS_NEEDED) >= ITEMS_NEEDED,
        )
        for row in rows.course
        if row["phat_total"] is not None
    ]


def study_bars(reference: Sequence[Row], words: Words) -> list[Bar]:
    """Every mean and SD of the PHAT that a study printed, at its visit."""
    studies = in_study_order(reference)
    order = in_order([row["arm"] for row in reference])
    rows = sorted(reference, key=lambda row: (studies.index(row["study"]), order.index(row["arm"])))
    return [
        Bar(
            words.code("arm", row["arm"]) + (f" ({row['study']})" if len(studies) > 1 else ""),
            row["arm"],
            months_of(row["timepoint"]),
            row["value"],
            row["sd"],
            str(studies.index(row["study"]) + 1) if len(studies) > 1 else "",
        )
        for row in rows
    ]


def phase_spans(rows: EpisodeRows, start: date, words: Words) -> list[Span]:
    """The phases of rehabilitation with a first day; one without a last day lasts still."""
    until = _months(rows.today, start)
    return [
        Span(
            words("card.phase", phase=row["phase"]),
            _months(row["started_on"], start),
            None if row["completed_on"] is None else _months(row["completed_on"], start),
            max(until, _months(row["started_on"], start)),
        )
        for row in rows.phases
        if row["started_on"] is not None
    ]


def course_moments(rows: EpisodeRows, start: date, words: Words) -> list[Moment]:
    """Return to sport, an operation after a conservative decision, a new tear."""
    days = [(words("card.returned"), rows.returned_on), (words("card.operated"), rows.episode["crossed_over_on"])]
    days += [(words.code("event", row["event_kind"]), row["occurred_on"]) for row in rows.events]
    return [Moment(lane, _months(day, start)) for lane, day in days if day is not None]


def _months(day: date, start: date) -> float:
    return round((day - start).days / DAYS_A_MONTH, 2)


def _description(
    bars: Sequence[Bar], points: Sequence[Point], spans: Sequence[Span], moments: Sequence[Moment], words: Words
) -> str:
    def month(number: float | None) -> str:
        return "…" if number is None else f"{number:.1f}"

    texts = [f"{words('card.you')}: " + ", ".join(f"{month(p.months)}: {p.value:g}" for p in points)]
    texts += [f"{bar.label}, {bar.months:g}: {bar.mean:g} (SD {bar.sd:g})" for bar in bars]
    texts += [f"{span.lane}: {month(span.start)} - {month(span.end)}" for span in spans]
    texts += [f"{moment.lane}: {month(moment.months)}" for moment in moments]
    return f"{words('counsel.time_axis')}. {'; '.join(texts)}"
