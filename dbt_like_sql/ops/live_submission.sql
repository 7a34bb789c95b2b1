/* The submissions whose rows count: read, not undone, and not the same file sent again.

A file counts as sent again if the same clinic sent the same bytes earlier and nobody has undone them since.
This is derived, not trusted: whichever of two equal files is loaded first, the earlier received counts.

grain: submission
*/
with undone as (
    select
        decision.submission,
        min(decision.decided_at) as undone_at
    from facts.decision as decision
    where decision.kind = 'undo'
    group by decision.submission
),

read_file as (
    select
        submission.submission,
        submission.clinic,
        submission.received_at,
        submission.digest,
        undone.undone_at
    from facts.submission as submission
    left join undone on submission.submission = undone.submission
    where submission.refused is null and submission.resend_of is null
),

fresh_start as (
    select
        later.submission,
        max(earlier.undone_at) as undone_at
    from read_file as later
    inner join read_file as earlier
        on later.clinic = earlier.clinic
        and later.digest = earlier.digest
        and later.received_at >= earlier.undone_at
    group by later.submission
),

resend as (
    select distinct later.submission
    from read_file as later
    inner join read_file as earlier
        on later.clinic = earlier.clinic
        and later.digest = earlier.digest
        and (
            later.received_at > earlier.received_at
            or (later.received_at = earlier.received_at and later.submission > earlier.submission)
        )
    left join fresh_start on later.submission = fresh_start.submission
    where fresh_start.undone_at is null or earlier.received_at > fresh_start.undone_at
)

select
    read_file.submission,  -- Submission id: when it was received and the first twelve characters of its digest.
    read_file.clinic,  -- Clinic that handed the file in.
    read_file.received_at  -- When the file was received (UTC).
from read_file
left join resend on read_file.submission = resend.submission
where read_file.undone_at is null and resend.submission is null
