/* Follow-up rows whose date a later row corrected (`replaces_on`), with the date that holds today.

A correction moves the rows received before it; a row received later with the old date is an assessment of its own.
Corrections of corrections are followed to their end.

grain: submission, section, line
*/
with recursive sent as (
    select
        follow_up.submission,
        follow_up.section,
        follow_up.line,
        follow_up.received_at,
        coalesce(identity.patient_id, follow_up.patient_id) as patient_id,
        follow_up.side,
        follow_up.injury_no,
        follow_up.assessed_on,
        follow_up.replaces_on.value as replaces_on
    from facts.follow_up as follow_up
    inner join ops.live_submission as live on follow_up.submission = live.submission
    left join ops.identity as identity on follow_up.patient_id = identity.sent_patient_id
    inner join ops.care as care
        on coalesce(identity.patient_id, follow_up.patient_id) = care.patient_id
        and follow_up.side = care.side
        and follow_up.injury_no = care.injury_no
        and follow_up.clinic = care.clinic
    left join ops.withdrawal as withdrawal
        on coalesce(identity.patient_id, follow_up.patient_id) = withdrawal.patient_id
    where withdrawal.frozen_at is null or follow_up.received_at <= withdrawal.frozen_at
),

episode as (
    select distinct
        sent.patient_id,
        sent.side,
        sent.injury_no
    from sent
    where sent.replaces_on is not null
),

numbered as (
    select
        sent.submission,
        sent.section,
        sent.line,
        sent.patient_id,
        sent.side,
        sent.injury_no,
        sent.assessed_on,
        sent.replaces_on,
        row_number() over (
            partition by sent.patient_id, sent.side, sent.injury_no
            order by sent.received_at, sent.submission, sent.section, sent.line
        ) as row_no
    from sent
    inner join episode
        on sent.patient_id = episode.patient_id
        and sent.side = episode.side
        and sent.injury_no = episode.injury_no
),

step as (
    select
        earlier.submission,
        earlier.section,
        earlier.line,
        earlier.patient_id,
        earlier.side,
        earlier.injury_no,
        min(later.row_no) as row_no
    from numbered as earlier
    inner join numbered as later
        on earlier.patient_id = later.patient_id
        and earlier.side = later.side
        and earlier.injury_no = later.injury_no
        and earlier.assessed_on = later.replaces_on
        and earlier.row_no < later.row_no
    where later.assessed_on <> later.replaces_on
    group by
        earlier.submission, earlier.section, earlier.line, earlier.patient_id, earlier.side, earlier.injury_no
),

move as (
    select
        step.submission,
        step.section,
        step.line,
        corrector.submission as by_submission,
        corrector.section as by_section,
        corrector.line as by_line,
        corrector.assessed_on,
        1 as hops
    from step
    inner join numbered as corrector
        on step.patient_id = corrector.patient_id
        and step.side = corrector.side
        and step.injury_no = corrector.injury_no
        and step.row_no = corrector.row_no
    union all
    select
        move.submission,
        move.section,
        move.line,
        corrector.submission as by_submission,
        corrector.section as by_section,
        corrector.line as by_line,
        corrector.assessed_on,
        move.hops + 1 as hops
    from move
    inner join step
        on move.by_submission = step.submission
        and move.by_section = step.section
        and move.by_line = step.line
    inner join numbered as corrector
        on step.patient_id = corrector.patient_id
        and step.side = corrector.side
        and step.injury_no = corrector.injury_no
        and step.row_no = corrector.row_no
),

furthest as (
    select
        move.submission,
        move.section,
        move.line,
        max(move.hops) as hops
    from move
    group by move.submission, move.section, move.line
)

select
    move.submission,
    move.section,  -- Number of the form or sheet within the submission.
    move.line,  -- Line of the file, 1-based.
    move.assessed_on
from move
inner join furthest
    on move.submission = furthest.submission
    and move.section = furthest.section
    and move.line = furthest.line
    and move.hops = furthest.hops
