/* How long the rehabilitation phases take, per arm: criteria-based, so the times describe and prescribe nothing.

Patients whose data may be used. Durations are of completed phases with both dates; the arm is the treatment decided.

grain: arm, phase
checks:
  - n_completed <= n_started
  - n_with_duration <= n_completed
  - median_days is null or (lower_quartile_days <= median_days and median_days <= upper_quartile_days)
counts: n_started, n_completed, n_criteria_met, n_with_duration
*/
with phase as (
    select
        episode.arm,
        rehabilitation.phase,
        rehabilitation.started_on,
        rehabilitation.completed_on,
        rehabilitation.has_met_criteria,
        date_diff('day', rehabilitation.started_on, rehabilitation.completed_on) as days,
        date_diff('day', episode.anchor_on, rehabilitation.completed_on) as days_from_anchor
    from registry.rehabilitation as rehabilitation
    inner join registry.episode as episode
        on rehabilitation.patient_id = episode.patient_id
        and rehabilitation.side = episode.side
        and rehabilitation.injury_no = episode.injury_no
    where episode.is_usable and episode.arm is not null
)

select
    phase.arm,
    phase.phase,
    cast(count(*) as integer) as n_started,  -- Phases recorded.
    cast(count(phase.completed_on) as integer) as n_completed,  -- Of those, completed.
    cast(count_if(coalesce(phase.has_met_criteria, false)) as integer) as n_criteria_met,  -- Of those recorded, with the criteria met.
    cast(count(phase.days) as integer) as n_with_duration,  -- Completed phases with both dates.
    percentile_cont(0.25) within group (order by phase.days) as lower_quartile_days,  -- Days from start to completion, lower quartile.
    percentile_cont(0.5) within group (order by phase.days) as median_days,  -- Days from start to completion, median.
    percentile_cont(0.75) within group (order by phase.days) as upper_quartile_days,  -- Days from start to completion, upper quartile.
    percentile_cont(0.5) within group (order by phase.days_from_anchor) as median_days_from_anchor  -- Days from the anchor to completion, median.
from phase
group by phase.arm, phase.phase
