/* Every value that a correction changed: what it was, what it is, and who said so.

grain: submission, section, line, field
*/
with version as (
    select
        enrolment_version.submission,
        enrolment_version.section,
        enrolment_version.line,
        cast(to_json(enrolment_version) as varchar) as state
    from ops.enrolment_version as enrolment_version
    where enrolment_version.row_state in ('new', 'corrected') and (enrolment_version.superseded_at is not null or enrolment_version.row_state = 'corrected')
    union all
    select
        treatment_version.submission,
        treatment_version.section,
        treatment_version.line,
        cast(to_json(treatment_version) as varchar) as state
    from ops.treatment_version as treatment_version
    where treatment_version.row_state in ('new', 'corrected') and (treatment_version.superseded_at is not null or treatment_version.row_state = 'corrected')
    union all
    select
        follow_up_version.submission,
        follow_up_version.section,
        follow_up_version.line,
        cast(to_json(follow_up_version) as varchar) as state
    from ops.follow_up_version as follow_up_version
    where follow_up_version.row_state in ('new', 'corrected') and (follow_up_version.superseded_at is not null or follow_up_version.row_state = 'corrected')
    union all
    select
        imaging_version.submission,
        imaging_version.section,
        imaging_version.line,
        cast(to_json(imaging_version) as varchar) as state
    from ops.imaging_version as imaging_version
    where imaging_version.row_state in ('new', 'corrected') and (imaging_version.superseded_at is not null or imaging_version.row_state = 'corrected')
    union all
    select
        rehabilitation_version.submission,
        rehabilitation_version.section,
        rehabilitation_version.line,
        cast(to_json(rehabilitation_version) as varchar) as state
    from ops.rehabilitation_version as rehabilitation_version
    where rehabilitation_version.row_state in ('new', 'corrected') and (rehabilitation_version.superseded_at is not null or rehabilitation_version.row_state = 'corrected')
    union all
    select
        event_version.submission,
        event_version.section,
        event_version.line,
        cast(to_json(event_version) as varchar) as state
    from ops.event_version as event_version
    where event_version.row_state in ('new', 'corrected') and (event_version.superseded_at is not null or event_version.row_state = 'corrected')
    union all
    select
        screening_version.submission,
        screening_version.section,
        screening_version.line,
        cast(to_json(screening_version) as varchar) as state
    from ops.screening_version as screening_version
    where screening_version.row_state in ('new', 'corrected') and (screening_version.superseded_at is not null or screening_version.row_state = 'corrected')
),

step as (
    select
        row_version.form,
        row_version.submission,
        row_version.section,
        row_version.line,
        row_version.clinic,
        row_version.received_at,
        row_version.patient_id,
        row_version.side,
        row_version.injury_no,
        row_version.row_key,
        row_version.row_state,
        row_version.changed_fields,
        version.state,
        lag(version.state) over (
            partition by row_version.form, row_version.row_key
            order by row_version.received_at, row_version.submission, row_version.section, row_version.line
        ) as state_before
    from version
    inner join ops.row_version as row_version
        on version.submission = row_version.submission
        and version.section = row_version.section
        and version.line = row_version.line
),

field_step as (
    select
        step.form,
        step.submission,
        step.section,
        step.line,
        step.clinic,
        step.received_at,
        step.patient_id,
        step.side,
        step.injury_no,
        step.row_key,
        step.state,
        step.state_before,
        unnest(step.changed_fields) as field
    from step
    where step.row_state = 'corrected'
),

change as (
    select
        field_step.form,
        field_step.submission,
        field_step.section,
        field_step.line,
        field_step.clinic,
        field_step.received_at,
        field_step.patient_id,
        field_step.side,
        field_step.injury_no,
        field_step.row_key,
        field_step.field,
        case
            when field_step.field = 'assessed_on' then json_extract_string(field_step.state_before, '$.assessed_on_as_sent')
            else
                coalesce(
                    '#' || json_extract_string(field_step.state_before, '$.' || field_step.field || '.missing'),
                    json_extract_string(field_step.state_before, '$.' || field_step.field || '.value')
                )
        end as value_before,
        case
            when field_step.field = 'assessed_on' then json_extract_string(field_step.state, '$.assessed_on_as_sent')
            else
                coalesce(
                    '#' || json_extract_string(field_step.state, '$.' || field_step.field || '.missing'),
                    json_extract_string(field_step.state, '$.' || field_step.field || '.value')
                )
        end as value_after
    from field_step
),

returned as (
    select distinct
        later.submission,
        later.section,
        later.line,
        later.field
    from change as later
    inner join change as earlier
        on later.form = earlier.form
        and later.row_key = earlier.row_key
        and later.field = earlier.field
        and later.value_after = earlier.value_before
    where
        earlier.received_at < later.received_at
        or (
            earlier.received_at = later.received_at
            and (
                earlier.submission < later.submission
                or (earlier.submission = later.submission and earlier.section < later.section)
                or (earlier.submission = later.submission and earlier.section = later.section and earlier.line < later.line)
            )
        )
)

select
    change.form,
    change.submission,
    change.section,
    change.line,
    change.clinic,
    change.received_at,
    change.patient_id,
    change.side,
    change.injury_no,
    change.row_key,
    change.field,  -- Field that changed.
    change.value_before,  -- What was known before; a reason such as #not_done where no value was; empty: nothing.
    change.value_after,  -- What the row said instead.
    returned.submission is not null as is_return  -- An old value came back: it was known before, corrected, and is now said again.
from change
left join returned
    on change.submission = returned.submission
    and change.section = returned.section
    and change.line = returned.line
    and change.field = returned.field
