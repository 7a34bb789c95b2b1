/* Every MRI row that counts, each with the MRI as it was known after that row.

A blank keeps what is known, so a field holds the last answer given up to this row, in the order of receipt.
Rows that wait (held) take no part: nobody's episode (`not_known_here`) or after a request to withdraw (`withdrawn`).

grain: submission, section, line
checks:
  - row_state in ('new', 'corrected', 'already_known', 'held')
  - (row_state = 'held') = (held_because is not null)
  - superseded_at is null or superseded_at >= received_at
  - row_state = 'corrected' or len(changed_fields) = 0
*/
with sent as (
    select
        imaging.*,
        coalesce(identity.patient_id, imaging.patient_id) as known_patient_id,
        case
            when care.clinic is null then 'not_known_here'
            when imaging.received_at > withdrawal.frozen_at then 'withdrawn'
        end as held_because
    from facts.imaging as imaging
    inner join ops.live_submission as live on imaging.submission = live.submission
    left join ops.identity as identity on imaging.patient_id = identity.sent_patient_id
    left join ops.care as care
        on coalesce(identity.patient_id, imaging.patient_id) = care.patient_id
        and imaging.side = care.side
        and imaging.injury_no = care.injury_no
        and imaging.clinic = care.clinic
    left join ops.withdrawal as withdrawal on coalesce(identity.patient_id, imaging.patient_id) = withdrawal.patient_id
),

repeated as (
    select
        sent.known_patient_id as patient_id,
        sent.side,
        sent.injury_no,
        sent.mri_on
    from sent
    where sent.held_because is null
    group by sent.known_patient_id, sent.side, sent.injury_no, sent.mri_on
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
        sent.mri_on,
        row_number() over (partition by sent.known_patient_id, sent.side, sent.injury_no, sent.mri_on order by sent.received_at, sent.submission, sent.section, sent.line) as version_no,
        hash(
            sent.proximal_continuity, sent.has_shared_neotendon, sent.retraction_mm, sent.fatty_infiltration
        ) as fingerprint
    from sent
    inner join repeated
        on sent.known_patient_id = repeated.patient_id
        and sent.side = repeated.side
        and sent.injury_no = repeated.injury_no
        and sent.mri_on = repeated.mri_on
    where sent.held_because is null
),

disputed as (
    select
        answer.patient_id,
        answer.side,
        answer.injury_no,
        answer.mri_on
    from answer
    group by answer.patient_id, answer.side, answer.injury_no, answer.mri_on
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
        sent.mri_on,
        row_number() over so_far as version_no,
        list_filter(
            [
                case when sent.proximal_continuity is not null and sent.proximal_continuity is distinct from last_value(sent.proximal_continuity ignore nulls) over before then 'proximal_continuity' end,
                case when sent.has_shared_neotendon is not null and sent.has_shared_neotendon is distinct from last_value(sent.has_shared_neotendon ignore nulls) over before then 'has_shared_neotendon' end,
                case when sent.retraction_mm is not null and sent.retraction_mm is distinct from last_value(sent.retraction_mm ignore nulls) over before then 'retraction_mm' end,
                case when sent.fatty_infiltration is not null and sent.fatty_infiltration is distinct from last_value(sent.fatty_infiltration ignore nulls) over before then 'fatty_infiltration' end
            ],
            lambda field: field is not null
        ) as changed_fields,
        last_value(sent.proximal_continuity ignore nulls) over so_far as proximal_continuity,
        last_value(sent.has_shared_neotendon ignore nulls) over so_far as has_shared_neotendon,
        last_value(sent.retraction_mm ignore nulls) over so_far as retraction_mm,
        last_value(sent.fatty_infiltration ignore nulls) over so_far as fatty_infiltration
    from sent
    inner join disputed
        on sent.known_patient_id = disputed.patient_id
        and sent.side = disputed.side
        and sent.injury_no = disputed.injury_no
        and sent.mri_on = disputed.mri_on
    where sent.held_because is null
    window
        so_far as (
            partition by sent.known_patient_id, sent.side, sent.injury_no, sent.mri_on order by sent.received_at, sent.submission, sent.section, sent.line
            rows between unbounded preceding and current row
        ),
        before as (
            partition by sent.known_patient_id, sent.side, sent.injury_no, sent.mri_on order by sent.received_at, sent.submission, sent.section, sent.line
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
    sent.mri_on,
    case
        when sent.held_because is not null then 'held'
        when answer.version_no > 1 then 'already_known'
        else 'new'
    end as row_state,  -- new, corrected (it changed something), already_known (it changed nothing) or held.
    cast([] as varchar[]) as changed_fields,  -- Fields this row changed; empty for a new row.
    cast(null as timestamp) as superseded_at,  -- When the next row that changed something for this key was received (UTC); empty: this is the current version.
    sent.held_because,  -- Why the row waits: not_known_here (no episode this clinic enrolled or shares) or withdrawn.
    sent.proximal_continuity,
    sent.has_shared_neotendon,
    sent.retraction_mm,
    sent.fatty_infiltration
from sent
left join answer
    on sent.submission = answer.submission
    and sent.section = answer.section
    and sent.line = answer.line
left join disputed
    on sent.known_patient_id = disputed.patient_id
    and sent.side = disputed.side
    and sent.injury_no = disputed.injury_no
    and sent.mri_on = disputed.mri_on
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
    merged.mri_on,
    case
        when merged.version_no = 1 then 'new'
        when len(merged.changed_fields) > 0 then 'corrected'
        else 'already_known'
    end as row_state,
    case when merged.version_no > 1 then merged.changed_fields else [] end as changed_fields,
    min(case when len(merged.changed_fields) > 0 then merged.received_at end) over later as superseded_at,
    cast(null as varchar) as held_because,
    merged.proximal_continuity,
    merged.has_shared_neotendon,
    merged.retraction_mm,
    merged.fatty_infiltration
from merged
window later as (
    partition by merged.patient_id, merged.side, merged.injury_no, merged.mri_on order by merged.received_at, merged.submission, merged.section, merged.line
    rows between 1 following and unbounded following
)
