/* Enrolment rows whose injury is more than 60 days from the one first enrolled: they wait, they correct nothing.

A date known to the month or the year counts as that whole period, so a finer date inside it is no other injury.

grain: submission, section, line
*/
with injury_row as (
    select
        enrolment.submission,
        enrolment.section,
        enrolment.line,
        enrolment.received_at,
        coalesce(identity.patient_id, enrolment.patient_id) as patient_id,
        enrolment.side,
        enrolment.injury_no,
        enrolment.injured_on.value as first_day,
        case enrolment.injured_on_precision.value
            when 'year' then cast(enrolment.injured_on.value + interval 1 year as date)
            when 'month' then cast(enrolment.injured_on.value + interval 1 month as date)
            else enrolment.injured_on.value
        end as last_day
    from facts.enrolment as enrolment
    inner join ops.live_submission as live on enrolment.submission = live.submission
    left join ops.identity as identity on enrolment.patient_id = identity.sent_patient_id
    inner join ops.care as care
        on coalesce(identity.patient_id, enrolment.patient_id) = care.patient_id
        and enrolment.side = care.side
        and enrolment.injury_no = care.injury_no
        and enrolment.clinic = care.clinic
    where enrolment.injured_on.value is not null
),

ordered as (
    select
        injury_row.submission,
        injury_row.section,
        injury_row.line,
        injury_row.patient_id,
        injury_row.side,
        injury_row.injury_no,
        injury_row.first_day,
        injury_row.last_day,
        row_number() over (
            partition by injury_row.patient_id, injury_row.side, injury_row.injury_no
            order by injury_row.received_at, injury_row.submission, injury_row.section, injury_row.line
        ) as row_no
    from injury_row
)

select
    later.submission,
    later.section,  -- Number of the form or sheet within the submission.
    later.line,  -- Line of the file, 1-based.
    later.first_day as injured_on,
    enrolled.first_day as enrolled_injured_on  -- First day of the injury date that was enrolled first.
from ordered as later
inner join ordered as enrolled
    on later.patient_id = enrolled.patient_id
    and later.side = enrolled.side
    and later.injury_no = enrolled.injury_no
where
    enrolled.row_no = 1
    and (
        date_diff('day', enrolled.last_day, later.first_day) > 60
        or date_diff('day', later.last_day, enrolled.first_day) > 60
    )
