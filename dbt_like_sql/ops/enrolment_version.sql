/* Every enrolment row that counts, each with the episode's enrolment as it was known after that row.

A blank keeps what is known, so a field holds the last answer given up to this row, in the order of receipt.
Rows that wait (held) take no part: nobody's episode (`not_known_here`), after a request to withdraw (`withdrawn`,
save the row that enrols: the episode must be there for the request to end it), or an injury more than 60 days from the one enrolled (`another_injury`): that is a new episode, never a correction.

grain: submission, section, line
checks:
  - row_state in ('new', 'corrected', 'already_known', 'held')
  - (row_state = 'held') = (held_because is not null)
  - superseded_at is null or superseded_at >= received_at
  - row_state = 'corrected' or len(changed_fields) = 0
*/
with sent as (
    select
        enrolment.*,
        coalesce(identity.patient_id, enrolment.patient_id) as known_patient_id,
        case
            when care.clinic is null then 'not_known_here'
            when enrolment.received_at > withdrawal.frozen_at and enrolment.received_at > care.enrolled_at then 'withdrawn'
            when another_injury.submission is not null then 'another_injury'
        end as held_because
    from facts.enrolment as enrolment
    inner join ops.live_submission as live on enrolment.submission = live.submission
    left join ops.identity as identity on enrolment.patient_id = identity.sent_patient_id
    left join ops.care as care
        on coalesce(identity.patient_id, enrolment.patient_id) = care.patient_id
        and enrolment.side = care.side
        and enrolment.injury_no = care.injury_no
        and enrolment.clinic = care.clinic
    left join ops.withdrawal as withdrawal on coalesce(identity.patient_id, enrolment.patient_id) = withdrawal.patient_id
    left join ops.another_injury as another_injury
        on enrolment.submission = another_injury.submission
        and enrolment.section = another_injury.section
        and enrolment.line = another_injury.line
),

repeated as (
    select
        sent.known_patient_id as patient_id,
        sent.side,
        sent.injury_no
    from sent
    where sent.held_because is null
    group by sent.known_patient_id, sent.side, sent.injury_no
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
        row_number() over (partition by sent.known_patient_id, sent.side, sent.injury_no order by sent.received_at, sent.submission, sent.section, sent.line) as version_no,
        hash(
            sent.injured_on, sent.injured_on_precision, sent.first_visit_on, sent.age_at_injury_years, sent.sex,
            sent.conjoint_state, sent.semimembranosus_state, sent.conjoint_retraction_mm, sent.semimembranosus_retraction_mm, sent.mri_on,
            sent.is_mri_confirmed, sent.other_leg_state, sent.sport, sent.sport_level, sent.pre_injury_tegner,
            sent.is_shared_decision_documented, sent.initial_treatment, sent.decision_on, sent.surgery_on, sent.baseline_on,
            sent.baseline_phat_total, sent.baseline_phat_items_answered, sent.baseline_eq5d_version, sent.baseline_eq5d_mobility, sent.baseline_eq5d_self_care,
            sent.baseline_eq5d_usual_activities, sent.baseline_eq5d_pain, sent.baseline_eq5d_anxiety, sent.baseline_eq5d_vas, sent.consent_version,
            sent.consented_on, sent.consent_scope
        ) as fingerprint
    from sent
    inner join repeated
        on sent.known_patient_id = repeated.patient_id
        and sent.side = repeated.side
        and sent.injury_no = repeated.injury_no
    where sent.held_because is null
),

