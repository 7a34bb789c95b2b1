/* Questions about dates that cannot be: after the day their file came, before the treatment, phases in another order.

Each closes by itself when the rows it is about change. A day ends 14 hours earlier somewhere, so a date is late only
where it is late in every time zone.

grain: rule, form, row_key, column
*/
with dated as (
    select
        enrolment_version.submission,
        enrolment_version.section,
        enrolment_version.line,
        'injured_on' as "column",
        enrolment_version.injured_on.value as happened_on
    from ops.enrolment_version as enrolment_version
    union all
    select
        enrolment_version.submission,
        enrolment_version.section,
        enrolment_version.line,
        'surgery_on' as "column",
        enrolment_version.surgery_on.value as happened_on
    from ops.enrolment_version as enrolment_version
    union all
    select
        treatment_version.submission,
        treatment_version.section,
        treatment_version.line,
        'treated_on' as "column",
        treatment_version.treated_on.value as happened_on
    from ops.treatment_version as treatment_version
    union all
    select
        follow_up_version.submission,
        follow_up_version.section,
        follow_up_version.line,
        'assessed_on' as "column",
        follow_up_version.assessed_on as happened_on
    from ops.follow_up_version as follow_up_version
    union all
    select
        imaging_version.submission,
        imaging_version.section,
        imaging_version.line,
        'mri_on' as "column",
        imaging_version.mri_on as happened_on
    from ops.imaging_version as imaging_version
    union all
    select
        rehabilitation_version.submission,
        rehabilitation_version.section,
        rehabilitation_version.line,
        'completed_on' as "column",
        rehabilitation_version.completed_on.value as happened_on
    from ops.rehabilitation_version as rehabilitation_version
    union all
    select
        event_version.submission,
        event_version.section,
        event_version.line,
        'occurred_on' as "column",
        event_version.occurred_on.value as happened_on
    from ops.event_version as event_version
),

phase as (
    select
        rehabilitation.patient_id,
        rehabilitation.side,
        rehabilitation.injury_no,
        rehabilitation.phase,
        rehabilitation.started_on,
        max(rehabilitation.started_on) over (
            partition by rehabilitation.patient_id, rehabilitation.side, rehabilitation.injury_no
            order by rehabilitation.phase
            rows between unbounded preceding and 1 preceding
        ) as earlier_phase_on
    from registry.rehabilitation as rehabilitation
)

select
    'date_after_receipt' as rule,  -- Rule that asks, explained in the dictionary.
    'warning' as severity,  -- error or warning.
    row_version.form,
    row_version.row_key,
    dated."column",  -- Field it is about.
    cast(dated.happened_on as varchar) as found,  -- What is known.
    cast(cast(row_version.received_at as date) as varchar) as expected  -- What it was held against.
from dated
inner join ops.row_version as row_version
    on dated.submission = row_version.submission
    and dated.section = row_version.section
    and dated.line = row_version.line
where
    row_version.row_state in ('new', 'corrected')
    and row_version.superseded_at is null
    and dated.happened_on > cast(row_version.received_at + interval 14 hour as date)
union all
select
    'assessed_before_treatment' as rule,
    'warning' as severity,
    'follow_up' as form,
    follow_up.patient_id || ' ' || follow_up.side || ' ' || cast(follow_up.injury_no as varchar) || ' ' || cast(follow_up.assessed_on as varchar) as row_key,
    'assessed_on' as "column",
    cast(follow_up.assessed_on as varchar) as found,
    cast(episode.anchor_on as varchar) as expected
from registry.follow_up as follow_up
inner join registry.episode as episode
    on follow_up.patient_id = episode.patient_id
    and follow_up.side = episode.side
    and follow_up.injury_no = episode.injury_no
where follow_up.assessed_on < episode.anchor_on and follow_up.assessed_on >= episode.injured_on
union all
select
    'phases_out_of_order' as rule,
    'warning' as severity,
    'rehabilitation' as form,
    phase.patient_id || ' ' || phase.side || ' ' || cast(phase.injury_no as varchar) || ' ' || phase.phase as row_key,
    'started_on' as "column",
    cast(phase.started_on as varchar) as found,
    cast(phase.earlier_phase_on as varchar) as expected
from phase
where phase.started_on < phase.earlier_phase_on
