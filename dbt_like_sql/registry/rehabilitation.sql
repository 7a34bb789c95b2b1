/* Rehabilitation phases as known today: begun, completed, criteria met.

grain: patient_id, side, injury_no, phase
*/
select
    episode.clinic,
    rehabilitation_version.patient_id,
    rehabilitation_version.side,
    rehabilitation_version.injury_no,
    rehabilitation_version.phase,
    rehabilitation_version.started_on.value as started_on,
    rehabilitation_version.completed_on.value as completed_on,
    rehabilitation_version.has_met_criteria.value as has_met_criteria,
    rehabilitation_version.received_at as changed_at  -- When the version that holds today was received (UTC).
from ops.rehabilitation_version as rehabilitation_version
inner join registry.episode as episode
    on rehabilitation_version.patient_id = episode.patient_id
    and rehabilitation_version.side = episode.side
    and rehabilitation_version.injury_no = episode.injury_no
where rehabilitation_version.row_state in ('new', 'corrected') and rehabilitation_version.superseded_at is null
