/* One row per avulsion: the enrolment as known today, with arm, anchor and crossover.

The arm is the initial treatment as known when the first follow-up was received (or the first one given after it, where
none was known by then). A later change of that field changes no arm: it opens a query.

grain: patient_id, side, injury_no
checks:
  - arm in ('surgical', 'conservative')
  - has_crossed_over or crossed_over_on is null
  - not has_crossed_over or arm = 'conservative'
*/
with first_row as (
    select
        enrolment_version.patient_id,
        enrolment_version.side,
        enrolment_version.injury_no,
        enrolment_version.received_at as enrolled_at
    from ops.enrolment_version as enrolment_version
    where enrolment_version.row_state = 'new' and enrolment_version.superseded_at is not null
),

decided as (
    select
        enrolment_version.patient_id,
        enrolment_version.side,
        enrolment_version.injury_no,
        enrolment_version.received_at,
        enrolment_version.initial_treatment.value as initial_treatment,
        row_number() over (
            partition by enrolment_version.patient_id, enrolment_version.side, enrolment_version.injury_no
            order by
                enrolment_version.received_at,
                enrolment_version.submission,
                enrolment_version.section,
                enrolment_version.line
        ) as row_no
    from ops.enrolment_version as enrolment_version
    inner join first_row
        on enrolment_version.patient_id = first_row.patient_id
        and enrolment_version.side = first_row.side
        and enrolment_version.injury_no = first_row.injury_no
    where enrolment_version.row_state in ('new', 'corrected') and enrolment_version.initial_treatment.value is not null
),

first_follow_up as (
    select
        follow_up_version.patient_id,
        follow_up_version.side,
        follow_up_version.injury_no,
        min(follow_up_version.received_at) as received_at
    from ops.follow_up_version as follow_up_version
    inner join first_row
        on follow_up_version.patient_id = first_row.patient_id
        and follow_up_version.side = first_row.side
        and follow_up_version.injury_no = first_row.injury_no
    where follow_up_version.row_state = 'new'
    group by follow_up_version.patient_id, follow_up_version.side, follow_up_version.injury_no
),

decisive as (
    select
        decided.patient_id,
        decided.side,
        decided.injury_no,
        coalesce(
            max(case when decided.received_at <= first_follow_up.received_at then decided.row_no end),
            min(decided.row_no)
        ) as row_no
    from decided
    inner join first_follow_up
        on decided.patient_id = first_follow_up.patient_id
        and decided.side = first_follow_up.side
        and decided.injury_no = first_follow_up.injury_no
    group by decided.patient_id, decided.side, decided.injury_no
),

frozen as (
    select
        decided.patient_id,
        decided.side,
        decided.injury_no,
        decided.initial_treatment as arm
    from decided
    inner join decisive
        on decided.patient_id = decisive.patient_id
        and decided.side = decisive.side
        and decided.injury_no = decisive.injury_no
        and decided.row_no = decisive.row_no
),

treatment as (
    select
        treatment_version.patient_id,
        treatment_version.side,
        treatment_version.injury_no,
        treatment_version.treated_on.value as treated_on,
        coalesce(
            treatment_version.treatment_kind.value = 'surgery_after_conservative', false
        ) as is_surgery_after
    from ops.treatment_version as treatment_version
    where treatment_version.row_state in ('new', 'corrected') and treatment_version.superseded_at is null
),

later as (
    select
        treatment.patient_id,
        treatment.side,
        treatment.injury_no,
        count(*) as n_later_treatments,
        bool_or(treatment.is_surgery_after) as has_surgery_after,
        min(case when treatment.is_surgery_after then treatment.treated_on end) as surgery_after_on
    from treatment
    group by treatment.patient_id, treatment.side, treatment.injury_no
),

new_clinic as (
    select
        care.patient_id,
        care.side,
        care.injury_no,
        care.clinic,
        row_number() over (
            partition by care.patient_id, care.side, care.injury_no
            order by care.shared_at desc, care.clinic asc
        ) as clinic_no
    from ops.care as care
    inner join registry.patient as patient on care.patient_id = patient.patient_id
    where not care.is_home and cast(care.shared_at as date) >= patient.moved_on
),

followed_elsewhere as (
    select
        new_clinic.patient_id,
        new_clinic.side,
        new_clinic.injury_no,
        new_clinic.clinic
    from new_clinic
    where new_clinic.clinic_no = 1
)

