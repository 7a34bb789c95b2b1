/* Which clinics may send rows for which episode: the clinic that enrolled it, and clinics it is shared with.

A patient belongs to the clinic in the id's prefix; an id without a clinic's prefix, to the clinic that enrolled it first.

grain: patient_id, side, injury_no, clinic
checks:
  - care_kind in ('enrolled', 'shared')
*/
with enrolment_row as (
    select
        enrolment.patient_id as sent_patient_id,
        coalesce(identity.patient_id, enrolment.patient_id) as patient_id,
        enrolment.side,
        enrolment.injury_no,
        enrolment.clinic,
        row_number() over (
            partition by enrolment.patient_id
            order by enrolment.received_at, enrolment.submission, enrolment.section, enrolment.line
        ) as row_no
    from facts.enrolment as enrolment
    inner join ops.live_submission as live on enrolment.submission = live.submission
    left join ops.identity as identity on enrolment.patient_id = identity.sent_patient_id
),

known_clinic as (
    select distinct submission.clinic
    from facts.submission as submission
),

home as (
    select
        enrolment_row.sent_patient_id,
        coalesce(known_clinic.clinic, enrolment_row.clinic) as clinic
    from enrolment_row
    left join known_clinic
        on split_part(enrolment_row.sent_patient_id, '-', 1) = known_clinic.clinic
        and enrolment_row.sent_patient_id like '%-%'
    where enrolment_row.row_no = 1
),

enrolled as (
    select
        enrolment_row.patient_id,
        enrolment_row.side,
        enrolment_row.injury_no,
        enrolment_row.clinic,
        max(case when enrolment_row.sent_patient_id = enrolment_row.patient_id then 1 else 0 end) as is_own_id
    from enrolment_row
    inner join home
        on enrolment_row.sent_patient_id = home.sent_patient_id
        and enrolment_row.clinic = home.clinic
    group by enrolment_row.patient_id, enrolment_row.side, enrolment_row.injury_no, enrolment_row.clinic
),

ranked as (
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
),

shared as (
    select
        ranked.patient_id,
        ranked.side,
        ranked.injury_no,
        decision.clinic,
        max(decision.decided_at) as shared_at
    from ranked
    inner join facts.decision as decision
        on (decision.side is null or ranked.side = decision.side)
        and (decision.injury_no is null or ranked.injury_no = decision.injury_no)
    left join ops.identity as identity on decision.patient_id = identity.sent_patient_id
    where
        decision.kind = 'share'
        and ranked.clinic_no = 1
        and ranked.patient_id = coalesce(identity.patient_id, decision.patient_id)
    group by ranked.patient_id, ranked.side, ranked.injury_no, decision.clinic
)

select
    ranked.patient_id,
    ranked.side,
    ranked.injury_no,
    ranked.clinic,  -- Clinic that may send rows for the episode.
    'enrolled' as care_kind,  -- enrolled, or shared by a decision.
    ranked.clinic_no = 1 as is_home,  -- The clinic under which the episode is counted.
    shared.shared_at  -- When the episode was last shared with this clinic (UTC).
from ranked
left join shared
    on ranked.patient_id = shared.patient_id
    and ranked.side = shared.side
    and ranked.injury_no = shared.injury_no
    and ranked.clinic = shared.clinic
union all
select
    shared.patient_id,
    shared.side,
    shared.injury_no,
    shared.clinic,
    'shared' as care_kind,
    false as is_home,
    shared.shared_at
from shared
left join ranked
    on shared.patient_id = ranked.patient_id
    and shared.side = ranked.side
    and shared.injury_no = ranked.injury_no
    and shared.clinic = ranked.clinic
where ranked.clinic is null
