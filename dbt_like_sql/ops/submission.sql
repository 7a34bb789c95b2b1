/* Every file that was handed in, with what became of its rows.

accepted + held + already_known + undone = the rows that could be read; a file sent again has rows of its own nowhere.

grain: submission
checks:
  - n_corrected <= n_accepted
  - n_accepted + n_held + n_already_known + n_undone = n_rows
*/
with section as (
    select
        section.submission,
        sum(section.accepted) as n_rows,
        sum(section.rejected) as n_rejected,
        sum(section.cells_set_aside) as n_cells_set_aside
    from facts.section as section
    group by section.submission
),

undone as (
    select
        decision.submission,
        min(decision.decided_at) as undone_at
    from facts.decision as decision
    where decision.kind = 'undo'
    group by decision.submission
),

row_count as (
    select
        row_version.submission,
        count_if(row_version.row_state in ('new', 'corrected')) as n_accepted,
        count_if(row_version.row_state = 'corrected') as n_corrected,
        count_if(row_version.row_state = 'held') as n_held,
        count_if(row_version.row_state = 'already_known') as n_already_known
    from ops.row_version as row_version
    group by row_version.submission
),

judged as (
    select
        submission.submission,
        submission.clinic,
        submission.received_at,
        submission.file,
        submission.digest,
        submission.n_bytes,
        submission.refused,
        submission.settings_version,
        submission.dictionary_version,
        resend.resend_of,
        undone.undone_at
    from facts.submission as submission
    left join ops.resend as resend on submission.submission = resend.submission
    left join undone on submission.submission = undone.submission
)

select
    judged.submission,
    judged.clinic,  -- Clinic that handed the file in.
    judged.received_at,  -- When the file was received (UTC).
    judged.file,  -- The name the clinic gave the file, replaced where it tells too much.
    judged.digest,  -- SHA-256 of the bytes as received.
    cast(judged.n_bytes as bigint) as n_bytes,  -- Size of the file as received.
    judged.refused,  -- Rule that refused the whole file; empty where it was read.
    judged.resend_of is not null as is_resend,  -- The clinic sent the same bytes before, so this file changes nothing.
    judged.resend_of,
    judged.undone_at,  -- When the coordinator undid the submission (UTC).
    judged.settings_version,  -- Settings it was read under.
    judged.dictionary_version,  -- Dictionary it was read under.
    cast(case when judged.resend_of is not null then 0 else coalesce(section.n_rows, 0) end as integer) as n_rows,  -- Rows that could be read and accepted.
    cast(coalesce(row_count.n_accepted, 0) as integer) as n_accepted,  -- Of those, rows that say something new.
    cast(coalesce(row_count.n_corrected, 0) as integer) as n_corrected,  -- Of the accepted, rows that changed what was known.
    cast(coalesce(row_count.n_held, 0) as integer) as n_held,  -- Rows that wait for an enrolment, an agreement or a decision.
    cast(coalesce(row_count.n_already_known, 0) as integer) as n_already_known,  -- Rows equal to what is known.
    cast(case when judged.undone_at is null or judged.resend_of is not null then 0 else coalesce(section.n_rows, 0) end as integer) as n_undone,  -- Rows that no longer count because the submission was undone.
    cast(case when judged.resend_of is not null then 0 else coalesce(section.n_rejected, 0) end as integer) as n_rejected,  -- Rows that could not be accepted; each has a finding.
    cast(case when judged.resend_of is not null then 0 else coalesce(section.n_cells_set_aside, 0) end as integer) as n_cells_set_aside  -- Cells that could not be read in rows that loaded.
from judged
left join section on judged.submission = section.submission
left join row_count on judged.submission = row_count.submission
