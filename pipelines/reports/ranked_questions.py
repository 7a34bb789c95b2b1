"""Every clinic's open questions in the order in which an answer can move a result. It ranks; what is asked stands in
`ops.query`, and nothing here judges a clinic.

The result is the mean PHAT at one year of the patient's arm, over every injury assessed in the window of month 12
(under 8 items answered it is no score). `moves` is the most that any answer can move this mean, in points:

- `score`: the question asks about that score. It may be any from 0 to 100, or none.
- `assessment`: it asks about the day, the leg or the whole of the assessment that holds the score: it may be no result.
- `window`: the assessment is no result now (its day lies outside the window, or nothing tells where the window is), and
  may become one.
- `arm`: it asks about the treatment or the day from which the window counts: the score may leave its arm, or come in.
- `held`: the row waits; its day lies in the open window of another injury of the patient, whose result it may be.
- `other`: another result of one year hangs on it, and this mean does not.
- `none`: no result of one year hangs on it.

Where the score is its arm's only one, the whole scale hangs on the answer: 100. `n_results` counts the one-year results
(PHAT, Tegner, EQ-5D, return to sport, leg raise, extension, strength, choice) of the assessment that hang on it. Ties
go by that, then the oldest first. What else a clinic sends meanwhile is left as it is.
"""

from pipelines.reports.source import Database, Rows
from warehouse.connection import literal

MOST_RANKED = 200

_WHOLE = "('', 'assessed_on', 'visit', 'side', 'injury_no', 'replaces_on', 'phat_items_answered')"
_OF_THE_ARM = "('initial_treatment', 'decision_on', 'surgery_on')"
_OTHER = """
('tegner', 'eq5d_version', 'eq5d_mobility', 'eq5d_self_care', 'eq5d_usual_activities', 'eq5d_pain', 'eq5d_anxiety',
 'eq5d_vas', 'return_to_sport', 'returned_to_sport_on', 'straight_leg_raise_left_deg', 'straight_leg_raise_right_deg',
 'knee_extension_left_deg', 'knee_extension_right_deg', 'strength_unit', 'would_choose_same_treatment')
"""
_RESULTS = """
    (phat_total is not null)::int + (tegner is not null)::int + (eq5d_mobility is not null)::int
    + (return_to_sport is not null)::int + (straight_leg_raise_left_deg is not null)::int
    + (knee_extension_left_deg is not null)::int + (would_choose_same_treatment is not null)::int
    + (coalesce(strength_prone_0_90_percent, strength_prone_0_15_percent, strength_supine_90_90_percent,
        strength_prone_0_90_left, strength_prone_0_15_left, strength_supine_90_90_left) is not null)::int
"""

