/* Assessments as known today, each with the visit its date makes it.

Every assessment stays: one outside every window is labelled so, a second one in a window does not count for the visit.

grain: patient_id, side, injury_no, assessed_on
checks:
  - not is_counted or visit not in ('outside_window', 'no_anchor')
*/
with placed as (
    select
        follow_up_version.patient_id,
        follow_up_version.side,
        follow_up_version.injury_no,
        follow_up_version.assessed_on,
        episode.anchor_on,
        visit_window.visit,
        abs(date_diff('day', visit_window.due_on, follow_up_version.assessed_on)) as days_off
    from ops.follow_up_version as follow_up_version
    inner join registry.episode as episode
        on follow_up_version.patient_id = episode.patient_id
        and follow_up_version.side = episode.side
        and follow_up_version.injury_no = episode.injury_no
    left join ops.visit_window as visit_window
        on episode.anchor_on = visit_window.anchor_on
        and follow_up_version.assessed_on between visit_window.window_opens_on and visit_window.window_closes_on
    where follow_up_version.row_state in ('new', 'corrected') and follow_up_version.superseded_at is null
),

contested as (
    select
        placed.patient_id,
        placed.side,
        placed.injury_no,
        placed.visit
    from placed
    where placed.visit is not null
    group by placed.patient_id, placed.side, placed.injury_no, placed.visit
    having count(*) > 1
),

contender as (
    select
        placed.patient_id,
        placed.side,
        placed.injury_no,
        placed.assessed_on,
        row_number() over (
            partition by placed.patient_id, placed.side, placed.injury_no, placed.visit
            order by placed.days_off, placed.assessed_on
        ) as place
    from placed
    inner join contested
        on placed.patient_id = contested.patient_id
        and placed.side = contested.side
        and placed.injury_no = contested.injury_no
        and placed.visit = contested.visit
),

distance as (
    select
        placed.patient_id,
        placed.side,
        placed.injury_no,
        placed.assessed_on,
        visit_window.visit,
        row_number() over (
            partition by placed.patient_id, placed.side, placed.injury_no, placed.assessed_on
            order by abs(date_diff('day', visit_window.due_on, placed.assessed_on)), visit_window.visit_no
        ) as place
    from placed
    inner join ops.visit_window as visit_window on placed.anchor_on = visit_window.anchor_on
    where placed.visit is null
)

