/* One row per patient: how the patient stands with the registry.

grain: patient_id
checks:
  - is_dead or died_on is null
*/
with current_event as (
    select
        event_version.patient_id,
        event_version.event_kind.value as event_kind,
        coalesce(event_version.occurred_on.value, cast(event_version.received_at as date)) as occurred_on
    from ops.event_version as event_version
    where event_version.row_state in ('new', 'corrected') and event_version.superseded_at is null
),

ended as (
    select
        current_event.patient_id,
        min(case when current_event.event_kind = 'death' then current_event.occurred_on end) as died_on,
        max(case when current_event.event_kind = 'lost_to_follow_up' then current_event.occurred_on end) as lost_on,
        max(case when current_event.event_kind = 'moved' then current_event.occurred_on end) as moved_on
    from current_event
    group by current_event.patient_id
),

seen as (
    select
        follow_up_version.patient_id,
        max(follow_up_version.assessed_on) as last_assessed_on
    from ops.follow_up_version as follow_up_version
    where follow_up_version.row_state <> 'held'
    group by follow_up_version.patient_id
),

enrolled as (
    select
        enrolment_version.patient_id,
        count(*) as n_episodes
    from ops.enrolment_version as enrolment_version
    where enrolment_version.row_state in ('new', 'corrected') and enrolment_version.superseded_at is null
    group by enrolment_version.patient_id
)

select
    enrolled.patient_id,
    cast(enrolled.n_episodes as integer) as n_episodes,  -- Avulsions enrolled: two sides, or the same side anew, are two.
    ended.died_on is not null as is_dead,  -- A death is recorded.
    ended.died_on,  -- Day of death; where it is not known, the day the registry was told.
    withdrawal.withdrawn_on,
    withdrawal.withdrawal_scope,
    case when seen.last_assessed_on > ended.lost_on then null else ended.lost_on end as lost_on,  -- Day the patient was lost to follow-up; empty where the patient was seen later.
    ended.moved_on,  -- Day the patient moved to another clinic.
    seen.last_assessed_on,  -- Day of the last follow-up.
    coalesce(withdrawal.withdrawal_scope = 'no_contact', true) as is_usable  -- The data may be used: no request against further use.
from enrolled
left join ended on enrolled.patient_id = ended.patient_id
left join seen on enrolled.patient_id = seen.patient_id
left join ops.withdrawal as withdrawal on enrolled.patient_id = withdrawal.patient_id
