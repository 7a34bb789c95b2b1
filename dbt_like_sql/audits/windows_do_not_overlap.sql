/* Visits of an episode whose window opens before the one before it has closed. */
with ordered as (
    select
        visit_window.patient_id,
        visit_window.side,
        visit_window.injury_no,
        visit_window.visit,
        visit_window.window_opens_on,
        lag(visit_window.window_closes_on) over (
            partition by visit_window.patient_id, visit_window.side, visit_window.injury_no
            order by visit_window.visit_no
        ) as previous_closes_on
    from ops.visit_window as visit_window
)

select
    ordered.patient_id,
    ordered.side,
    ordered.injury_no,
    ordered.visit,
    ordered.window_opens_on,
    ordered.previous_closes_on
from ordered
where ordered.window_opens_on <= ordered.previous_closes_on
