/* Episodes that do not have every visit of the schedule exactly once. */
with scheduled as (
    select
        schedule.patient_id,
        schedule.side,
        schedule.injury_no,
        count(distinct schedule.visit) as n_visits
    from registry.schedule as schedule
    group by schedule.patient_id, schedule.side, schedule.injury_no
),

expected as (
    select count(visit_schedule.visit) as n_visits
    from registry.visit_schedule as visit_schedule
)

select
    episode.clinic,
    episode.patient_id,
    episode.side,
    episode.injury_no,
    coalesce(scheduled.n_visits, 0) as n_visits
from registry.episode as episode
cross join expected
left join scheduled
    on episode.patient_id = scheduled.patient_id
    and episode.side = scheduled.side
    and episode.injury_no = scheduled.injury_no
where coalesce(scheduled.n_visits, 0) <> expected.n_visits
