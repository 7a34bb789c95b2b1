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

phase_start as (
    select
        rehabilitation.patient_id,
        rehabilitation.side,
        rehabilitation.injury_no,
        min(case when rehabilitation.phase = 'I' then rehabilitation.started_on end) as first_on,
        min(case when rehabilitation.phase = 'II' then rehabilitation.started_on end) as second_on,
        min(case when rehabilitation.phase = 'III' then rehabilitation.started_on end) as third_on,
        min(case when rehabilitation.phase = 'IV' then rehabilitation.started_on end) as fourth_on
    from registry.rehabilitation as rehabilitation
    group by rehabilitation.patient_id, rehabilitation.side, rehabilitation.injury_no
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
    case
        when phase_start.fourth_on <= point.assessed_on then 'IV'
        when phase_start.third_on <= point.assessed_on then 'III'
        when phase_start.second_on <= point.assessed_on then 'II'
        when phase_start.first_on <= point.assessed_on then 'I'
    end as phase,  -- Last rehabilitation phase begun by this day.
    point.return_to_sport,
    coalesce(episode.crossed_over_on <= point.assessed_on, false) as is_after_crossover  -- Operated after a conservative decision by this day.
from point
inner join registry.episode as episode
    on point.patient_id = episode.patient_id
    and point.side = episode.side
    and point.injury_no = episode.injury_no
left join phase_start
    on point.patient_id = phase_start.patient_id
    and point.side = phase_start.side
    and point.injury_no = phase_start.injury_no
where episode.is_usable
