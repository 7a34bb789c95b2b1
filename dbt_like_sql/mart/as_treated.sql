/* AS TREATED: one-year outcomes by the treatment received by then. Not the registry's comparison of arms.

Grouping by treatment received moves the failures of one arm into the other (immortal time). It stands beside
`mart.one_year`, where the arm is the treatment decided, and never replaces it.

grain: patient_id, side, injury_no
checks:
  - received_treatment_at_month_12 in ('surgical', 'conservative')
*/
select
    one_year.patient_id,
    one_year.side,
    one_year.injury_no,
    one_year.clinic,
    'as treated' as analysis,  -- Always "as treated": the label travels with the rows.
    one_year.received_treatment_at_month_12,
    one_year.arm,
    one_year.is_crossed_over,
    one_year.crossed_over_on,
    cast(date_diff('day', one_year.anchor_on, one_year.crossed_over_on) as integer) as days_anchor_to_crossover,  -- Days from the decision to the crossover.
    one_year.is_in_window,
    one_year.baseline_phat_total,
    one_year.phat_total,
    one_year.phat_change,
    one_year.return_to_sport,
    one_year.would_choose_same_treatment
from mart.one_year as one_year
where one_year.received_treatment_at_month_12 is not null
