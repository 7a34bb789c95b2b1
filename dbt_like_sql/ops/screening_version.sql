/* Every screening row that counts, each with the clinic's month as it was known after that row.

A blank keeps what is known, so a field holds the last answer given up to this row, in the order of receipt.

grain: submission, section, line
checks:
  - row_state in ('new', 'corrected', 'already_known', 'held')
  - (row_state = 'held') = (held_because is not null)
  - superseded_at is null or superseded_at >= received_at
  - row_state = 'corrected' or len(changed_fields) = 0
*/
with sent as (
    select
        screening.*,
        cast(null as varchar) as held_because
    from facts.screening as screening
    inner join ops.live_submission as live on screening.submission = live.submission
),

repeated as (
    select
        sent.clinic,
        sent.month_on
    from sent
    where sent.held_because is null
    group by sent.clinic, sent.month_on
    having count(*) > 1
),

answer as (
    select
        sent.submission,
        sent.section,
        sent.line,
        sent.clinic,
        sent.month_on,
        row_number() over (partition by sent.clinic, sent.month_on order by sent.received_at, sent.submission, sent.section, sent.line) as version_no,
        hash(
            sent.n_eligible, sent.n_enrolled, sent.n_declined, sent.n_missed
        ) as fingerprint
    from sent
    inner join repeated
        on sent.clinic = repeated.clinic
        and sent.month_on = repeated.month_on
    where sent.held_because is null
),

disputed as (
    select
        answer.clinic,
        answer.month_on
    from answer
    group by answer.clinic, answer.month_on
    having min(answer.fingerprint) <> max(answer.fingerprint)
),

merged as (
    select
        sent.submission,
        sent.section,
        sent.line,
        sent.received_at,
        sent.clinic,
        sent.month_on,
        row_number() over so_far as version_no,
        list_filter(
            [
                case when sent.n_eligible is not null and sent.n_eligible is distinct from last_value(sent.n_eligible ignore nulls) over before then 'n_eligible' end,
                case when sent.n_enrolled is not null and sent.n_enrolled is distinct from last_value(sent.n_enrolled ignore nulls) over before then 'n_enrolled' end,
                case when sent.n_declined is not null and sent.n_declined is distinct from last_value(sent.n_declined ignore nulls) over before then 'n_declined' end,
                case when sent.n_missed is not null and sent.n_missed is distinct from last_value(sent.n_missed ignore nulls) over before then 'n_missed' end
            ],
            lambda field: field is not null
        ) as changed_fields,
        last_value(sent.n_eligible ignore nulls) over so_far as n_eligible,
        last_value(sent.n_enrolled ignore nulls) over so_far as n_enrolled,
        last_value(sent.n_declined ignore nulls) over so_far as n_declined,
        last_value(sent.n_missed ignore nulls) over so_far as n_missed
    from sent
    inner join disputed
        on sent.clinic = disputed.clinic
        and sent.month_on = disputed.month_on
    where sent.held_because is null
    window
        so_far as (
            partition by sent.clinic, sent.month_on order by sent.received_at, sent.submission, sent.section, sent.line
            rows between unbounded preceding and current row
        ),
        before as (
            partition by sent.clinic, sent.month_on order by sent.received_at, sent.submission, sent.section, sent.line
            rows between unbounded preceding and 1 preceding
        )
)

select
    sent.submission,
    sent.section,  -- Number of the form or sheet within the submission.
    sent.line,  -- Line of the file, 1-based.
    sent.received_at,
    sent.clinic,
    sent.month_on,
    case
        when sent.held_because is not null then 'held'
        when answer.version_no > 1 then 'already_known'
        else 'new'
    end as row_state,  -- new, corrected (it changed something), already_known (it changed nothing) or held.
    cast([] as varchar[]) as changed_fields,  -- Fields this row changed; empty for a new row.
    cast(null as timestamp) as superseded_at,  -- When the next row that changed something for this key was received (UTC); empty: this is the current version.
    sent.held_because,  -- Why the row waits; a screening row never does.
    sent.n_eligible,
    sent.n_enrolled,
    sent.n_declined,
    sent.n_missed
from sent
left join answer
    on sent.submission = answer.submission
    and sent.section = answer.section
    and sent.line = answer.line
left join disputed
    on sent.clinic = disputed.clinic
    and sent.month_on = disputed.month_on
where sent.held_because is not null or disputed.clinic is null
union all
select
    merged.submission,
    merged.section,
    merged.line,
    merged.received_at,
    merged.clinic,
    merged.month_on,
    case
        when merged.version_no = 1 then 'new'
        when len(merged.changed_fields) > 0 then 'corrected'
        else 'already_known'
    end as row_state,
    case when merged.version_no > 1 then merged.changed_fields else [] end as changed_fields,
    min(case when len(merged.changed_fields) > 0 then merged.received_at end) over later as superseded_at,
    cast(null as varchar) as held_because,
    merged.n_eligible,
    merged.n_enrolled,
    merged.n_declined,
    merged.n_missed
from merged
window later as (
    partition by merged.clinic, merged.month_on order by merged.received_at, merged.submission, merged.section, merged.line
    rows between 1 following and unbounded following
)
