/* Files that were sent again: the same clinic sent the same bytes earlier, and nobody has undone them since.

This is derived, not trusted: whichever of two equal files is loaded first, the later received is the one sent again.

grain: submission
checks:
  - resend_of <> submission
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
        submission.resend_of,
        undone.undone_at
    from facts.submission as submission
    left join undone on submission.submission = undone.submission
    where submission.refused is null
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

equal_file as (
    select
        later.submission,
        earlier.submission as earlier_submission,
        row_number() over (
            partition by later.submission
            order by earlier.received_at, earlier.submission
        ) as place
    from read_file as later
    inner join read_file as earlier
        on later.clinic = earlier.clinic
        and later.digest = earlier.digest
        and (
            later.received_at > earlier.received_at
            or (later.received_at = earlier.received_at and later.submission > earlier.submission)
        )
    left join fresh_start on later.submission = fresh_start.submission
    where
        earlier.resend_of is null
        and (fresh_start.undone_at is null or earlier.received_at > fresh_start.undone_at)
)

select
    read_file.submission,  -- Submission id: when it was received and the first twelve characters of its digest.
    coalesce(equal_file.earlier_submission, read_file.resend_of) as resend_of  -- The submission that brought the same bytes.
from read_file
left join equal_file on read_file.submission = equal_file.submission and equal_file.place = 1
where equal_file.submission is not null or read_file.resend_of is not null
