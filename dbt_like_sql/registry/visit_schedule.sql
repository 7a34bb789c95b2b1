/* When each visit is due and which measures it expects: the registry's own choice, not the study's.

The study saw patients at 2, 6 and 12 months and does not state its windows. Visits are counted in calendar months
from the surgery (surgical) or the decision (conservative); a window opens and closes a number of days around that.

grain: visit
checks:
  - months > 0 and opens_days_before >= 0 and closes_days_after >= 0
  - overdue_days > 0
  - next_months is null or next_months > months
*/
with visit as (
    select
        visit_schedule.visit,
        cast(visit_schedule.months as integer) as months,
        cast(visit_schedule.opens_days_before as integer) as opens_days_before,
        cast(visit_schedule.closes_days_after as integer) as closes_days_after,
        string_split(visit_schedule.measures, ' ') as measures
    from seeds.visit_schedule as visit_schedule
),

ordered as (
    select
        visit.visit,
        visit.months,
        visit.opens_days_before,
        visit.closes_days_after,
        visit.measures,
        row_number() over (order by visit.months) as visit_no,
        lead(visit.months) over (order by visit.months) as next_months,
        lead(visit.opens_days_before) over (order by visit.months) as next_opens_days_before
    from visit
)

select
    ordered.visit,  -- Visit of the schedule, such as month_12.
    cast(ordered.visit_no as integer) as visit_no,  -- 1, 2, ... in order of time.
    ordered.months,  -- Calendar months from the anchor to the day the visit is due.
    ordered.opens_days_before,  -- Days before the due day on which the window opens.
    ordered.closes_days_after,  -- Days after the due day on which the window closes.
    ordered.next_months,  -- Months of the visit that follows; empty for the last.
    ordered.next_opens_days_before,  -- Days before its due day on which the next window opens; empty for the last.
    365 as overdue_days,  -- Days that the last visit stays overdue after its window; the others until the next window opens.
    ordered.measures,  -- Measures the visit expects; a measure's fields begin with its name, mri is the form imaging.
    list_contains(ordered.measures, 'phat') as expects_phat,  -- The visit expects the PHAT.
    list_contains(ordered.measures, 'tegner') as expects_tegner,  -- The visit expects the Tegner level.
    list_contains(ordered.measures, 'eq5d') as expects_eq5d,  -- The visit expects the EQ-5D.
    list_contains(ordered.measures, 'return_to_sport') as expects_return_to_sport,  -- The visit expects the return-to-sport status.
    list_contains(ordered.measures, 'straight_leg_raise') as expects_straight_leg_raise,  -- The visit expects the straight leg raise.
    list_contains(ordered.measures, 'knee_extension') as expects_knee_extension,  -- The visit expects the knee extension.
    list_contains(ordered.measures, 'strength') as expects_strength,  -- The visit expects the strength.
    list_contains(ordered.measures, 'would_choose_same_treatment') as expects_would_choose_same_treatment,  -- The visit expects the choice.
    list_contains(ordered.measures, 'mri') as expects_mri  -- The visit expects an MRI.
from ordered
