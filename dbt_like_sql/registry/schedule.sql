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
    select
        imaging.patient_id,
        imaging.side,
        imaging.injury_no,
        imaging.visit
    from registry.imaging as imaging
    where imaging.is_counted
),

placed as (
    select
        episode.patient_id,
        episode.side,
        episode.injury_no,
        episode.clinic as enrolling_clinic,
        episode.followed_by,
        episode.moved_on,
        episode.arm,
        visit_schedule.visit,
        visit_schedule.visit_no,
        visit_window.due_on,
        visit_window.window_opens_on,
        visit_window.window_closes_on,
        visit_window.overdue_until,
        visit_schedule.measures,
        known.today,
        assessment.assessed_on,
        case
            when not episode.is_usable then 'withdrawn'
            when assessment.assessed_on is not null then null
            when episode.died_on <= coalesce(visit_window.window_closes_on, episode.died_on) then 'dead'
            when episode.withdrawn_on <= coalesce(visit_window.window_closes_on, episode.withdrawn_on) then 'withdrawn'
        end as ended_because,
        coalesce(episode.lost_on <= coalesce(visit_window.window_closes_on, episode.lost_on), false) as is_lost,
        case when visit_schedule.expects_phat then assessment.phat_total is not null end as has_phat,
        case when visit_schedule.expects_tegner then assessment.tegner is not null end as has_tegner,
        case
            when visit_schedule.expects_eq5d
                then
                    assessment.eq5d_mobility is not null
                    and assessment.eq5d_self_care is not null
                    and assessment.eq5d_usual_activities is not null
                    and assessment.eq5d_pain is not null
                    and assessment.eq5d_anxiety is not null
        end as has_eq5d,
        case when visit_schedule.expects_return_to_sport then assessment.return_to_sport is not null end as has_return_to_sport,
        case
            when visit_schedule.expects_straight_leg_raise
                then assessment.straight_leg_raise_left_deg is not null and assessment.straight_leg_raise_right_deg is not null
        end as has_straight_leg_raise,
        case
            when visit_schedule.expects_knee_extension
                then assessment.knee_extension_left_deg is not null and assessment.knee_extension_right_deg is not null
        end as has_knee_extension,
        case
            when visit_schedule.expects_strength
                then
                    coalesce(
                        assessment.strength_prone_0_90_percent,
                        assessment.strength_prone_0_15_percent,
                        assessment.strength_supine_90_90_percent,
                        assessment.strength_prone_0_90_left + assessment.strength_prone_0_90_right,
                        assessment.strength_prone_0_15_left + assessment.strength_prone_0_15_right,
                        assessment.strength_supine_90_90_left + assessment.strength_supine_90_90_right
                    ) is not null
        end as has_strength,
        case
            when visit_schedule.expects_would_choose_same_treatment then assessment.would_choose_same_treatment is not null
        end as has_would_choose_same_treatment,
        case when visit_schedule.expects_mri then mri.visit is not null end as has_mri
    from registry.episode as episode
    cross join registry.visit_schedule as visit_schedule
    left join ops.visit_window as visit_window
        on episode.anchor_on = visit_window.anchor_on
        and visit_schedule.visit = visit_window.visit
    cross join ops.known as known
    left join registry.follow_up as assessment
        on episode.patient_id = assessment.patient_id
        and episode.side = assessment.side
        and episode.injury_no = assessment.injury_no
        and visit_schedule.visit = assessment.visit
        and assessment.is_counted
    left join mri
        on episode.patient_id = mri.patient_id
        and episode.side = mri.side
        and episode.injury_no = mri.injury_no
        and visit_schedule.visit = mri.visit
),

standing as (
    select
        placed.patient_id,
        placed.side,
        placed.injury_no,
        case when placed.window_closes_on > placed.moved_on then placed.followed_by else placed.enrolling_clinic end as clinic,
        placed.arm,
        placed.visit,
        placed.visit_no,
        placed.due_on,
        placed.window_opens_on,
        placed.window_closes_on,
        placed.measures,
        placed.today,
        placed.assessed_on,
        placed.ended_because,
        placed.is_lost,
        placed.has_phat,
        placed.has_tegner,
        placed.has_eq5d,
        placed.has_return_to_sport,
        placed.has_straight_leg_raise,
        placed.has_knee_extension,
        placed.has_strength,
        placed.has_would_choose_same_treatment,
        placed.has_mri,
        case
            when placed.ended_because is not null then 'ended'
            when placed.assessed_on is not null then 'done'
            when placed.due_on is null or placed.today < placed.window_opens_on then 'not_yet_due'
            when placed.today <= placed.window_closes_on then 'in_window'
            when placed.today <= placed.overdue_until then 'overdue'
            else 'missed'
        end as status
    from placed
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
    standing.assessed_on,
    case
        when standing.status not in ('in_window', 'overdue') then null
        when standing.has_mri then list_filter(standing.measures, lambda measure: measure <> 'mri')
        else standing.measures
    end as measures_to_ask,  -- What to ask for; empty unless the visit is in its window or overdue.
    standing.has_phat,  -- The PHAT is in; empty where the visit does not expect it.
    standing.has_tegner,  -- The Tegner level is in; empty where the visit does not expect it.
    standing.has_eq5d,  -- All five domains of the EQ-5D are in; empty where the visit does not expect them.
    standing.has_return_to_sport,  -- The return-to-sport status is in; empty where the visit does not expect it.
    standing.has_straight_leg_raise,  -- The straight leg raise of both legs is in; empty where the visit does not expect it.
    standing.has_knee_extension,  -- The knee extension of both legs is in; empty where the visit does not expect it.
    standing.has_strength,  -- Strength in at least one position is in; empty where the visit does not expect it.
    standing.has_would_choose_same_treatment,  -- The choice is in; empty where the visit does not expect it.
    standing.has_mri  -- An MRI within the window is in; empty where the visit does not expect it.
from standing
