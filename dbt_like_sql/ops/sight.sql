/* Which clinics may look at which episode, and until which day: whoever may send rows for it.

After a move, a clinic that enrolled sees what was known of the days until the move, and nothing later unless the
episode is shared with it again.

grain: patient_id, side, injury_no, clinic
*/
select
    care.patient_id,
    care.side,
    care.injury_no,
    care.clinic,  -- Clinic that may look.
    case
        when
            care.care_kind = 'enrolled'
            and episode.followed_by not in (episode.clinic, care.clinic)
            and coalesce(cast(care.shared_at as date) < episode.moved_on, true)
            then episode.moved_on
    end as sees_until  -- Last day of which the clinic sees what happened; empty where it sees everything.
from ops.care as care
inner join registry.episode as episode
    on care.patient_id = episode.patient_id
    and care.side = episode.side
    and care.injury_no = episode.injury_no
