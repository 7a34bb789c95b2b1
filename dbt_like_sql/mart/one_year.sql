/* Every episode with its baseline, treatment and one-year outcome: ready to model.

One row per episode of patients whose data may be used, whether or not the year has passed; what is not known is empty.
The assessment is the one that counts for month 12; where there is none, the one outside every window that is nearest
to month 12, with is_in_window false. Leg differences are injured minus other. Delays are empty unless the day of the
injury is known. The arm is the treatment decided; nothing that happened later moves it.

grain: patient_id, side, injury_no
checks:
  - assessed_on is not null or phat_total is null
  - is_in_window is null or is_in_window = (visit_status = 'done')
  - n_tendons_avulsed between 0 and 2
*/
with one_year_window as (
    select
        schedule.patient_id,
        schedule.side,
        schedule.injury_no,
        schedule.due_on,
        schedule.status as visit_status
    from registry.schedule as schedule
    where schedule.visit = 'month_12'
),

first_window as (
    select
        schedule.patient_id,
        schedule.side,
        schedule.injury_no,
        schedule.window_opens_on
    from registry.schedule as schedule
    where schedule.visit_no = 1
),

counted as (
    select
        follow_up.patient_id,
        follow_up.side,
        follow_up.injury_no,
        follow_up.assessed_on
    from registry.follow_up as follow_up
    where follow_up.visit = 'month_12' and follow_up.is_counted
),

outside as (
    select
        follow_up.patient_id,
        follow_up.side,
        follow_up.injury_no,
        follow_up.assessed_on,
        row_number() over (
            partition by follow_up.patient_id, follow_up.side, follow_up.injury_no
            order by abs(date_diff('day', one_year_window.due_on, follow_up.assessed_on)), follow_up.assessed_on
        ) as place
    from registry.follow_up as follow_up
    inner join one_year_window
        on follow_up.patient_id = one_year_window.patient_id
        and follow_up.side = one_year_window.side
        and follow_up.injury_no = one_year_window.injury_no
    where
        follow_up.visit = 'outside_window'
        and follow_up.nearest_visit = 'month_12'
        and one_year_window.visit_status <> 'done'
),

candidate as (
    select
        counted.patient_id,
        counted.side,
        counted.injury_no,
        counted.assessed_on
    from counted
    union all
    select
        outside.patient_id,
        outside.side,
        outside.injury_no,
        outside.assessed_on
    from outside
    where outside.place = 1
),

first_return as (
    select
        follow_up.patient_id,
        follow_up.side,
        follow_up.injury_no,
        min(follow_up.returned_to_sport_on) as returned_to_sport_on
    from registry.follow_up as follow_up
    where follow_up.returned_to_sport_on is not null
    group by follow_up.patient_id, follow_up.side, follow_up.injury_no
),

recurrence as (
    select
        event.patient_id,
        event.side,
        event.injury_no,
        min(coalesce(event.occurred_on, cast(event.changed_at as date))) as recurred_on
    from registry.event as event
    where event.event_kind = 'recurrence'
    group by event.patient_id, event.side, event.injury_no
),

chosen as (
    select
        episode.patient_id,
        episode.side,
        episode.injury_no,
        episode.clinic,
        episode.arm,
        episode.has_crossed_over,
        episode.crossed_over_on,
        episode.anchor_on,
        episode.injured_on,
        episode.injured_on_precision,
        episode.age_at_injury_years,
        episode.sex,
        episode.sport_level,
        episode.is_mri_confirmed,
        episode.conjoint_state,
        episode.semimembranosus_state,
        episode.conjoint_retraction_mm,
        episode.semimembranosus_retraction_mm,
        episode.other_leg_state,
        episode.first_visit_on,
        episode.surgery_on,
        episode.baseline_on,
        episode.baseline_phat_total,
        episode.baseline_phat_items_answered,
        case when episode.injured_on_precision = 'day' then episode.injured_on end as injury_day,
        first_window.window_opens_on as first_window_opens_on,
        one_year_window.visit_status,
        one_year_window.due_on,
        coalesce(candidate.assessed_on, one_year_window.due_on) as one_year_on,
        candidate.assessed_on
    from registry.episode as episode
    inner join one_year_window
        on episode.patient_id = one_year_window.patient_id
        and episode.side = one_year_window.side
        and episode.injury_no = one_year_window.injury_no
    inner join first_window
        on episode.patient_id = first_window.patient_id
        and episode.side = first_window.side
        and episode.injury_no = first_window.injury_no
    left join candidate
        on episode.patient_id = candidate.patient_id
        and episode.side = candidate.side
        and episode.injury_no = candidate.injury_no
    where episode.is_usable
)

