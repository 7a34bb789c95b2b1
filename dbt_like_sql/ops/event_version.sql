/* Every event row that counts, each with the event as it was known after that row.

A blank keeps what is known, so a field holds the last answer given up to this row, in the order of receipt.
Rows that wait (held) take no part: nobody's episode (`not_known_here`).

grain: submission, section, line
checks:
  - row_state in ('new', 'corrected', 'already_known', 'held')
  - (row_state = 'held') = (held_because is not null)
  - superseded_at is null or superseded_at >= received_at
  - row_state = 'corrected' or len(changed_fields) = 0
*/
with sent as (
    select
        event.*,
        coalesce(identity.patient_id, event.patient_id) as known_patient_id,
        case
            when care.clinic is null then 'not_known_here'
        end as held_because
    from facts.event as event
    inner join ops.live_submission as live on event.submission = live.submission
    left join ops.identity as identity on event.patient_id = identity.sent_patient_id
    left join ops.care as care
        on coalesce(identity.patient_id, event.patient_id) = care.patient_id
        and event.side = care.side
        and event.injury_no = care.injury_no
        and event.clinic = care.clinic
),

repeated as (
    select
        sent.known_patient_id as patient_id,
        sent.side,
        sent.injury_no,
        sent.event_no
    from sent
    where sent.held_because is null
    group by sent.known_patient_id, sent.side, sent.injury_no, sent.event_no
    having count(*) > 1
),

answer as (
    select
        sent.submission,
        sent.section,
        sent.line,
        sent.known_patient_id as patient_id,
        sent.side,
        sent.injury_no,
        sent.event_no,
        row_number() over (partition by sent.known_patient_id, sent.side, sent.injury_no, sent.event_no order by sent.received_at, sent.submission, sent.section, sent.line) as version_no,
        hash(
            sent.event_kind, sent.occurred_on, sent.withdrawal_scope
        ) as fingerprint
    from sent
    inner join repeated
        on sent.known_patient_id = repeated.patient_id
        and sent.side = repeated.side
        and sent.injury_no = repeated.injury_no
        and sent.event_no = repeated.event_no
    where sent.held_because is null
),

disputed as (
    select
        answer.patient_id,
        answer.side,
        answer.injury_no,
        answer.event_no
    from answer
    group by answer.patient_id, answer.side, answer.injury_no, answer.event_no
    having min(answer.fingerprint) <> max(answer.fingerprint)
),

merged as (
    select
        sent.submission,
        sent.section,
        sent.line,
        sent.clinic,
        sent.received_at,
        sent.known_patient_id as patient_id,
        sent.side,
        sent.injury_no,
        sent.event_no,
        row_number() over so_far as version_no,
        list_filter(
            [
                case when sent.event_kind is not null and sent.event_kind is distinct from last_value(sent.event_kind ignore nulls) over before then 'event_kind' end,
                case when sent.occurred_on is not null and sent.occurred_on is distinct from last_value(sent.occurred_on ignore nulls) over before then 'occurred_on' end,
                case when sent.withdrawal_scope is not null and sent.withdrawal_scope is distinct from last_value(sent.withdrawal_scope ignore nulls) over before then 'withdrawal_scope' end
            ],
            lambda field: field is not null
        ) as changed_fields,
        last_value(sent.event_kind ignore nulls) over so_far as event_kind,
        last_value(sent.occurred_on ignore nulls) over so_far as occurred_on,
        last_value(sent.withdrawal_scope ignore nulls) over so_far as withdrawal_scope
    from sent
    inner join disputed
        on sent.known_patient_id = disputed.patient_id
        and sent.side = disputed.side
        and sent.injury_no = disputed.injury_no
        and sent.event_no = disputed.event_no
    where sent.held_because is null
    window
        so_far as (
            partition by sent.known_patient_id, sent.side, sent.injury_no, sent.event_no order by sent.received_at, sent.submission, sent.section, sent.line
            rows between unbounded preceding and current row
        ),
        before as (
            partition by sent.known_patient_id, sent.side, sent.injury_no, sent.event_no order by sent.received_at, sent.submission, sent.section, sent.line
            rows between unbounded preceding and 1 preceding
        )
)

select
    sent.submission,
    sent.section,  -- Number of the form or sheet within the submission.
    sent.line,  -- Line of the file, 1-based.
    sent.clinic,  -- Clinic that sent the row.
    sent.received_at,
    sent.known_patient_id as patient_id,
    sent.side,
    sent.injury_no,
    sent.event_no,
    case
        when sent.held_because is not null then 'held'
        when answer.version_no > 1 then 'already_known'
        else 'new'
    end as row_state,  -- new, corrected (it changed something), already_known (it changed nothing) or held.
    cast([] as varchar[]) as changed_fields,  -- Fields this row changed; empty for a new row.
    cast(null as timestamp) as superseded_at,  -- When the next row that changed something for this key was received (UTC); empty: this is the current version.
    sent.held_because,  -- Why the row waits: not_known_here (no episode this clinic enrolled or shares).
    sent.event_kind,
    sent.occurred_on,
    sent.withdrawal_scope
from sent
left join answer
    on sent.submission = answer.submission
    and sent.section = answer.section
    and sent.line = answer.line
left join disputed
    on sent.known_patient_id = disputed.patient_id
    and sent.side = disputed.side
    and sent.injury_no = disputed.injury_no
    and sent.event_no = disputed.event_no
where sent.held_because is not null or disputed.patient_id is null
union all
select
    merged.submission,
    merged.section,
    merged.line,
    merged.clinic,
    merged.received_at,
    merged.patient_id,
    merged.side,
    merged.injury_no,
    merged.event_no,
    case
        when merged.version_no = 1 then 'new'
        when len(merged.changed_fields) > 0 then 'corrected'
        else 'already_known'
    end as row_state,
    case when merged.version_no > 1 then merged.changed_fields else [] end as changed_fields,
    min(case when len(merged.changed_fields) > 0 then merged.received_at end) over later as superseded_at,
    cast(null as varchar) as held_because,
    merged.event_kind,
    merged.occurred_on,
    merged.withdrawal_scope
from merged
window later as (
    partition by merged.patient_id, merged.side, merged.injury_no, merged.event_no order by merged.received_at, merged.submission, merged.section, merged.line
    rows between 1 following and unbounded following
)
