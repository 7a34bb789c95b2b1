/* How many follow-ups each clinic has due and done, per visit: a waterfall that sums.

enrolled = dead or withdrawn + not yet due + window open + due; only closed windows are due. An open window is never
counted as done, however early its assessment came in: early successes without early failures flatter a clinic.

grain: clinic, visit
checks:
  - n_enrolled = n_dead_or_withdrawn + n_not_yet_due + n_open + n_due
  - n_done <= n_due
  - n_due_lost <= n_due - n_done
  - n_due = n_done + n_overdue + n_missed
  - n_done_early <= n_open
counts: n_enrolled, n_dead_or_withdrawn, n_not_yet_due, n_open, n_done_early, n_due, n_due_lost, n_done, n_overdue, n_missed
*/
with step as (
    select
        schedule.clinic,
        schedule.visit,
        schedule.visit_no,
        schedule.status,
        schedule.reason,
        case
            when schedule.status = 'ended' then 'ended'
            when schedule.is_window_closed then 'due'
            when schedule.status = 'not_yet_due' then 'not_yet_due'
            else 'window_open'
        end as step
    from registry.schedule as schedule
)

select
    step.clinic,  -- Clinic that answers for the visit.
    step.visit,
    step.visit_no,
    cast(count(*) as integer) as n_enrolled,  -- Episodes of the clinic.
    cast(count_if(step.step = 'ended') as integer) as n_dead_or_withdrawn,  -- Of those, ended by death or withdrawal before the visit was done.
    cast(count_if(step.step = 'not_yet_due') as integer) as n_not_yet_due,  -- Of those, the window has not opened.
    cast(count_if(step.step = 'window_open') as integer) as n_open,  -- Of those, the window is open, the visit done early or not.
    cast(count_if(step.step = 'window_open' and step.status = 'done') as integer) as n_done_early,  -- Of the open windows, already done.
    cast(count_if(step.step = 'due') as integer) as n_due,  -- Of those enrolled, the window has closed; the lost stay due.
    cast(count_if(step.step = 'due' and coalesce(step.reason = 'lost_to_follow_up', false)) as integer) as n_due_lost,  -- Of those due, lost to follow-up and not done.
    cast(count_if(step.step = 'due' and step.status = 'done') as integer) as n_done,  -- Of those due, done in the window.
    cast(count_if(step.step = 'due' and step.status = 'overdue') as integer) as n_overdue,  -- Of those due, not done and still asked for.
    cast(count_if(step.step = 'due' and step.status = 'missed') as integer) as n_missed  -- Of those due, not done and no longer asked for.
from step
group by step.clinic, step.visit, step.visit_no
