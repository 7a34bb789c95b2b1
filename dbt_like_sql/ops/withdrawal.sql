/* Patients who withdrew: by the coordinator's decision, or frozen by a request in a file until the coordinator decides.

`no_contact` ends the schedule and keeps the data in use. `no_further_use` and `erase` also freeze the patient: rows
received afterwards wait, and what is there leaves every mart. A request without a scope counts as `no_further_use`.

grain: patient_id
checks:
  - withdrawal_scope in ('no_contact', 'no_further_use', 'erase')
*/
with request as (
    select
        event_version.patient_id,
        event_version.side,
        event_version.injury_no,
        event_version.event_no,
        coalesce(event_version.withdrawal_scope.value, 'no_further_use') as withdrawal_scope,
        coalesce(event_version.occurred_on.value, cast(event_version.received_at as date)) as withdrawn_on
    from ops.event_version as event_version
    where
        event_version.row_state in ('new', 'corrected')
        and event_version.superseded_at is null
        and event_version.event_kind.value = 'withdrawal_request'
),

asked as (
    select
        request.patient_id,
        request.withdrawal_scope,
        request.withdrawn_on,
        false as is_decided,
        min(
            case when coalesce(event_version.withdrawal_scope.value, '') <> 'no_contact' then event_version.received_at end
        ) as known_at
    from request
    inner join ops.event_version as event_version
        on request.patient_id = event_version.patient_id
        and request.side = event_version.side
        and request.injury_no = event_version.injury_no
        and request.event_no = event_version.event_no
    where event_version.row_state <> 'held' and event_version.event_kind.value = 'withdrawal_request'
    group by request.patient_id, request.withdrawal_scope, request.withdrawn_on
),

decided as (
    select
        coalesce(identity.patient_id, decision.patient_id) as patient_id,
        coalesce(decision.scope, 'no_further_use') as withdrawal_scope,
        cast(decision.decided_at as date) as withdrawn_on,
        true as is_decided,
        decision.decided_at as known_at
    from facts.decision as decision
    left join ops.identity as identity on decision.patient_id = identity.sent_patient_id
    where decision.kind = 'withdraw'
),

withdrawal as (
    select
        asked.patient_id,
        asked.withdrawal_scope,
        asked.withdrawn_on,
        asked.is_decided,
        asked.known_at
    from asked
    union all
    select
        decided.patient_id,
        decided.withdrawal_scope,
        decided.withdrawn_on,
        decided.is_decided,
        decided.known_at
    from decided
),

strongest as (
    select
        withdrawal.patient_id,
        max(
            case withdrawal.withdrawal_scope when 'erase' then 3 when 'no_further_use' then 2 else 1 end
        ) as strength,
        min(withdrawal.withdrawn_on) as withdrawn_on,
        bool_or(withdrawal.is_decided) as is_decided,
        min(case when withdrawal.withdrawal_scope <> 'no_contact' then withdrawal.known_at end) as frozen_at
    from withdrawal
    group by withdrawal.patient_id
)

select
    strongest.patient_id,
    case strongest.strength when 3 then 'erase' when 2 then 'no_further_use' else 'no_contact' end as withdrawal_scope,
    strongest.withdrawn_on,  -- Day of the first request or decision to withdraw.
    strongest.is_decided,  -- The coordinator has decided; false: a request in a file waits for the coordinator.
    strongest.frozen_at  -- Rows received after this instant wait (UTC); empty: the patient is not frozen.
from strongest