select
    episode.clinic,
    assessment.patient_id,
    assessment.side,
    assessment.injury_no,
    assessment.assessed_on,
    case
        when episode.anchor_on is null then 'no_anchor'
        else coalesce(visit_window.visit, 'outside_window')
    end as visit,  -- Visit in whose window the assessment lies, by its date; outside_window, or no_anchor where no day to count from is known.
    coalesce(visit_window.visit, distance.visit) as nearest_visit,  -- Visit whose due day is nearest, in its window or not; ties go to the earlier visit.
    visit_window.visit is not null and coalesce(contender.place = 1, true) as is_counted,  -- Counts for its visit: of several in one window the nearest to the due day, ties to the earlier.
    date_diff('day', episode.anchor_on, assessment.assessed_on) as days_anchor_to_assessment,  -- Days from the anchor (surgery or decision) to the assessment.
    assessment.visit.value as visit_as_sent,  -- Label of the visit as the clinic gave it; the visit itself is derived from the date.
    assessment.phat_total.value as phat_total,
    nullif(assessment.phat_total.missing, 'erased') as phat_total_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.phat_items_answered.value as phat_items_answered,
    nullif(assessment.phat_items_answered.missing, 'erased') as phat_items_answered_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.tegner.value as tegner,
    nullif(assessment.tegner.missing, 'erased') as tegner_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.eq5d_version.value as eq5d_version,
    assessment.eq5d_mobility.value as eq5d_mobility,
    nullif(assessment.eq5d_mobility.missing, 'erased') as eq5d_mobility_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.eq5d_self_care.value as eq5d_self_care,
    nullif(assessment.eq5d_self_care.missing, 'erased') as eq5d_self_care_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.eq5d_usual_activities.value as eq5d_usual_activities,
    nullif(assessment.eq5d_usual_activities.missing, 'erased') as eq5d_usual_activities_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.eq5d_pain.value as eq5d_pain,
    nullif(assessment.eq5d_pain.missing, 'erased') as eq5d_pain_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.eq5d_anxiety.value as eq5d_anxiety,
    nullif(assessment.eq5d_anxiety.missing, 'erased') as eq5d_anxiety_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.eq5d_vas.value as eq5d_vas,
    nullif(assessment.eq5d_vas.missing, 'erased') as eq5d_vas_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.return_to_sport.value as return_to_sport,
    nullif(assessment.return_to_sport.missing, 'erased') as return_to_sport_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.returned_to_sport_on.value as returned_to_sport_on,
    assessment.straight_leg_raise_left_deg.value as straight_leg_raise_left_deg,
    nullif(assessment.straight_leg_raise_left_deg.missing, 'erased') as straight_leg_raise_left_deg_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.straight_leg_raise_right_deg.value as straight_leg_raise_right_deg,
    nullif(assessment.straight_leg_raise_right_deg.missing, 'erased') as straight_leg_raise_right_deg_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.knee_extension_left_deg.value as knee_extension_left_deg,
    nullif(assessment.knee_extension_left_deg.missing, 'erased') as knee_extension_left_deg_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.knee_extension_right_deg.value as knee_extension_right_deg,
    nullif(assessment.knee_extension_right_deg.missing, 'erased') as knee_extension_right_deg_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.strength_unit.value as strength_unit,
    assessment.strength_prone_0_90_left.value as strength_prone_0_90_left,
    nullif(assessment.strength_prone_0_90_left.missing, 'erased') as strength_prone_0_90_left_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.strength_prone_0_90_right.value as strength_prone_0_90_right,
    nullif(assessment.strength_prone_0_90_right.missing, 'erased') as strength_prone_0_90_right_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.strength_prone_0_90_percent.value as strength_prone_0_90_percent,
    nullif(assessment.strength_prone_0_90_percent.missing, 'erased') as strength_prone_0_90_percent_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.strength_prone_0_15_left.value as strength_prone_0_15_left,
    nullif(assessment.strength_prone_0_15_left.missing, 'erased') as strength_prone_0_15_left_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.strength_prone_0_15_right.value as strength_prone_0_15_right,
    nullif(assessment.strength_prone_0_15_right.missing, 'erased') as strength_prone_0_15_right_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.strength_prone_0_15_percent.value as strength_prone_0_15_percent,
    nullif(assessment.strength_prone_0_15_percent.missing, 'erased') as strength_prone_0_15_percent_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.strength_supine_90_90_left.value as strength_supine_90_90_left,
    nullif(assessment.strength_supine_90_90_left.missing, 'erased') as strength_supine_90_90_left_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.strength_supine_90_90_right.value as strength_supine_90_90_right,
    nullif(assessment.strength_supine_90_90_right.missing, 'erased') as strength_supine_90_90_right_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.strength_supine_90_90_percent.value as strength_supine_90_90_percent,
    nullif(assessment.strength_supine_90_90_percent.missing, 'erased') as strength_supine_90_90_percent_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.would_choose_same_treatment.value as would_choose_same_treatment,
    nullif(assessment.would_choose_same_treatment.missing, 'erased') as would_choose_same_treatment_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    assessment.received_at as changed_at  -- When the version that holds today was received (UTC).
from ops.follow_up_version as assessment
inner join registry.episode as episode
    on assessment.patient_id = episode.patient_id
    and assessment.side = episode.side
    and assessment.injury_no = episode.injury_no
left join ops.visit_window as visit_window
    on episode.anchor_on = visit_window.anchor_on
    and assessment.assessed_on between visit_window.window_opens_on and visit_window.window_closes_on
left join contender
    on assessment.patient_id = contender.patient_id
    and assessment.side = contender.side
    and assessment.injury_no = contender.injury_no
    and assessment.assessed_on = contender.assessed_on
left join distance
    on assessment.patient_id = distance.patient_id
    and assessment.side = distance.side
    and assessment.injury_no = distance.injury_no
    and assessment.assessed_on = distance.assessed_on
    and distance.place = 1
where assessment.row_state in ('new', 'corrected') and assessment.superseded_at is null
