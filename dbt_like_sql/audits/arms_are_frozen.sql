/* Episodes with a follow-up whose arm differs from the treatment known when the first one was received.

of: registry.episode
*/
with first_follow_up as (
    select
        follow_up_version.patient_id,
        follow_up_version.side,
        follow_up_version.injury_no,
        min(follow_up_version.received_at) as received_at
    from ops.follow_up_version as follow_up_version
    where follow_up_version.row_state <> 'held'
    group by follow_up_version.patient_id, follow_up_version.side, follow_up_version.injury_no
)

select
    episode.clinic,
    episode.patient_id,
    episode.side,
    episode.injury_no,
    episode.arm,
    enrolment_version.initial_treatment.value as treatment_at_first_follow_up
from registry.episode as episode
inner join first_follow_up
    on episode.patient_id = first_follow_up.patient_id
    and episode.side = first_follow_up.side
    and episode.injury_no = first_follow_up.injury_no
inner join ops.enrolment_version as enrolment_version
    on first_follow_up.patient_id = enrolment_version.patient_id
    and first_follow_up.side = enrolment_version.side
    and first_follow_up.injury_no = enrolment_version.injury_no
    and first_follow_up.received_at >= enrolment_version.received_at
    and first_follow_up.received_at < coalesce(enrolment_version.superseded_at, timestamp '9999-12-31')
where
    enrolment_version.row_state in ('new', 'corrected')
    and enrolment_version.initial_treatment.value <> episode.arm
