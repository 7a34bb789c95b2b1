/* Every version of every row that counts, of all forms: who sent it, when it held, and what it changed.

grain: submission, section, line
checks:
  - row_state in ('new', 'corrected', 'already_known', 'held')
*/
select
    'enrolment' as form,  -- Form the row belongs to.
    enrolment_version.submission,
    enrolment_version.section,
    enrolment_version.line,
    enrolment_version.clinic,  -- Clinic that sent the row.
    enrolment_version.received_at,
    enrolment_version.patient_id,
    enrolment_version.side,
    enrolment_version.injury_no,
    enrolment_version.patient_id || ' ' || enrolment_version.side || ' ' || cast(enrolment_version.injury_no as varchar) as row_key,  -- The row's key as readable text.
    enrolment_version.row_state,
    enrolment_version.held_because,
    enrolment_version.changed_fields,
    enrolment_version.superseded_at
from ops.enrolment_version as enrolment_version
union all
select
    'treatment' as form,
    treatment_version.submission,
    treatment_version.section,
    treatment_version.line,
    treatment_version.clinic,
    treatment_version.received_at,
    treatment_version.patient_id,
    treatment_version.side,
    treatment_version.injury_no,
    treatment_version.patient_id || ' ' || treatment_version.side || ' ' || cast(treatment_version.injury_no as varchar) || ' ' || cast(treatment_version.treatment_no as varchar) as row_key,
    treatment_version.row_state,
    treatment_version.held_because,
    treatment_version.changed_fields,
    treatment_version.superseded_at
from ops.treatment_version as treatment_version
union all
select
    'follow_up' as form,
    follow_up_version.submission,
    follow_up_version.section,
    follow_up_version.line,
    follow_up_version.clinic,
    follow_up_version.received_at,
    follow_up_version.patient_id,
    follow_up_version.side,
    follow_up_version.injury_no,
    follow_up_version.patient_id || ' ' || follow_up_version.side || ' ' || cast(follow_up_version.injury_no as varchar) || ' ' || cast(follow_up_version.assessed_on as varchar) as row_key,
    follow_up_version.row_state,
    follow_up_version.held_because,
    follow_up_version.changed_fields,
    follow_up_version.superseded_at
from ops.follow_up_version as follow_up_version
union all
select
    'imaging' as form,
    imaging_version.submission,
    imaging_version.section,
    imaging_version.line,
    imaging_version.clinic,
    imaging_version.received_at,
    imaging_version.patient_id,
    imaging_version.side,
    imaging_version.injury_no,
    imaging_version.patient_id || ' ' || imaging_version.side || ' ' || cast(imaging_version.injury_no as varchar) || ' ' || cast(imaging_version.mri_on as varchar) as row_key,
    imaging_version.row_state,
    imaging_version.held_because,
    imaging_version.changed_fields,
    imaging_version.superseded_at
from ops.imaging_version as imaging_version
union all
select
    'rehabilitation' as form,
    rehabilitation_version.submission,
    rehabilitation_version.section,
    rehabilitation_version.line,
    rehabilitation_version.clinic,
    rehabilitation_version.received_at,
    rehabilitation_version.patient_id,
    rehabilitation_version.side,
    rehabilitation_version.injury_no,
    rehabilitation_version.patient_id || ' ' || rehabilitation_version.side || ' ' || cast(rehabilitation_version.injury_no as varchar) || ' ' || rehabilitation_version.phase as row_key,
    rehabilitation_version.row_state,
    rehabilitation_version.held_because,
    rehabilitation_version.changed_fields,
    rehabilitation_version.superseded_at
from ops.rehabilitation_version as rehabilitation_version
union all
select
    'event' as form,
    event_version.submission,
    event_version.section,
    event_version.line,
    event_version.clinic,
    event_version.received_at,
    event_version.patient_id,
    event_version.side,
    event_version.injury_no,
    event_version.patient_id || ' ' || event_version.side || ' ' || cast(event_version.injury_no as varchar) || ' ' || cast(event_version.event_no as varchar) as row_key,
    event_version.row_state,
    event_version.held_because,
    event_version.changed_fields,
    event_version.superseded_at
from ops.event_version as event_version
union all
select
    'screening' as form,
    screening_version.submission,
    screening_version.section,
    screening_version.line,
    screening_version.clinic,
    screening_version.received_at,
    cast(null as varchar) as patient_id,
    cast(null as varchar) as side,
    cast(null as integer) as injury_no,
    screening_version.clinic || ' ' || left(cast(screening_version.month_on as varchar), 7) as row_key,
    screening_version.row_state,
    screening_version.held_because,
    screening_version.changed_fields,
    screening_version.superseded_at
from ops.screening_version as screening_version
