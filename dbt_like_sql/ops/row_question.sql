/* Questions about one row as it was sent: warnings of its own file, old values that came back, rows that wait.

A warning closes when its column is corrected (any column, where it speaks of the whole row) or restated elsewhere.

grain: rule, submission, section, line, column, found
*/
with later_change as (
    select
        finding.submission,
        finding.section,
        finding.line,
        finding."column"
    from ops.finding as finding
    inner join ops.row_version as warned
        on finding.submission = warned.submission
        and finding.section = warned.section
        and finding.line = warned.line
    inner join ops.change as change
        on warned.form = change.form
        and warned.row_key = change.row_key
        and (finding."column" = '' or finding."column" = change.field)
        and (
            warned.received_at < change.received_at
            or (
                warned.received_at = change.received_at
                and (
                    warned.submission < change.submission
                    or (warned.submission = change.submission and warned.section < change.section)
                    or (
                        warned.submission = change.submission
                        and warned.section = change.section
                        and warned.line < change.line
                    )
                )
            )
        )
    where finding.severity = 'warning'
    group by finding.submission, finding.section, finding.line, finding."column"
),

warning as (
    select
        finding.rule,
        warned.form,
        warned.row_key,
        finding.submission,
        finding.section,
        finding.line,
        finding."column",
        finding.found,
        finding.expected,
        row_number() over (
            partition by warned.form, warned.row_key, finding.rule, finding."column"
            order by warned.received_at desc, finding.submission desc, finding.section desc, finding.line desc, finding.found asc
        ) as question_no
    from ops.finding as finding
    inner join ops.row_version as warned
        on finding.submission = warned.submission
        and finding.section = warned.section
        and finding.line = warned.line
    left join later_change
        on finding.submission = later_change.submission
        and finding.section = later_change.section
        and finding.line = later_change.line
        and finding."column" = later_change."column"
    where finding.severity = 'warning' and warned.row_state <> 'held' and later_change.submission is null
),

last_change as (
    select
        change.form,
        change.row_key,
        change.submission,
        change.section,
        change.line,
        change.field,
        change.value_before,
        change.value_after,
        change.is_return,
        row_number() over (
            partition by change.form, change.row_key, change.field
            order by change.received_at desc, change.submission desc, change.section desc, change.line desc
        ) as change_no
    from ops.change as change
),

enrolled_patient as (
    select distinct
        care.patient_id,
        care.clinic
    from ops.care as care
)

select
    warning.rule,
    'warning' as severity,
    warning.form,
    warning.row_key,
    warning.submission,
    warning.section,
    warning.line,
    warning."column",
    warning.found,
    warning.expected
from warning
where warning.question_no = 1
union all
select
    'old_value_returned' as rule,
    'warning' as severity,
    last_change.form,
    last_change.row_key,
    last_change.submission,
    last_change.section,
    last_change.line,
    last_change.field as "column",
    last_change.value_after as found,
    coalesce(last_change.value_before, '') as expected
from last_change
where last_change.change_no = 1 and last_change.is_return
union all
select
    'another_injury' as rule,
    'warning' as severity,
    held.form,
    held.row_key,
    held.submission,
    held.section,
    held.line,
    'injured_on' as "column",
    cast(another_injury.injured_on as varchar) as found,
    cast(another_injury.enrolled_injured_on as varchar) as expected
from ops.another_injury as another_injury
inner join ops.row_version as held
    on another_injury.submission = held.submission
    and another_injury.section = held.section
    and another_injury.line = held.line
where held.held_because = 'another_injury'
union all
select
    'episode_not_enrolled' as rule,
    'warning' as severity,
    held.form,
    held.row_key,
    held.submission,
    held.section,
    held.line,
    'side' as "column",
    held.side || ' ' || cast(held.injury_no as varchar) as found,
    '' as expected
from ops.row_version as held
inner join enrolled_patient
    on held.patient_id = enrolled_patient.patient_id
    and held.clinic = enrolled_patient.clinic
where held.held_because = 'not_known_here'
union all
select
    'replaced_date_unknown' as rule,
    'warning' as severity,
    'follow_up' as form,
    asking.row_key,
    corrector.submission,
    corrector.section,
    corrector.line,
    'replaces_on' as "column",
    cast(corrector.replaces_on.value as varchar) as found,
    '' as expected
from ops.follow_up_version as corrector
inner join ops.row_version as asking
    on corrector.submission = asking.submission
    and corrector.section = asking.section
    and corrector.line = asking.line
left join ops.follow_up_version as replaced
    on corrector.patient_id = replaced.patient_id
    and corrector.side = replaced.side
    and corrector.injury_no = replaced.injury_no
    and corrector.replaces_on.value = replaced.assessed_on_as_sent
    and replaced.row_state <> 'held'
    and corrector.received_at >= replaced.received_at
where corrector.replaces_on.value is not null and corrector.row_state <> 'held' and replaced.submission is null
