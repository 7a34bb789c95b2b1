/* Enrolled episodes beside the patients screened, per clinic and month.

A month belongs to the first visit (or the decision, where no first visit is known). Months without a screening form
have empty screening counts, which is not the same as none.

grain: clinic, month_on
counts: n_episodes, n_eligible, n_enrolled, n_declined, n_missed
*/
with enrolled as (
    select
        episode.clinic,
        cast(date_trunc('month', coalesce(episode.first_visit_on, episode.decision_on)) as date) as month_on,
        count(*) as n_episodes
    from registry.episode as episode
    where coalesce(episode.first_visit_on, episode.decision_on) is not null
    group by episode.clinic, cast(date_trunc('month', coalesce(episode.first_visit_on, episode.decision_on)) as date)
)

select
    coalesce(screening.clinic, enrolled.clinic) as clinic,  -- Clinic that screened and enrolled.
    coalesce(screening.month_on, enrolled.month_on) as month_on,
    cast(coalesce(enrolled.n_episodes, 0) as integer) as n_episodes,  -- Episodes in the registry whose first visit lies in the month.
    screening.n_eligible,
    screening.n_enrolled,
    screening.n_declined,
    screening.n_missed
from enrolled
full outer join registry.screening as screening
    on enrolled.clinic = screening.clinic
    and enrolled.month_on = screening.month_on
