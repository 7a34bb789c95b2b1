/* Which clinics may send rows for which episode: the clinic that enrolled it, and clinics it is shared with.

A patient belongs to the clinic in the id's prefix; an id without a clinic's prefix, to the clinic that enrolled it first.

grain: patient_id, side, injury_no, clinic
checks:
  - care_kind in ('enrolled', 'shared')
  - care_kind = 'enrolled' or not is_home
*/
with known_clinic as (
    select distinct submission.clinic
    from facts.submission as submission
),

one_of_several as (
    select distinct identity.patient_id
    from ops.identity as identity
),

enrolment_row as (
    select
        enrolment.patient_id as sent_patient_id,
        coalesce(identity.patient_id, enrolment.patient_id) as patient_id,
        enrolment.side,
        enrolment.injury_no,
        enrolment.clinic,
        enrolment.received_at,
        enrolment.submission,
        known_clinic.clinic as prefix_clinic
    from facts.enrolment as enrolment
    inner join ops.live_submission as live on enrolment.submission = live.submission
    left join ops.identity as identity on enrolment.patient_id = identity.sent_patient_id
    left join known_clinic
        on case when enrolment.patient_id like '%-%' then split_part(enrolment.patient_id, '-', 1) end = known_clinic.clinic
),

first_enrolment as (
    select
        enrolment_row.sent_patient_id,
        enrolment_row.clinic,
        row_number() over (
            partition by enrolment_row.sent_patient_id
            order by enrolment_row.received_at, enrolment_row.submission
        ) as row_no
    from enrolment_row
    where enrolment_row.prefix_clinic is null
),

enrolled as (
    select
        enrolment_row.patient_id,
        enrolment_row.side,
        enrolment_row.injury_no,
        enrolment_row.clinic,
        bool_or(enrolment_row.sent_patient_id = enrolment_row.patient_id) as is_own_id,
        min(enrolment_row.received_at) as enrolled_at
    from enrolment_row
    left join first_enrolment
        on enrolment_row.sent_patient_id = first_enrolment.sent_patient_id
        and first_enrolment.row_no = 1
    where enrolment_row.clinic = coalesce(enrolment_row.prefix_clinic, first_enrolment.clinic)
    group by enrolment_row.patient_id, enrolment_row.side, enrolment_row.injury_no, enrolment_row.clinic
),

linked as (
    select
        enrolled.patient_id,
        enrolled.side,
        enrolled.injury_no,
        enrolled.clinic,
        row_number() over (
            partition by enrolled.patient_id, enrolled.side, enrolled.injury_no
            order by enrolled.is_own_id desc, enrolled.clinic asc
        ) as clinic_no
    from enrolled
    inner join one_of_several on enrolled.patient_id = one_of_several.patient_id
),

share_decision as (
    select
        coalesce(identity.patient_id, decision.patient_id) as patient_id,
        decision.side,
        decision.injury_no,
        decision.clinic,
        decision.decided_at
    from facts.decision as decision
    left join ops.identity as identity on decision.patient_id = identity.sent_patient_id
    where decision.kind = 'share'
),

shared as (
    select
        enrolled.patient_id,
        enrolled.side,
        enrolled.injury_no,
        share_decision.clinic,
        max(share_decision.decided_at) as shared_at,
        min(enrolled.enrolled_at) as enrolled_at
    from enrolled
    inner join share_decision
        on enrolled.patient_id = share_decision.patient_id
        and enrolled.side = coalesce(share_decision.side, enrolled.side)
        and enrolled.injury_no = coalesce(share_decision.injury_no, enrolled.injury_no)
    group by enrolled.patient_id, enrolled.side, enrolled.injury_no, share_decision.clinic
)

select
    enrolled.patient_id,
    enrolled.side,
    enrolled.injury_no,
    enrolled.clinic,  -- Clinic that may send rows for the episode.
    'enrolled' as care_kind,  -- enrolled, or shared by a decision.
    coalesce(linked.clinic_no = 1, true) as is_home,  -- The clinic under which the episode is counted.
    shared.shared_at,  -- When the episode was last shared with this clinic (UTC).
    enrolled.enrolled_at  -- When the first row that enrols the episode was received (UTC).
from enrolled
left join linked
    on enrolled.patient_id = linked.patient_id
    and enrolled.side = linked.side
    and enrolled.injury_no = linked.injury_no
    and enrolled.clinic = linked.clinic
left join shared
    on enrolled.patient_id = shared.patient_id
    and enrolled.side = shared.side
    and enrolled.injury_no = shared.injury_no
    and enrolled.clinic = shared.clinic
union all
select
    shared.patient_id,
    shared.side,
    shared.injury_no,
    shared.clinic,
    'shared' as care_kind,
    false as is_home,
    shared.shared_at,
    shared.enrolled_at
from shared
left join enrolled
    on shared.patient_id = enrolled.patient_id
    and shared.side = enrolled.side
    and shared.injury_no = enrolled.injury_no
    and shared.clinic = enrolled.clinic
where enrolled.clinic is null
