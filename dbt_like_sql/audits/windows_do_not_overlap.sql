/* Visits whose window opens before the one before it has closed. */
with ordered as (
    select
        visit_window.anchor_on,
        visit_window.visit,
        visit_window.window_opens_on,
        lag(visit_window.window_closes_on) over (
            partition by visit_window.anchor_on
            order by visit_window.visit_no
        ) as previous_closes_on
    from ops.visit_window as visit_window
)

select
    ordered.anchor_on,
    ordered.visit,
    ordered.window_opens_on,
    ordered.previous_closes_on
from ordered
where ordered.window_opens_on <= ordered.previous_closes_on
