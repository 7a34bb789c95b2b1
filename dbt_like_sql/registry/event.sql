/* Events as known today: recurrences, complications, death, loss, moves, requests to withdraw.

grain: patient_id, side, injury_no, event_no
*/
select
    episode.clinic,
    event_version.patient_id,
    event_version.side,
    event_version.injury_no,
    event_version.event_no,
    event_version.event_kind.value as event_kind,
    event_version.occurred_on.value as occurred_on,
    event_version.withdrawal_scope.value as withdrawal_scope,
    event_version.received_at as changed_at  -- When the version that holds today was received (UTC).
from ops.event_version as event_version
inner join registry.episode as episode
    on event_version.patient_id = episode.patient_id
    and event_version.side = episode.side
    and event_version.injury_no = episode.injury_no
where event_version.row_state in ('new', 'corrected') and event_version.superseded_at is null
