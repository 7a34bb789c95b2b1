/* Visits of an episode for which more than one follow-up counts. */
select
    follow_up.patient_id,
    follow_up.side,
    follow_up.injury_no,
    follow_up.visit,
    min(follow_up.clinic) as clinic,
    count(*) as n_counted
from registry.follow_up as follow_up
where follow_up.is_counted
group by follow_up.patient_id, follow_up.side, follow_up.injury_no, follow_up.visit
having count(*) > 1
