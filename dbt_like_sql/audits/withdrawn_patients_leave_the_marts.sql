/* Rows of patients whose data may no longer be used, in a mart. */
select
    'one_year' as mart,
    one_year.clinic,
    one_year.patient_id
from mart.one_year as one_year
inner join registry.patient as patient on one_year.patient_id = patient.patient_id
where not patient.is_usable
union all
select
    'trajectory' as mart,
    trajectory.clinic,
    trajectory.patient_id
from mart.trajectory as trajectory
inner join registry.patient as patient on trajectory.patient_id = patient.patient_id
where not patient.is_usable
