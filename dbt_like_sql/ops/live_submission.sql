/* The submissions whose rows count: read, not undone, and not the same file sent again.

grain: submission
*/
with undone as (
    select distinct decision.submission
    from facts.decision as decision
    where decision.kind = 'undo'
)

select
    submission.submission,
    submission.clinic,  -- Clinic that handed the file in.
    submission.received_at  -- When the file was received (UTC).
from facts.submission as submission
left join ops.resend as resend on submission.submission = resend.submission
left join undone on submission.submission = undone.submission
where submission.refused is null and resend.submission is null and undone.submission is null
