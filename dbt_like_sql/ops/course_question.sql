/* Questions that arise between rows: a follow-up, a treatment, an event or an MRI against the enrolment and the course.

Each closes by itself when the rows it is about change.

grain: rule, form, row_key, column
*/
with follow_up as (
    select
        follow_up.patient_id,
        follow_up.side,
        follow_up.injury_no,
        follow_up.assessed_on,
        follow_up.visit_as_sent,
        follow_up.visit,
        follow_up.nearest_visit,
        follow_up.phat_total,
        follow_up.return_to_sport,
        follow_up.returned_to_sport_on,
        episode.injured_on,
        episode.sport_level,
        patient.died_on,
        follow_up.patient_id || ' ' || follow_up.side || ' ' || cast(follow_up.injury_no as varchar) || ' ' || cast(follow_up.assessed_on as varchar) as row_key
    from registry.follow_up as follow_up
    inner join registry.episode as episode
        on follow_up.patient_id = episode.patient_id
        and follow_up.side = episode.side
        and follow_up.injury_no = episode.injury_no
    inner join registry.patient as patient on follow_up.patient_id = patient.patient_id
),

low_at_level as (
    select
        follow_up.row_key,
        follow_up.patient_id,
        follow_up.side,
        follow_up.injury_no,
        follow_up.phat_total,
        max(earlier.assessed_on) as earlier_on
    from follow_up
    inner join registry.follow_up as earlier
        on follow_up.patient_id = earlier.patient_id
        and follow_up.side = earlier.side
        and follow_up.injury_no = earlier.injury_no
        and follow_up.assessed_on > earlier.assessed_on
    where
        follow_up.return_to_sport = 'pre_injury_level'
        and follow_up.phat_total <= 40
        and earlier.phat_total is not null
    group by
        follow_up.row_key, follow_up.patient_id, follow_up.side, follow_up.injury_no, follow_up.phat_total
),

dated as (
    select
        'treatment' as form,
        treatment.patient_id,
        treatment.side,
        treatment.injury_no,
        treatment.patient_id || ' ' || treatment.side || ' ' || cast(treatment.injury_no as varchar) || ' ' || cast(treatment.treatment_no as varchar) as row_key,
        'treated_on' as "column",
        treatment.treated_on as happened_on
    from registry.treatment as treatment
    where treatment.treated_on is not null
    union all
    select
        'imaging' as form,
        imaging.patient_id,
        imaging.side,
        imaging.injury_no,
        imaging.patient_id || ' ' || imaging.side || ' ' || cast(imaging.injury_no as varchar) || ' ' || cast(imaging.mri_on as varchar) as row_key,
        'mri_on' as "column",
        imaging.mri_on as happened_on
    from registry.imaging as imaging
    where imaging.mri_on is not null
    union all
    select
        'rehabilitation' as form,
        rehabilitation.patient_id,
        rehabilitation.side,
        rehabilitation.injury_no,
        rehabilitation.patient_id || ' ' || rehabilitation.side || ' ' || cast(rehabilitation.injury_no as varchar) || ' ' || rehabilitation.phase as row_key,
        'started_on' as "column",
        rehabilitation.started_on as happened_on
    from registry.rehabilitation as rehabilitation
    where rehabilitation.started_on is not null
    union all
    select
        'rehabilitation' as form,
        rehabilitation.patient_id,
        rehabilitation.side,
        rehabilitation.injury_no,
        rehabilitation.patient_id || ' ' || rehabilitation.side || ' ' || cast(rehabilitation.injury_no as varchar) || ' ' || rehabilitation.phase as row_key,
        'completed_on' as "column",
        rehabilitation.completed_on as happened_on
    from registry.rehabilitation as rehabilitation
    where rehabilitation.completed_on is not null
    union all
    select
        'event' as form,
        event.patient_id,
        event.side,
        event.injury_no,
        event.patient_id || ' ' || event.side || ' ' || cast(event.injury_no as varchar) || ' ' || cast(event.event_no as varchar) as row_key,
        'occurred_on' as "column",
        event.occurred_on as happened_on
    from registry.event as event
    where event.occurred_on is not null
),

enrolment as (
    select
        episode.patient_id || ' ' || episode.side || ' ' || cast(episode.injury_no as varchar) as row_key,
        episode.arm,
        episode.anchor_on,
        episode.initial_treatment
    from registry.episode as episode
)

select
    'assessed_before_injury' as rule,  -- Rule that asks, explained in the dictionary.
    'warning' as severity,  -- error or warning.
    'follow_up' as form,  -- Form of the row it is about.
    follow_up.row_key,  -- Key of the row as readable text.
    'assessed_on' as "column",  -- Field it is about.
    cast(follow_up.assessed_on as varchar) as found,  -- What is known.
    cast(follow_up.injured_on as varchar) as expected  -- What it was held against.
from follow_up
where follow_up.assessed_on < follow_up.injured_on
union all
select
    'returned_before_injury' as rule,
    'warning' as severity,
    'follow_up' as form,
    follow_up.row_key,
    'returned_to_sport_on' as "column",
    cast(follow_up.returned_to_sport_on as varchar) as found,
    cast(follow_up.injured_on as varchar) as expected
