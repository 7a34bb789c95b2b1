/* Recovery over time: the baseline and every assessment of an episode, in order.

Patients whose data may be used. Days count from the anchor (surgery or decision), so a baseline has negative days or 0.

grain: patient_id, side, injury_no, assessed_on, source
checks:
  - source in ('baseline', 'follow_up')
*/
with point as (
    select
        episode.patient_id,
        episode.side,
        episode.injury_no,
        episode.baseline_on as assessed_on,
        'baseline' as source,
        'baseline' as visit,
        true as is_counted,
        episode.baseline_phat_total as phat_total,
        episode.baseline_phat_items_answered as phat_items_answered,
        cast(null as varchar) as return_to_sport
    from registry.episode as episode
    where episode.baseline_on is not null
    union all
    select
        follow_up.patient_id,
        follow_up.side,
        follow_up.injury_no,
        follow_up.assessed_on,
        'follow_up' as source,
        follow_up.visit,
        follow_up.is_counted,
        follow_up.phat_total,
        follow_up.phat_items_answered,
        follow_up.return_to_sport
    from registry.follow_up as follow_up
),

phase_reached as (
    select
        point.patient_id,
        point.side,
        point.injury_no,
        point.assessed_on,
        max(rehabilitation.phase) as phase
    from point
    inner join registry.rehabilitation as rehabilitation
        on point.patient_id = rehabilitation.patient_id
        and point.side = rehabilitation.side
        and point.injury_no = rehabilitation.injury_no
        and point.assessed_on >= rehabilitation.started_on
    group by point.patient_id, point.side, point.injury_no, point.assessed_on
)

select
    point.patient_id,
    point.side,
    point.injury_no,
    episode.clinic,
    episode.arm,
    point.assessed_on,
    point.source,  -- baseline (of the enrolment) or follow_up.
    point.visit,  -- baseline, the visit in whose window the assessment lies, outside_window or no_anchor.
    point.is_counted,
    cast(date_diff('day', episode.anchor_on, point.assessed_on) as integer) as days_anchor_to_assessment,
    point.phat_total,
    point.phat_items_answered,
    case when point.source = 'follow_up' then point.phat_total - episode.baseline_phat_total end as phat_change_from_baseline,  -- PHAT minus PHAT at baseline, in points.
    phase_reached.phase,
    point.return_to_sport,
    coalesce(episode.crossed_over_on <= point.assessed_on, false) as is_after_crossover  -- Operated after a conservative decision by this day.
from point
inner join registry.episode as episode
    on point.patient_id = episode.patient_id
    and point.side = episode.side
    and point.injury_no = episode.injury_no
left join phase_reached
    on point.patient_id = phase_reached.patient_id
    and point.side = phase_reached.side
    and point.injury_no = phase_reached.injury_no
    and point.assessed_on = phase_reached.assessed_on
where episode.is_usable
