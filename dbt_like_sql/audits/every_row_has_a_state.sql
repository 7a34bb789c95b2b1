/* Submissions whose accepted rows are not each new, corrected, already known, held or undone.

of: ops.submission
*/
with counted as (
    select
        section.submission,
        sum(section.accepted) as n_rows
    from facts.section as section
    group by section.submission
)

select
    submission.clinic,
    submission.submission,
    counted.n_rows,
    submission.n_accepted + submission.n_held + submission.n_already_known + submission.n_undone as n_in_states
from counted
inner join ops.submission as submission on counted.submission = submission.submission
where
    not submission.is_resend
    and counted.n_rows <> submission.n_accepted + submission.n_held + submission.n_already_known + submission.n_undone