select
    enrolment.patient_id,
    enrolment.side,
    enrolment.injury_no,
    care.clinic,  -- Clinic that enrolled the episode; it never changes.
    coalesce(followed_elsewhere.clinic, care.clinic) as followed_by,  -- Clinic that follows the episode now: another one once the patient moved and the episode is shared with it.
    patient.moved_on,
    coalesce(frozen.arm, enrolment.initial_treatment.value) as arm,  -- The treatment decided, frozen by the first follow-up: surgical or conservative. It never moves with a later treatment.
    case coalesce(frozen.arm, enrolment.initial_treatment.value)
        when 'surgical' then enrolment.surgery_on.value
        when 'conservative' then enrolment.decision_on.value
    end as anchor_on,  -- Day from which visits count: the surgery (surgical) or the decision (conservative).
    coalesce(later.has_surgery_after and coalesce(frozen.arm, enrolment.initial_treatment.value) = 'conservative', false) as has_crossed_over,  -- Decided conservative, operated later: a crossover at any time.
    case when coalesce(frozen.arm, enrolment.initial_treatment.value) = 'conservative' then later.surgery_after_on end as crossed_over_on,  -- Day of the first operation after a conservative decision.
    cast(coalesce(later.n_later_treatments, 0) as integer) as n_later_treatments,  -- Later treatments recorded.
    enrolment.injured_on.value as injured_on,
    enrolment.injured_on_precision.value as injured_on_precision,
    enrolment.first_visit_on.value as first_visit_on,
    enrolment.age_at_injury_years.value as age_at_injury_years,
    enrolment.sex.value as sex,
    enrolment.conjoint_state.value as conjoint_state,
    enrolment.semimembranosus_state.value as semimembranosus_state,
    enrolment.conjoint_retraction_mm.value as conjoint_retraction_mm,
    enrolment.semimembranosus_retraction_mm.value as semimembranosus_retraction_mm,
    enrolment.mri_on.value as mri_on,
    enrolment.is_mri_confirmed.value as is_mri_confirmed,
    enrolment.other_leg_state.value as other_leg_state,
    enrolment.sport.value as sport,
    enrolment.sport_level.value as sport_level,
    enrolment.pre_injury_tegner.value as pre_injury_tegner,
    enrolment.is_shared_decision_documented.value as is_shared_decision_documented,
    enrolment.initial_treatment.value as initial_treatment,
    enrolment.decision_on.value as decision_on,
    enrolment.surgery_on.value as surgery_on,
    enrolment.baseline_on.value as baseline_on,
    enrolment.baseline_phat_total.value as baseline_phat_total,
    nullif(enrolment.baseline_phat_total.missing, 'erased') as baseline_phat_total_missing,  -- Why there is no value: not_done, refused, not_applicable or unknown.
    enrolment.baseline_phat_items_answered.value as baseline_phat_items_answered,
    enrolment.baseline_eq5d_version.value as baseline_eq5d_version,
    enrolment.baseline_eq5d_mobility.value as baseline_eq5d_mobility,
    enrolment.baseline_eq5d_self_care.value as baseline_eq5d_self_care,
    enrolment.baseline_eq5d_usual_activities.value as baseline_eq5d_usual_activities,
    enrolment.baseline_eq5d_pain.value as baseline_eq5d_pain,
    enrolment.baseline_eq5d_anxiety.value as baseline_eq5d_anxiety,
    enrolment.baseline_eq5d_vas.value as baseline_eq5d_vas,
    enrolment.consent_version.value as consent_version,
    enrolment.consented_on.value as consented_on,
    enrolment.consent_scope.value as consent_scope,
    patient.died_on,
    patient.lost_on,
    patient.withdrawn_on,
    patient.is_usable,
    coalesce(first_row.enrolled_at, enrolment.received_at) as enrolled_at,  -- When the episode was first received (UTC).
    enrolment.received_at as changed_at  -- When the version that holds today was received (UTC).
from ops.enrolment_version as enrolment
inner join ops.care as care
    on enrolment.patient_id = care.patient_id
    and enrolment.side = care.side
    and enrolment.injury_no = care.injury_no
    and care.is_home
inner join registry.patient as patient on enrolment.patient_id = patient.patient_id
left join first_row
    on enrolment.patient_id = first_row.patient_id
    and enrolment.side = first_row.side
    and enrolment.injury_no = first_row.injury_no
left join frozen
    on enrolment.patient_id = frozen.patient_id
    and enrolment.side = frozen.side
    and enrolment.injury_no = frozen.injury_no
left join later
    on enrolment.patient_id = later.patient_id
    and enrolment.side = later.side
    and enrolment.injury_no = later.injury_no
left join followed_elsewhere
    on enrolment.patient_id = followed_elsewhere.patient_id
    and enrolment.side = followed_elsewhere.side
    and enrolment.injury_no = followed_elsewhere.injury_no
where enrolment.row_state in ('new', 'corrected') and enrolment.superseded_at is null