_SQL = """
with scored as (
    select arm, phat_total as score from mart.one_year
    where is_in_window and phat_total is not null and coalesce(phat_items_answered, 8) >= 8 and arm is not null
),
arm_mean as (select arm, count(*) as n, avg(score) as mean from scored group by arm),
arms as (
    select arms.arm, coalesce(arm_mean.n, 0) as n, arm_mean.mean
    from (values ('surgical'), ('conservative')) as arms (arm) left join arm_mean using (arm)
),
assessment as (
    select
        visit.patient_id, visit.side, visit.injury_no,
        concat_ws(' ', visit.patient_id, visit.side, visit.injury_no, visit.assessed_on) as row_key,
        one_year.arm,
        case when coalesce(visit.phat_items_answered, 8) >= 8 then visit.phat_total end as score,
        {results} as n_results,
        coalesce(one_year.is_in_window and one_year.assessed_on = visit.assessed_on, false) as is_result,
        not coalesce(one_year.is_in_window, false)
            and (visit.visit = 'no_anchor' or (visit.visit = 'outside_window' and visit.nearest_visit = 'month_12'))
            as may_become_one
    from registry.follow_up as visit
    inner join (select patient_id, side, injury_no, arm, is_in_window, assessed_on from mart.one_year) as one_year
        on visit.patient_id = one_year.patient_id and visit.side = one_year.side
        and visit.injury_no = one_year.injury_no
),
reach as (
    select
        assessment.row_key, assessment.patient_id, assessment.side, assessment.injury_no, assessment.is_result,
        assessment.may_become_one, assessment.n_results, assessment.score,
        max(case when arms.n > 1 then abs(assessment.score - arms.mean) / (arms.n - 1) else 100 end) as moves_out,
        max(case when arms.n > 0 then abs(assessment.score - arms.mean) / (arms.n + 1) else 100 end) as moves_in,
        max(case when arms.n > 0 then greatest(assessment.score, 100 - assessment.score) / arms.n end) as moves_within,
        max(case when arms.n > 0 then greatest(arms.mean, 100 - arms.mean) / (arms.n + 1) else 100 end) as moves_unknown
    from assessment inner join arms on assessment.arm is null or assessment.arm = arms.arm
    group by all
),
of_injury as (
    select
        patient_id, side, injury_no, bool_or(is_result) as is_result,
        coalesce(max(moves_out) filter (where is_result and score is not null),
            max(moves_in) filter (where may_become_one and score is not null), 0) as moves,
        coalesce(max(n_results) filter (where is_result), max(n_results) filter (where may_become_one), 0) as n_results
    from reach where is_result or may_become_one group by all
),
open_window as (
    select patient_id, schedule.arm, schedule.window_opens_on, schedule.window_closes_on
    from registry.schedule as schedule
    where schedule.visit = 'month_12' and schedule.status in ('in_window', 'overdue', 'missed')
),
waiting as (
    select
        version.submission, version.section, version.line,
        max(case when version.phat_total.value is null then 0 when arms.n > 0
            then abs(version.phat_total.value - arms.mean) / (arms.n + 1) else 100 end) as moves,
        max((version.phat_total.value is not null)::int + (version.tegner.value is not null)::int
            + (version.return_to_sport.value is not null)::int) as n_results
    from ops.follow_up_version as version
    inner join open_window on version.patient_id = open_window.patient_id
        and version.assessed_on between open_window.window_opens_on and open_window.window_closes_on
    inner join arms on open_window.arm is null or open_window.arm = arms.arm
    where version.row_state = 'held' and coalesce(version.phat_items_answered.value, 8) >= 8
    group by version.submission, version.section, version.line
),
judged as (
    select
        query.*,
        case
            when waiting.submission is not null then 'held'
            when reach.is_result and query."column" = 'phat_total' then 'score'
            when reach.is_result and query."column" in {whole} then 'assessment'
            when reach.may_become_one and query."column" in {whole} then 'window'
            when query.form = 'enrolment' and query."column" in {of_the_arm} and of_injury.patient_id is not null
                then 'arm'
            when reach.is_result and (query."column" in {other} or query."column" like 'strength\\_%' escape '\\')
                then 'other'
            when query.form in ('enrolment', 'treatment', 'event', 'imaging') and of_injury.is_result
                and query."column" in ('baseline_phat_total', 'baseline_phat_items_answered', 'baseline_on',
                    'treatment_kind', 'treated_on', 'event_kind', 'proximal_continuity', 'has_shared_neotendon')
                then 'other'
            else 'none'
        end as reach,
        reach.score, reach.moves_out, reach.moves_in, reach.moves_within, reach.moves_unknown,
        reach.n_results as n_of_assessment, of_injury.moves as moves_of_injury, of_injury.n_results as n_of_injury,
        waiting.moves as moves_held, waiting.n_results as n_held
    from ops.query as query
    left join reach on query.form = 'follow_up' and query.row_key = reach.row_key
    left join of_injury on query.form <> 'follow_up' and query.patient_id = of_injury.patient_id
        and query.side = of_injury.side and query.injury_no = of_injury.injury_no
    left join waiting on query.submission = waiting.submission and query.section = waiting.section
        and query.line = waiting.line
),
ranked as (
    select
        judged.*,
        coalesce(case judged.reach
            when 'held' then moves_held
            when 'score' then case when score is null then moves_unknown else greatest(moves_within, moves_out) end
            when 'assessment' then case when score is null then 0 else moves_out end
            when 'window' then case when score is null then 0 else moves_in end
            when 'arm' then moves_of_injury
        end, 0) as moves,
        coalesce(case judged.reach
            when 'held' then n_held when 'score' then 1 when 'assessment' then n_of_assessment
            when 'window' then n_of_assessment when 'arm' then n_of_injury when 'other' then 1
        end, 0) as n_results
    from judged
)
select
    clinic, patient_id, side, injury_no, form, row_key, rule, severity, "column", found, expected, opened_at,
    submission, section, line, reach, moves::double as moves, n_results::int as n_results, count(*) over () as n_all
from ranked where {condition}
order by moves desc, n_results desc, opened_at, clinic, form, row_key, rule, "column", found limit {most}
"""


def read_ranked(database: Database, clinic: str = "", most: int = MOST_RANKED) -> Rows:
    """The questions whose answers can move most, of one clinic or of all, with `reach`, `moves`, `n_results`, `n_all`.

    A rank is the same whichever clinic is asked for: it is of the whole registry.
    """
    condition = f"clinic = {literal(clinic)}" if clinic else "true"
    return database.rows(ranked_sql(condition, most))


def ranked_sql(condition: str, most: int) -> str:
    """The query for the first `most` questions that a condition holds for."""
    lists = {"results": _RESULTS, "whole": _WHOLE, "of_the_arm": _OF_THE_ARM, "other": _OTHER}
    return _SQL.format(condition=condition, most=most, **lists)