select
    chosen.patient_id,
    chosen.side,
    chosen.injury_no,
    chosen.clinic,
    chosen.arm,
    case
        when not chosen.has_crossed_over then chosen.arm
        when chosen.crossed_over_on > chosen.one_year_on then chosen.arm
        when chosen.crossed_over_on <= chosen.one_year_on then 'surgical'
    end as received_treatment_at_month_12,  -- Treatment received by the one-year assessment (or the day it was due); empty where a crossover has no date.
    chosen.has_crossed_over and coalesce(chosen.crossed_over_on <= chosen.one_year_on, true) as is_crossed_over,  -- Decided conservative and operated by the one-year assessment; a crossover without a date counts.
    chosen.crossed_over_on,
    chosen.anchor_on,
    chosen.injured_on,
    chosen.injured_on_precision,
    chosen.age_at_injury_years,
    chosen.sex,
    chosen.sport_level,
    chosen.is_mri_confirmed,
    case
        when chosen.conjoint_state in ('intact', 'partial', 'avulsed') and chosen.semimembranosus_state in ('intact', 'partial', 'avulsed')
            then case when chosen.conjoint_state = 'avulsed' then 1 else 0 end + case when chosen.semimembranosus_state = 'avulsed' then 1 else 0 end
    end as n_tendons_avulsed,  -- Avulsed free tendons, of conjoint and semimembranosus; empty unless both were assessed.
    chosen.conjoint_retraction_mm,
    chosen.semimembranosus_retraction_mm,
    greatest(chosen.conjoint_retraction_mm, chosen.semimembranosus_retraction_mm) as max_retraction_mm,  -- The larger of the two retractions, in millimetres.
    chosen.other_leg_state,
    cast(date_diff('day', chosen.injury_day, chosen.first_visit_on) as integer) as days_injury_to_visit,  -- Days from the injury to the first visit.
    case when chosen.arm = 'surgical' then cast(date_diff('day', chosen.injury_day, chosen.surgery_on) as integer) end as days_injury_to_surgery,  -- Days from the injury to the surgery; empty in the conservative arm.
    chosen.baseline_on,
    case
        when chosen.arm = 'surgical' then chosen.baseline_on <= chosen.surgery_on
        when chosen.arm = 'conservative' then chosen.baseline_on < chosen.first_window_opens_on
    end as is_baseline_before_treatment,  -- Baseline taken by the day of surgery; conservative, before the first visit's window opens (the registry's choice).
    chosen.baseline_phat_total,
    chosen.baseline_phat_items_answered,
    chosen.assessed_on,
    cast(date_diff('day', chosen.anchor_on, chosen.assessed_on) as integer) as days_anchor_to_assessment,
    follow_up.is_counted as is_in_window,  -- The assessment lies in the window of month 12; empty where there is no assessment.
    chosen.visit_status,  -- How the visit at month 12 stands: `registry.schedule.status`.
    follow_up.phat_total,
    follow_up.phat_items_answered,
    follow_up.phat_total_missing,
    follow_up.phat_total - chosen.baseline_phat_total as phat_change,  -- PHAT at one year minus PHAT at baseline, in points.
    follow_up.tegner,
    follow_up.eq5d_version,
    follow_up.eq5d_mobility,
    follow_up.eq5d_self_care,
    follow_up.eq5d_usual_activities,
    follow_up.eq5d_pain,
    follow_up.eq5d_anxiety,
    follow_up.eq5d_vas,
    follow_up.return_to_sport,
    case
        when follow_up.return_to_sport in ('pre_injury_level', 'different_level', 'different_sport') and first_return.returned_to_sport_on <= chosen.assessed_on
            then first_return.returned_to_sport_on
    end as returned_to_sport_on,
    case
        when follow_up.return_to_sport in ('pre_injury_level', 'different_level', 'different_sport') and first_return.returned_to_sport_on <= chosen.assessed_on
            then date_diff('day', chosen.injury_day, first_return.returned_to_sport_on) / 7.0
    end as weeks_to_return_to_sport,  -- Weeks from the injury to the first return, of those returned by the one-year assessment with a known date.
    case chosen.side
        when 'left' then follow_up.straight_leg_raise_left_deg - follow_up.straight_leg_raise_right_deg
        else follow_up.straight_leg_raise_right_deg - follow_up.straight_leg_raise_left_deg
    end as straight_leg_raise_difference_deg,  -- Passive straight leg raise, injured minus other leg, in degrees.
    case chosen.side
        when 'left' then follow_up.knee_extension_left_deg - follow_up.knee_extension_right_deg
        else follow_up.knee_extension_right_deg - follow_up.knee_extension_left_deg
    end as knee_extension_difference_deg,  -- Active knee extension, injured minus other leg, in degrees.
    strength.strength_prone_0_90_percent,
    strength.strength_prone_0_15_percent,
    strength.strength_supine_90_90_percent,
    follow_up.would_choose_same_treatment,
    mri.proximal_continuity as has_proximal_continuity,  -- Proximal continuity on the MRI nearest to month 12 within its window.
    mri.has_shared_neotendon,
    case
        when recurrence.recurred_on <= chosen.one_year_on then true
        when chosen.assessed_on is not null then false
    end as has_recurrence  -- A recurrence by the one-year assessment; empty where there is neither assessment nor recurrence.
from chosen
left join registry.follow_up as follow_up
    on chosen.patient_id = follow_up.patient_id
    and chosen.side = follow_up.side
    and chosen.injury_no = follow_up.injury_no
    and chosen.assessed_on = follow_up.assessed_on
left join mart.strength as strength
    on chosen.patient_id = strength.patient_id
    and chosen.side = strength.side
    and chosen.injury_no = strength.injury_no
    and chosen.assessed_on = strength.assessed_on
left join registry.imaging as mri
    on chosen.patient_id = mri.patient_id
    and chosen.side = mri.side
    and chosen.injury_no = mri.injury_no
    and mri.visit = 'month_12'
    and mri.is_counted
left join first_return
    on chosen.patient_id = first_return.patient_id
    and chosen.side = first_return.side
    and chosen.injury_no = first_return.injury_no
left join recurrence
    on chosen.patient_id = recurrence.patient_id
    and chosen.side = recurrence.side
    and chosen.injury_no = recurrence.injury_no
