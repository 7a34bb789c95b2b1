/* Every visit of every episode: when it is due, and how it stands today.

- done: an assessment lies in the window.
- not_yet_due: the window has not opened. Without a day to count from, a visit stays so, with the reason no_anchor.
- in_window: the window is open and nothing is in.
- overdue: the window has closed without an assessment, and the next window has not opened: late data are still asked for.
- missed: the next window has opened (a year after the window for the last visit).
- ended: the patient died or withdrew by the end of the window; a request against further use ends every visit.
Whoever is lost to follow-up stays due: in_window, overdue or missed, with the reason lost_to_follow_up.

grain: patient_id, side, injury_no, visit
checks:
  - status in ('done', 'in_window', 'not_yet_due', 'overdue', 'missed', 'ended')
  - status <> 'done' or assessed_on between window_opens_on and window_closes_on
  - status <> 'ended' or reason in ('dead', 'withdrawn')
*/
with mri as (
    select distinct
        visit_window.patient_id,
        visit_window.side,
        visit_window.injury_no,
        visit_window.visit
    from ops.visit_window as visit_window
    inner join registry.imaging as imaging
        on visit_window.patient_id = imaging.patient_id
        and visit_window.side = imaging.side
        and visit_window.injury_no = imaging.injury_no
        and imaging.mri_on between visit_window.window_opens_on and visit_window.window_closes_on
),

judged as (
    select
        case
            when visit_window.window_closes_on > episode.moved_on then episode.followed_by
            else episode.clinic
        end as clinic,
        episode.arm,
        visit_window.patient_id,
        visit_window.side,
        visit_window.injury_no,
        visit_window.visit,
        visit_window.visit_no,
        visit_window.due_on,
        visit_window.window_opens_on,
        visit_window.window_closes_on,
        visit_window.overdue_until,
        assessed.assessed_on,
        visit_schedule.measures as measures_expected,
        list_filter(
            visit_schedule.measures,
            lambda measure: coalesce(list_contains(assessed.measures_done, measure), false)
            or (measure = 'mri' and mri.visit is not null)
        ) as measures_done,
        list_filter(
            visit_schedule.measures,
            lambda measure: not coalesce(list_contains(assessed.measures_answered, measure), false)
            and not (measure = 'mri' and mri.visit is not null)
        ) as measures_to_ask,
        known.today,
        case
            when not patient.is_usable then 'withdrawn'
            when assessed.assessed_on is not null then null
            when patient.died_on <= coalesce(visit_window.window_closes_on, patient.died_on) then 'dead'
            when patient.withdrawn_on <= coalesce(visit_window.window_closes_on, patient.withdrawn_on) then 'withdrawn'
        end as ended_because,
        coalesce(patient.lost_on <= coalesce(visit_window.window_closes_on, patient.lost_on), false) as is_lost
    from ops.visit_window as visit_window
    inner join registry.visit_schedule as visit_schedule on visit_window.visit = visit_schedule.visit
    inner join registry.episode as episode
        on visit_window.patient_id = episode.patient_id
        and visit_window.side = episode.side
        and visit_window.injury_no = episode.injury_no
    inner join registry.patient as patient on visit_window.patient_id = patient.patient_id
    cross join ops.known as known
    left join ops.assessed_measure as assessed
        on visit_window.patient_id = assessed.patient_id
        and visit_window.side = assessed.side
        and visit_window.injury_no = assessed.injury_no
        and visit_window.visit = assessed.visit
    left join mri
        on visit_window.patient_id = mri.patient_id
        and visit_window.side = mri.side
        and visit_window.injury_no = mri.injury_no
        and visit_window.visit = mri.visit
),

standing as (
    select
        judged.clinic,
        judged.arm,
        judged.patient_id,
        judged.side,
        judged.injury_no,
        judged.visit,
        judged.visit_no,
        judged.due_on,
        judged.window_opens_on,
        judged.window_closes_on,
        judged.overdue_until,
        judged.assessed_on,
        judged.measures_expected,
        judged.measures_done,
        judged.measures_to_ask,
        judged.today,
        judged.ended_because,
        judged.is_lost,
        case
            when judged.ended_because is not null then 'ended'
            when judged.assessed_on is not null then 'done'
            when judged.due_on is null or judged.today < judged.window_opens_on then 'not_yet_due'
            when judged.today <= judged.window_closes_on then 'in_window'
            when judged.today <= judged.overdue_until then 'overdue'
            else 'missed'
        end as status
    from judged
)

select
    standing.clinic,  -- Clinic that answers for the visit: the enrolling one, or after a move the one that follows now.
    standing.patient_id,
    standing.side,
    standing.injury_no,
    standing.arm,
    standing.visit,
    standing.visit_no,
    standing.due_on,
    standing.window_opens_on,
    standing.window_closes_on,
    standing.status,  -- done, in_window, not_yet_due, overdue, missed or ended, as defined above.
    case
        when standing.ended_because is not null then standing.ended_because
        when standing.status = 'done' then null
        when standing.due_on is null then 'no_anchor'
        when standing.is_lost then 'lost_to_follow_up'
    end as reason,  -- Why the visit stands so: dead, withdrawn, no_anchor or lost_to_follow_up; empty where nothing more is known.
    coalesce(standing.today > standing.window_closes_on, false) as is_window_closed,  -- The last day of the window has passed.
    case when standing.status = 'overdue' then standing.window_closes_on + 1 end as overdue_since,  -- First day the visit was overdue; empty unless it is overdue.
    standing.assessed_on,  -- Day of the assessment that counts for the visit; empty where there is none.
    standing.measures_expected,  -- Measures the visit expects.
    standing.measures_done,  -- Of those, the ones with a value.
    standing.measures_to_ask  -- Of those, the ones with neither a value nor a reason.
from standing