disputed as (
    select
        answer.patient_id,
        answer.side,
        answer.injury_no
    from answer
    group by answer.patient_id, answer.side, answer.injury_no
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
        row_number() over so_far as version_no,
        list_filter(
            [
                case when sent.injured_on is not null and sent.injured_on is distinct from last_value(sent.injured_on ignore nulls) over before then 'injured_on' end,
                case when sent.injured_on_precision is not null and sent.injured_on_precision is distinct from last_value(sent.injured_on_precision ignore nulls) over before then 'injured_on_precision' end,
                case when sent.first_visit_on is not null and sent.first_visit_on is distinct from last_value(sent.first_visit_on ignore nulls) over before then 'first_visit_on' end,
                case when sent.age_at_injury_years is not null and sent.age_at_injury_years is distinct from last_value(sent.age_at_injury_years ignore nulls) over before then 'age_at_injury_years' end,
                case when sent.sex is not null and sent.sex is distinct from last_value(sent.sex ignore nulls) over before then 'sex' end,
                case when sent.conjoint_state is not null and sent.conjoint_state is distinct from last_value(sent.conjoint_state ignore nulls) over before then 'conjoint_state' end,
                case when sent.semimembranosus_state is not null and sent.semimembranosus_state is distinct from last_value(sent.semimembranosus_state ignore nulls) over before then 'semimembranosus_state' end,
                case when sent.conjoint_retraction_mm is not null and sent.conjoint_retraction_mm is distinct from last_value(sent.conjoint_retraction_mm ignore nulls) over before then 'conjoint_retraction_mm' end,
                case when sent.semimembranosus_retraction_mm is not null and sent.semimembranosus_retraction_mm is distinct from last_value(sent.semimembranosus_retraction_mm ignore nulls) over before then 'semimembranosus_retraction_mm' end,
                case when sent.mri_on is not null and sent.mri_on is distinct from last_value(sent.mri_on ignore nulls) over before then 'mri_on' end,
                case when sent.is_mri_confirmed is not null and sent.is_mri_confirmed is distinct from last_value(sent.is_mri_confirmed ignore nulls) over before then 'is_mri_confirmed' end,
                case when sent.other_leg_state is not null and sent.other_leg_state is distinct from last_value(sent.other_leg_state ignore nulls) over before then 'other_leg_state' end,
                case when sent.sport is not null and sent.sport is distinct from last_value(sent.sport ignore nulls) over before then 'sport' end,
                case when sent.sport_level is not null and sent.sport_level is distinct from last_value(sent.sport_level ignore nulls) over before then 'sport_level' end,
                case when sent.pre_injury_tegner is not null and sent.pre_injury_tegner is distinct from last_value(sent.pre_injury_tegner ignore nulls) over before then 'pre_injury_tegner' end,
                case when sent.is_shared_decision_documented is not null and sent.is_shared_decision_documented is distinct from last_value(sent.is_shared_decision_documented ignore nulls) over before then 'is_shared_decision_documented' end,
                case when sent.initial_treatment is not null and sent.initial_treatment is distinct from last_value(sent.initial_treatment ignore nulls) over before then 'initial_treatment' end,
                case when sent.decision_on is not null and sent.decision_on is distinct from last_value(sent.decision_on ignore nulls) over before then 'decision_on' end,
                case when sent.surgery_on is not null and sent.surgery_on is distinct from last_value(sent.surgery_on ignore nulls) over before then 'surgery_on' end,
                case when sent.baseline_on is not null and sent.baseline_on is distinct from last_value(sent.baseline_on ignore nulls) over before then 'baseline_on' end,
                case when sent.baseline_phat_total is not null and sent.baseline_phat_total is distinct from last_value(sent.baseline_phat_total ignore nulls) over before then 'baseline_phat_total' end,
                case when sent.baseline_phat_items_answered is not null and sent.baseline_phat_items_answered is distinct from last_value(sent.baseline_phat_items_answered ignore nulls) over before then 'baseline_phat_items_answered' end,
                case when sent.baseline_eq5d_version is not null and sent.baseline_eq5d_version is distinct from last_value(sent.baseline_eq5d_version ignore nulls) over before then 'baseline_eq5d_version' end,
                case when sent.baseline_eq5d_mobility is not null and sent.baseline_eq5d_mobility is distinct from last_value(sent.baseline_eq5d_mobility ignore nulls) over before then 'baseline_eq5d_mobility' end,
                case when sent.baseline_eq5d_self_care is not null and sent.baseline_eq5d_self_care is distinct from last_value(sent.baseline_eq5d_self_care ignore nulls) over before then 'baseline_eq5d_self_care' end,
                case when sent.baseline_eq5d_usual_activities is not null and sent.baseline_eq5d_usual_activities is distinct from last_value(sent.baseline_eq5d_usual_activities ignore nulls) over before then 'baseline_eq5d_usual_activities' end,
                case when sent.baseline_eq5d_pain is not null and sent.baseline_eq5d_pain is distinct from last_value(sent.baseline_eq5d_pain ignore nulls) over before then 'baseline_eq5d_pain' end,
                case when sent.baseline_eq5d_anxiety is not null and sent.baseline_eq5d_anxiety is distinct from last_value(sent.baseline_eq5d_anxiety ignore nulls) over before then 'baseline_eq5d_anxiety' end,
                case when sent.baseline_eq5d_vas is not null and sent.baseline_eq5d_vas is distinct from last_value(sent.baseline_eq5d_vas ignore nulls) over before then 'baseline_eq5d_vas' end,
                case when sent.consent_version is not null and sent.consent_version is distinct from last_value(sent.consent_version ignore nulls) over before then 'consent_version' end,
                case when sent.consented_on is not null and sent.consented_on is distinct from last_value(sent.consented_on ignore nulls) over before then 'consented_on' end,
                case when sent.consent_scope is not null and sent.consent_scope is distinct from last_value(sent.consent_scope ignore nulls) over before then 'consent_scope' end
            ],
            lambda field: field is not null
        ) as changed_fields,
        last_value(sent.injured_on ignore nulls) over so_far as injured_on,
        last_value(sent.injured_on_precision ignore nulls) over so_far as injured_on_precision,
        last_value(sent.first_visit_on ignore nulls) over so_far as first_visit_on,
        last_value(sent.age_at_injury_years ignore nulls) over so_far as age_at_injury_years,
        last_value(sent.sex ignore nulls) over so_far as sex,
        last_value(sent.conjoint_state ignore nulls) over so_far as conjoint_state,
        last_value(sent.semimembranosus_state ignore nulls) over so_far as semimembranosus_state,
        last_value(sent.conjoint_retraction_mm ignore nulls) over so_far as conjoint_retraction_mm,
        last_value(sent.semimembranosus_retraction_mm ignore nulls) over so_far as semimembranosus_retraction_mm,
        last_value(sent.mri_on ignore nulls) over so_far as mri_on,
        last_value(sent.is_mri_confirmed ignore nulls) over so_far as is_mri_confirmed,
        last_value(sent.other_leg_state ignore nulls) over so_far as other_leg_state,
        last_value(sent.sport ignore nulls) over so_far as sport,
        last_value(sent.sport_level ignore nulls) over so_far as sport_level,
        last_value(sent.pre_injury_tegner ignore nulls) over so_far as pre_injury_tegner,
        last_value(sent.is_shared_decision_documented ignore nulls) over so_far as is_shared_decision_documented,
        last_value(sent.initial_treatment ignore nulls) over so_far as initial_treatment,
        last_value(sent.decision_on ignore nulls) over so_far as decision_on,
        last_value(sent.surgery_on ignore nulls) over so_far as surgery_on,
        last_value(sent.baseline_on ignore nulls) over so_far as baseline_on,
        last_value(sent.baseline_phat_total ignore nulls) over so_far as baseline_phat_total,
        last_value(sent.baseline_phat_items_answered ignore nulls) over so_far as baseline_phat_items_answered,
        last_value(sent.baseline_eq5d_version ignore nulls) over so_far as baseline_eq5d_version,
        last_value(sent.baseline_eq5d_mobility ignore nulls) over so_far as baseline_eq5d_mobility,
        last_value(sent.baseline_eq5d_self_care ignore nulls) over so_far as baseline_eq5d_self_care,
        last_value(sent.baseline_eq5d_usual_activities ignore nulls) over so_far as baseline_eq5d_usual_activities,
        last_value(sent.baseline_eq5d_pain ignore nulls) over so_far as baseline_eq5d_pain,
        last_value(sent.baseline_eq5d_anxiety ignore nulls) over so_far as baseline_eq5d_anxiety,
        last_value(sent.baseline_eq5d_vas ignore nulls) over so_far as baseline_eq5d_vas,
        last_value(sent.consent_version ignore nulls) over so_far as consent_version,
        last_value(sent.consented_on ignore nulls) over so_far as consented_on,
        last_value(sent.consent_scope ignore nulls) over so_far as consent_scope
    from sent
    inner join disputed
        on sent.known_patient_id = disputed.patient_id
        and sent.side = disputed.side
        and sent.injury_no = disputed.injury_no
    where sent.held_because is null
    window
        so_far as (
            partition by sent.known_patient_id, sent.side, sent.injury_no order by sent.received_at, sent.submission, sent.section, sent.line
            rows between unbounded preceding and current row
        ),
        before as (
            partition by sent.known_patient_id, sent.side, sent.injury_no order by sent.received_at, sent.submission, sent.section, sent.line
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
    case
        when sent.held_because is not null then 'held'
        when answer.version_no > 1 then 'already_known'
        else 'new'
    end as row_state,  -- new, corrected (it changed something), already_known (it changed nothing) or held.
    cast([] as varchar[]) as changed_fields,  -- Fields this row changed; empty for a new row.
    cast(null as timestamp) as superseded_at,  -- When the next row that changed something for this key was received (UTC); empty: this is the current version.
    sent.held_because,  -- Why the row waits: not_known_here (no episode this clinic enrolled or shares), withdrawn or another_injury.
    sent.injured_on,
    sent.injured_on_precision,
    sent.first_visit_on,
    sent.age_at_injury_years,
    sent.sex,
    sent.conjoint_state,
    sent.semimembranosus_state,
    sent.conjoint_retraction_mm,
    sent.semimembranosus_retraction_mm,
    sent.mri_on,
    sent.is_mri_confirmed,
    sent.other_leg_state,
    sent.sport,
    sent.sport_level,
    sent.pre_injury_tegner,
    sent.is_shared_decision_documented,
    sent.initial_treatment,
    sent.decision_on,
    sent.surgery_on,
    sent.baseline_on,
    sent.baseline_phat_total,
    sent.baseline_phat_items_answered,
    sent.baseline_eq5d_version,
    sent.baseline_eq5d_mobility,
    sent.baseline_eq5d_self_care,
    sent.baseline_eq5d_usual_activities,
    sent.baseline_eq5d_pain,
    sent.baseline_eq5d_anxiety,
    sent.baseline_eq5d_vas,
    sent.consent_version,
    sent.consented_on,
    sent.consent_scope
from sent
left join answer
    on sent.submission = answer.submission
    and sent.section = answer.section
    and sent.line = answer.line
left join disputed
    on sent.known_patient_id = disputed.patient_id
    and sent.side = disputed.side
    and sent.injury_no = disputed.injury_no
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
    case
        when merged.version_no = 1 then 'new'
        when len(merged.changed_fields) > 0 then 'corrected'
        else 'already_known'
    end as row_state,
    case when merged.version_no > 1 then merged.changed_fields else [] end as changed_fields,
    min(case when len(merged.changed_fields) > 0 then merged.received_at end) over later as superseded_at,
    cast(null as varchar) as held_because,
    merged.injured_on,
    merged.injured_on_precision,
    merged.first_visit_on,
    merged.age_at_injury_years,
    merged.sex,
    merged.conjoint_state,
    merged.semimembranosus_state,
    merged.conjoint_retraction_mm,
    merged.semimembranosus_retraction_mm,
    merged.mri_on,
    merged.is_mri_confirmed,
    merged.other_leg_state,
    merged.sport,
    merged.sport_level,
    merged.pre_injury_tegner,
    merged.is_shared_decision_documented,
    merged.initial_treatment,
    merged.decision_on,
    merged.surgery_on,
    merged.baseline_on,
    merged.baseline_phat_total,
    merged.baseline_phat_items_answered,
    merged.baseline_eq5d_version,
    merged.baseline_eq5d_mobility,
    merged.baseline_eq5d_self_care,
    merged.baseline_eq5d_usual_activities,
    merged.baseline_eq5d_pain,
    merged.baseline_eq5d_anxiety,
    merged.baseline_eq5d_vas,
    merged.consent_version,
    merged.consented_on,
    merged.consent_scope
from merged
window later as (
    partition by merged.patient_id, merged.side, merged.injury_no order by merged.received_at, merged.submission, merged.section, merged.line
    rows between 1 following and unbounded following
)
