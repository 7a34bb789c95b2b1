/* Every follow-up row that counts, each with the assessment as it was known after that row.

A blank keeps what is known, so a field holds the last answer given up to this row, in the order of receipt.
`assessed_on` is the date as known today: a later row may have corrected it (`replaces_on`).
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
        follow_up.*,
        coalesce(identity.patient_id, follow_up.patient_id) as known_patient_id,
        coalesce(moved.assessed_on, follow_up.assessed_on) as known_assessed_on,
        case
            when care.clinic is null then 'not_known_here'
            when follow_up.received_at > withdrawal.frozen_at then 'withdrawn'
        end as held_because
    from facts.follow_up as follow_up
    inner join ops.live_submission as live on follow_up.submission = live.submission
    left join ops.identity as identity on follow_up.patient_id = identity.sent_patient_id
    left join ops.care as care
        on coalesce(identity.patient_id, follow_up.patient_id) = care.patient_id
        and follow_up.side = care.side
        and follow_up.injury_no = care.injury_no
        and follow_up.clinic = care.clinic
    left join ops.withdrawal as withdrawal on coalesce(identity.patient_id, follow_up.patient_id) = withdrawal.patient_id
    left join ops.moved_follow_up as moved
        on follow_up.submission = moved.submission
        and follow_up.section = moved.section
        and follow_up.line = moved.line
),

repeated as (
    select
        sent.known_patient_id as patient_id,
        sent.side,
        sent.injury_no,
        sent.known_assessed_on as assessed_on
    from sent
    where sent.held_because is null
    group by sent.known_patient_id, sent.side, sent.injury_no, sent.known_assessed_on
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
        sent.known_assessed_on as assessed_on,
        row_number() over (partition by sent.known_patient_id, sent.side, sent.injury_no, sent.known_assessed_on order by sent.received_at, sent.submission, sent.section, sent.line) as version_no,
        hash(
            sent.assessed_on, sent.visit, sent.phat_total, sent.phat_items_answered, sent.tegner,
            sent.eq5d_version, sent.eq5d_mobility, sent.eq5d_self_care, sent.eq5d_usual_activities, sent.eq5d_pain,
            sent.eq5d_anxiety, sent.eq5d_vas, sent.return_to_sport, sent.returned_to_sport_on, sent.straight_leg_raise_left_deg,
            sent.straight_leg_raise_right_deg, sent.knee_extension_left_deg, sent.knee_extension_right_deg, sent.strength_unit, sent.strength_prone_0_90_left,
            sent.strength_prone_0_90_right, sent.strength_prone_0_90_percent, sent.strength_prone_0_15_left, sent.strength_prone_0_15_right, sent.strength_prone_0_15_percent,
            sent.strength_supine_90_90_left, sent.strength_supine_90_90_right, sent.strength_supine_90_90_percent, sent.would_choose_same_treatment
        ) as fingerprint
    from sent
    inner join repeated
        on sent.known_patient_id = repeated.patient_id
        and sent.side = repeated.side
        and sent.injury_no = repeated.injury_no
        and sent.known_assessed_on = repeated.assessed_on
    where sent.held_because is null
),

disputed as (
    select
        answer.patient_id,
        answer.side,
        answer.injury_no,
        answer.assessed_on
    from answer
    group by answer.patient_id, answer.side, answer.injury_no, answer.assessed_on
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
        sent.known_assessed_on as assessed_on,
        sent.assessed_on as assessed_on_as_sent,
        sent.replaces_on,
        row_number() over so_far as version_no,
        list_filter(
            [
                case when sent.assessed_on <> last_value(sent.assessed_on) over before then 'assessed_on' end,
                case when sent.visit is not null and sent.visit is distinct from last_value(sent.visit ignore nulls) over before then 'visit' end,
                case when sent.phat_total is not null and sent.phat_total is distinct from last_value(sent.phat_total ignore nulls) over before then 'phat_total' end,
                case when sent.phat_items_answered is not null and sent.phat_items_answered is distinct from last_value(sent.phat_items_answered ignore nulls) over before then 'phat_items_answered' end,
                case when sent.tegner is not null and sent.tegner is distinct from last_value(sent.tegner ignore nulls) over before then 'tegner' end,
                case when sent.eq5d_version is not null and sent.eq5d_version is distinct from last_value(sent.eq5d_version ignore nulls) over before then 'eq5d_version' end,
                case when sent.eq5d_mobility is not null and sent.eq5d_mobility is distinct from last_value(sent.eq5d_mobility ignore nulls) over before then 'eq5d_mobility' end,
                case when sent.eq5d_self_care is not null and sent.eq5d_self_care is distinct from last_value(sent.eq5d_self_care ignore nulls) over before then 'eq5d_self_care' end,
                case when sent.eq5d_usual_activities is not null and sent.eq5d_usual_activities is distinct from last_value(sent.eq5d_usual_activities ignore nulls) over before then 'eq5d_usual_activities' end,
                case when sent.eq5d_pain is not null and sent.eq5d_pain is distinct from last_value(sent.eq5d_pain ignore nulls) over before then 'eq5d_pain' end,
                case when sent.eq5d_anxiety is not null and sent.eq5d_anxiety is distinct from last_value(sent.eq5d_anxiety ignore nulls) over before then 'eq5d_anxiety' end,
                case when sent.eq5d_vas is not null and sent.eq5d_vas is distinct from last_value(sent.eq5d_vas ignore nulls) over before then 'eq5d_vas' end,
                case when sent.return_to_sport is not null and sent.return_to_sport is distinct from last_value(sent.return_to_sport ignore nulls) over before then 'return_to_sport' end,
                case when sent.returned_to_sport_on is not null and sent.returned_to_sport_on is distinct from last_value(sent.returned_to_sport_on ignore nulls) over before then 'returned_to_sport_on' end,
                case when sent.straight_leg_raise_left_deg is not null and sent.straight_leg_raise_left_deg is distinct from last_value(sent.straight_leg_raise_left_deg ignore nulls) over before then 'straight_leg_raise_left_deg' end,
                case when sent.straight_leg_raise_right_deg is not null and sent.straight_leg_raise_right_deg is distinct from last_value(sent.straight_leg_raise_right_deg ignore nulls) over before then 'straight_leg_raise_right_deg' end,
                case when sent.knee_extension_left_deg is not null and sent.knee_extension_left_deg is distinct from last_value(sent.knee_extension_left_deg ignore nulls) over before then 'knee_extension_left_deg' end,
                case when sent.knee_extension_right_deg is not null and sent.knee_extension_right_deg is distinct from last_value(sent.knee_extension_right_deg ignore nulls) over before then 'knee_extension_right_deg' end,
                case when sent.strength_unit is not null and sent.strength_unit is distinct from last_value(sent.strength_unit ignore nulls) over before then 'strength_unit' end,
                case when sent.strength_prone_0_90_left is not null and sent.strength_prone_0_90_left is distinct from last_value(sent.strength_prone_0_90_left ignore nulls) over before then 'strength_prone_0_90_left' end,
                case when sent.strength_prone_0_90_right is not null and sent.strength_prone_0_90_right is distinct from last_value(sent.strength_prone_0_90_right ignore nulls) over before then 'strength_prone_0_90_right' end,
                case when sent.strength_prone_0_90_percent is not null and sent.strength_prone_0_90_percent is distinct from last_value(sent.strength_prone_0_90_percent ignore nulls) over before then 'strength_prone_0_90_percent' end,
                case when sent.strength_prone_0_15_left is not null and sent.strength_prone_0_15_left is distinct from last_value(sent.strength_prone_0_15_left ignore nulls) over before then 'strength_prone_0_15_left' end,
                case when sent.strength_prone_0_15_right is not null and sent.strength_prone_0_15_right is distinct from last_value(sent.strength_prone_0_15_right ignore nulls) over before then 'strength_prone_0_15_right' end,
                case when sent.strength_prone_0_15_percent is not null and sent.strength_prone_0_15_percent is distinct from last_value(sent.strength_prone_0_15_percent ignore nulls) over before then 'strength_prone_0_15_percent' end,
                case when sent.strength_supine_90_90_left is not null and sent.strength_supine_90_90_left is distinct from last_value(sent.strength_supine_90_90_left ignore nulls) over before then 'strength_supine_90_90_left' end,
                case when sent.strength_supine_90_90_right is not null and sent.strength_supine_90_90_right is distinct from last_value(sent.strength_supine_90_90_right ignore nulls) over before then 'strength_supine_90_90_right' end,
                case when sent.strength_supine_90_90_percent is not null and sent.strength_supine_90_90_percent is distinct from last_value(sent.strength_supine_90_90_percent ignore nulls) over before then 'strength_supine_90_90_percent' end,
                case when sent.would_choose_same_treatment is not null and sent.would_choose_same_treatment is distinct from last_value(sent.would_choose_same_treatment ignore nulls) over before then 'would_choose_same_treatment' end
            ],
            lambda field: field is not null
        ) as changed_fields,
        last_value(sent.visit ignore nulls) over so_far as visit,
        last_value(sent.phat_total ignore nulls) over so_far as phat_total,
        last_value(sent.phat_items_answered ignore nulls) over so_far as phat_items_answered,
        last_value(sent.tegner ignore nulls) over so_far as tegner,
        last_value(sent.eq5d_version ignore nulls) over so_far as eq5d_version,
        last_value(sent.eq5d_mobility ignore nulls) over so_far as eq5d_mobility,
        last_value(sent.eq5d_self_care ignore nulls) over so_far as eq5d_self_care,
        last_value(sent.eq5d_usual_activities ignore nulls) over so_far as eq5d_usual_activities,
        last_value(sent.eq5d_pain ignore nulls) over so_far as eq5d_pain,
        last_value(sent.eq5d_anxiety ignore nulls) over so_far as eq5d_anxiety,
        last_value(sent.eq5d_vas ignore nulls) over so_far as eq5d_vas,
        last_value(sent.return_to_sport ignore nulls) over so_far as return_to_sport,
        last_value(sent.returned_to_sport_on ignore nulls) over so_far as returned_to_sport_on,
        last_value(sent.straight_leg_raise_left_deg ignore nulls) over so_far as straight_leg_raise_left_deg,
        last_value(sent.straight_leg_raise_right_deg ignore nulls) over so_far as straight_leg_raise_right_deg,
        last_value(sent.knee_extension_left_deg ignore nulls) over so_far as knee_extension_left_deg,
        last_value(sent.knee_extension_right_deg ignore nulls) over so_far as knee_extension_right_deg,
        last_value(sent.strength_unit ignore nulls) over so_far as strength_unit,
        last_value(sent.strength_prone_0_90_left ignore nulls) over so_far as strength_prone_0_90_left,
        last_value(sent.strength_prone_0_90_right ignore nulls) over so_far as strength_prone_0_90_right,
        last_value(sent.strength_prone_0_90_percent ignore nulls) over so_far as strength_prone_0_90_percent,
        last_value(sent.strength_prone_0_15_left ignore nulls) over so_far as strength_prone_0_15_left,
        last_value(sent.strength_prone_0_15_right ignore nulls) over so_far as strength_prone_0_15_right,
        last_value(sent.strength_prone_0_15_percent ignore nulls) over so_far as strength_prone_0_15_percent,
        last_value(sent.strength_supine_90_90_left ignore nulls) over so_far as strength_supine_90_90_left,
        last_value(sent.strength_supine_90_90_right ignore nulls) over so_far as strength_supine_90_90_right,
        last_value(sent.strength_supine_90_90_percent ignore nulls) over so_far as strength_supine_90_90_percent,
        last_value(sent.would_choose_same_treatment ignore nulls) over so_far as would_choose_same_treatment
    from sent
    inner join disputed
        on sent.known_patient_id = disputed.patient_id
        and sent.side = disputed.side
        and sent.injury_no = disputed.injury_no
        and sent.known_assessed_on = disputed.assessed_on
    where sent.held_because is null
    window
        so_far as (
            partition by sent.known_patient_id, sent.side, sent.injury_no, sent.known_assessed_on order by sent.received_at, sent.submission, sent.section, sent.line
            rows between unbounded preceding and current row
        ),
        before as (
            partition by sent.known_patient_id, sent.side, sent.injury_no, sent.known_assessed_on order by sent.received_at, sent.submission, sent.section, sent.line
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
    sent.known_assessed_on as assessed_on,
    sent.assessed_on as assessed_on_as_sent,  -- The date as this row gave it.
    sent.replaces_on,
    case
        when sent.held_because is not null then 'held'
        when answer.version_no > 1 then 'already_known'
        else 'new'
    end as row_state,  -- new, corrected (it changed something), already_known (it changed nothing) or held.
    cast([] as varchar[]) as changed_fields,  -- Fields this row changed; empty for a new row.
    cast(null as timestamp) as superseded_at,  -- When the next row that changed something for this key was received (UTC); empty: this is the current version.
    sent.held_because,  -- Why the row waits: not_known_here (no episode this clinic enrolled or shares) or withdrawn.
    sent.visit,
    sent.phat_total,
    sent.phat_items_answered,
    sent.tegner,
    sent.eq5d_version,
    sent.eq5d_mobility,
    sent.eq5d_self_care,
    sent.eq5d_usual_activities,
    sent.eq5d_pain,
    sent.eq5d_anxiety,
    sent.eq5d_vas,
    sent.return_to_sport,
    sent.returned_to_sport_on,
    sent.straight_leg_raise_left_deg,
    sent.straight_leg_raise_right_deg,
    sent.knee_extension_left_deg,
    sent.knee_extension_right_deg,
    sent.strength_unit,
    sent.strength_prone_0_90_left,
    sent.strength_prone_0_90_right,
    sent.strength_prone_0_90_percent,
    sent.strength_prone_0_15_left,
    sent.strength_prone_0_15_right,
    sent.strength_prone_0_15_percent,
    sent.strength_supine_90_90_left,
    sent.strength_supine_90_90_right,
    sent.strength_supine_90_90_percent,
    sent.would_choose_same_treatment
from sent
left join answer
    on sent.submission = answer.submission
    and sent.section = answer.section
    and sent.line = answer.line
left join disputed
    on sent.known_patient_id = disputed.patient_id
    and sent.side = disputed.side
    and sent.injury_no = disputed.injury_no
    and sent.known_assessed_on = disputed.assessed_on
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
    merged.assessed_on,
    merged.assessed_on_as_sent,
    merged.replaces_on,
    case
        when merged.version_no = 1 then 'new'
        when len(merged.changed_fields) > 0 then 'corrected'
        else 'already_known'
    end as row_state,
    case when merged.version_no > 1 then merged.changed_fields else [] end as changed_fields,
    min(case when len(merged.changed_fields) > 0 then merged.received_at end) over later as superseded_at,
    cast(null as varchar) as held_because,
    merged.visit,
    merged.phat_total,
    merged.phat_items_answered,
    merged.tegner,
    merged.eq5d_version,
    merged.eq5d_mobility,
    merged.eq5d_self_care,
    merged.eq5d_usual_activities,
    merged.eq5d_pain,
    merged.eq5d_anxiety,
    merged.eq5d_vas,
    merged.return_to_sport,
    merged.returned_to_sport_on,
    merged.straight_leg_raise_left_deg,
    merged.straight_leg_raise_right_deg,
    merged.knee_extension_left_deg,
    merged.knee_extension_right_deg,
    merged.strength_unit,
    merged.strength_prone_0_90_left,
    merged.strength_prone_0_90_right,
    merged.strength_prone_0_90_percent,
    merged.strength_prone_0_15_left,
    merged.strength_prone_0_15_right,
    merged.strength_prone_0_15_percent,
    merged.strength_supine_90_90_left,
    merged.strength_supine_90_90_right,
    merged.strength_supine_90_90_percent,
    merged.would_choose_same_treatment
from merged
window later as (
    partition by merged.patient_id, merged.side, merged.injury_no, merged.assessed_on order by merged.received_at, merged.submission, merged.section, merged.line
    rows between 1 following and unbounded following
)
