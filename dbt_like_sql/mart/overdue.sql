/* Who is overdue: which visit, since when, and what to ask. The one list of overdue follow-ups.

grain: patient_id, side, injury_no, visit
checks:
  - days_overdue > 0
*/
select
    schedule.clinic,
    schedule.patient_id,
    schedule.side,
    schedule.injury_no,
    schedule.arm,
    schedule.visit,
    schedule.visit_no,
    schedule.due_on,
    schedule.window_closes_on,
    schedule.overdue_since,
    cast(date_diff('day', schedule.window_closes_on, known.today) as integer) as days_overdue,  -- Days since the window closed.
    schedule.reason,
    patient.last_assessed_on,
    schedule.measures_to_ask
from registry.schedule as schedule
inner join registry.patient as patient on schedule.patient_id = patient.patient_id
cross join ops.known as known
where schedule.status = 'overdue'
