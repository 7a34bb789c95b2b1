/* Later treatments as known today: surgery after a conservative course, and operations done again.

grain: patient_id, side, injury_no, treatment_no
*/
select
    episode.clinic,
    treatment_version.patient_id,
    treatment_version.side,
    treatment_version.injury_no,
    treatment_version.treatment_no,
    treatment_version.treatment_kind.value as treatment_kind,
    treatment_version.treated_on.value as treated_on,
    treatment_version.treatment_reason.value as treatment_reason,
    treatment_version.received_at as changed_at  -- When the version that holds today was received (UTC).
from ops.treatment_version as treatment_version
inner join registry.episode as episode
    on treatment_version.patient_id = episode.patient_id
    and treatment_version.side = episode.side
    and treatment_version.injury_no = episode.injury_no
where treatment_version.row_state in ('new', 'corrected') and treatment_version.superseded_at is null
