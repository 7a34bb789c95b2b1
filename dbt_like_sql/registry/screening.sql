/* Patients screened as known today: eligible, enrolled, declined and missed.

grain: clinic, month_on
*/
select
    screening_version.clinic,  -- Clinic that screened.
    screening_version.month_on,
    screening_version.n_eligible.value as n_eligible,
    screening_version.n_enrolled.value as n_enrolled,
    screening_version.n_declined.value as n_declined,
    screening_version.n_missed.value as n_missed,
    screening_version.received_at as changed_at  -- When the version that holds today was received (UTC).
from ops.screening_version as screening_version
where screening_version.row_state in ('new', 'corrected') and screening_version.superseded_at is null
