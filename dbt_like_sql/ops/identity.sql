/* Patient ids that the coordinator linked to another id: from then on both are one patient.

Links are followed to their end, so a chain of links ends in one id.

grain: sent_patient_id
*/
with recursive link as (
    select
        decision.other_patient_id as sent_patient_id,
        min(decision.patient_id) as patient_id
    from facts.decision as decision
    where decision.kind = 'link' and decision.other_patient_id <> decision.patient_id
    group by decision.other_patient_id
),

chain as (
    select
        link.sent_patient_id,
        link.patient_id,
        1 as hops
    from link
    union all
    select
        chain.sent_patient_id,
        link.patient_id,
        chain.hops + 1 as hops
    from chain
    inner join link on chain.patient_id = link.sent_patient_id
    where link.patient_id <> chain.sent_patient_id and chain.hops < 100
),

furthest as (
    select
        chain.sent_patient_id,
        max(chain.hops) as hops
    from chain
    group by chain.sent_patient_id
)

select
    chain.sent_patient_id,  -- The id in the rows as sent.
    chain.patient_id
from chain
inner join furthest on chain.sent_patient_id = furthest.sent_patient_id and chain.hops = furthest.hops