from follow_up
where follow_up.returned_to_sport_on < follow_up.injured_on
union all
select
    'after_death' as rule,
    'warning' as severity,
    'follow_up' as form,
    follow_up.row_key,
    'assessed_on' as "column",
    cast(follow_up.assessed_on as varchar) as found,
    cast(follow_up.died_on as varchar) as expected
from follow_up
where follow_up.assessed_on > follow_up.died_on
union all
select
    'visit_label_differs' as rule,
    'warning' as severity,
    'follow_up' as form,
    follow_up.row_key,
    'visit' as "column",
    follow_up.visit_as_sent as found,
    follow_up.nearest_visit as expected
from follow_up
where follow_up.visit_as_sent <> follow_up.nearest_visit
union all
select
    'sport_before_injury_differs' as rule,
    'warning' as severity,
    'follow_up' as form,
    follow_up.row_key,
    'return_to_sport' as "column",
    follow_up.return_to_sport as found,
    follow_up.sport_level as expected
from follow_up
where (follow_up.return_to_sport = 'no_sport_before_injury') <> (follow_up.sport_level = 'none')
union all
select
    'phat_fell_at_pre_injury_level' as rule,
    'warning' as severity,
    'follow_up' as form,
    low_at_level.row_key,
    'phat_total' as "column",
    cast(low_at_level.phat_total as varchar) as found,
    cast(earlier.phat_total as varchar) as expected
from low_at_level
inner join registry.follow_up as earlier
    on low_at_level.patient_id = earlier.patient_id
    and low_at_level.side = earlier.side
    and low_at_level.injury_no = earlier.injury_no
    and low_at_level.earlier_on = earlier.assessed_on
where earlier.phat_total - low_at_level.phat_total >= 60
union all
select
    'after_death' as rule,
    'warning' as severity,
    dated.form,
    dated.row_key,
    dated."column",
    cast(dated.happened_on as varchar) as found,
    cast(patient.died_on as varchar) as expected
from dated
inner join registry.patient as patient on dated.patient_id = patient.patient_id
where dated.happened_on > patient.died_on
union all
select
    'before_injury' as rule,
    'warning' as severity,
    dated.form,
    dated.row_key,
    dated."column",
    cast(dated.happened_on as varchar) as found,
    cast(episode.injured_on as varchar) as expected
from dated
inner join registry.episode as episode
    on dated.patient_id = episode.patient_id
    and dated.side = episode.side
    and dated.injury_no = episode.injury_no
where dated.happened_on < episode.injured_on
union all
select
    'treatment_before_first' as rule,
    'warning' as severity,
    'treatment' as form,
    dated.row_key,
    'treated_on' as "column",
    cast(dated.happened_on as varchar) as found,
    cast(episode.anchor_on as varchar) as expected
from dated
inner join registry.episode as episode
    on dated.patient_id = episode.patient_id
    and dated.side = episode.side
    and dated.injury_no = episode.injury_no
where dated.form = 'treatment' and dated.happened_on < episode.anchor_on
union all
select
    'crossover_of_surgical' as rule,
    'warning' as severity,
    'treatment' as form,
    treatment.patient_id || ' ' || treatment.side || ' ' || cast(treatment.injury_no as varchar) || ' ' || cast(treatment.treatment_no as varchar) as row_key,
    'treatment_kind' as "column",
    treatment.treatment_kind as found,
    episode.arm as expected
from registry.treatment as treatment
inner join registry.episode as episode
    on treatment.patient_id = episode.patient_id
    and treatment.side = episode.side
    and treatment.injury_no = episode.injury_no
where treatment.treatment_kind = 'surgery_after_conservative' and episode.arm = 'surgical'
union all
select
    'phase_one_without_surgery' as rule,
    'warning' as severity,
    'rehabilitation' as form,
    rehabilitation.patient_id || ' ' || rehabilitation.side || ' ' || cast(rehabilitation.injury_no as varchar) || ' ' || rehabilitation.phase as row_key,
    'phase' as "column",
    rehabilitation.phase as found,
    episode.arm as expected
from registry.rehabilitation as rehabilitation
inner join registry.episode as episode
    on rehabilitation.patient_id = episode.patient_id
    and rehabilitation.side = episode.side
    and rehabilitation.injury_no = episode.injury_no
where rehabilitation.phase = 'I' and episode.arm = 'conservative' and not episode.has_crossed_over
union all
select
    'treatment_changed_after_follow_up' as rule,
    'warning' as severity,
    'enrolment' as form,
    enrolment.row_key,
    'initial_treatment' as "column",
    enrolment.initial_treatment as found,
    enrolment.arm as expected
from enrolment
where enrolment.initial_treatment <> enrolment.arm
union all
select
    'treatment_unknown' as rule,
    'warning' as severity,
    'enrolment' as form,
    enrolment.row_key,
    'initial_treatment' as "column",
    '' as found,
    'surgical, conservative' as expected
from enrolment
where enrolment.arm is null
union all
select
    'anchor_unknown' as rule,
    'warning' as severity,
    'enrolment' as form,
    enrolment.row_key,
    case enrolment.arm when 'surgical' then 'surgery_on' else 'decision_on' end as "column",
    '' as found,
    enrolment.arm as expected
from enrolment
where enrolment.arm is not null and enrolment.anchor_on is null
