/* The window of every visit, for every day from which an episode counts: the one place where dates are made of months.

An episode joins it by `anchor_on`; an episode whose day to count from is not known has no windows.

grain: anchor_on?, visit
checks:
  - window_opens_on <= due_on and due_on <= window_closes_on
  - overdue_until > window_closes_on
*/
with anchor as (
    select distinct episode.anchor_on
    from registry.episode as episode
    where episode.anchor_on is not null
),

dated as (
    select
        anchor.anchor_on,
        visit_schedule.visit,
        visit_schedule.visit_no,
        visit_schedule.opens_days_before,
        visit_schedule.closes_days_after,
        visit_schedule.next_opens_days_before,
        visit_schedule.overdue_days,
        cast(anchor.anchor_on + interval (visit_schedule.months) month as date) as due_on,
        cast(anchor.anchor_on + interval (visit_schedule.next_months) month as date) as next_due_on
    from anchor
    cross join registry.visit_schedule as visit_schedule
)

select
    dated.anchor_on,
    dated.visit,
    dated.visit_no,
    dated.due_on,  -- Day the visit is due; empty where no day to count from is known.
    dated.due_on - dated.opens_days_before as window_opens_on,  -- First day that counts for the visit.
    dated.due_on + dated.closes_days_after as window_closes_on,  -- Last day that counts for the visit.
    coalesce(
        dated.next_due_on - dated.next_opens_days_before - 1,
        dated.due_on + dated.closes_days_after + dated.overdue_days
    ) as overdue_until  -- Last day on which the visit is overdue; after it, it is missed.
from dated
