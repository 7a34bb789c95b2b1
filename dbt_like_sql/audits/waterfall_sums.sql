/* Clinics and visits whose waterfall of follow-ups does not sum to the episodes enrolled. */
select
    completeness.clinic,
    completeness.visit,
    completeness.n_enrolled,
    completeness.n_dead_or_withdrawn + completeness.n_not_yet_due + completeness.n_open + completeness.n_due as n_in_steps
from mart.completeness as completeness
where completeness.n_enrolled <> completeness.n_dead_or_withdrawn + completeness.n_not_yet_due + completeness.n_open + completeness.n_due
