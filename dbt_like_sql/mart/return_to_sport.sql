/* When each episode returned to sport, as far as it is known: the input of curves and medians. One clock for both arms.

Time counts from the day of the injury and is empty where that day is not known. Per episode two returns: `any`, and to
the `pre_injury_level`. A status without a date is never dated by the visit: it lies between the last visit without a
return and the first with one (interval). The date given is the first day in sport of any kind, so a return to the
pre-injury level is always an interval. A date before the injury, or after the first visit with a return, contradicts
what was seen: the visits hold, and the return lies between them. A visit before the injury tells nothing. Patients
whose data may be used.

grain: patient_id, side, injury_no, return_kind
checks:
  - return_kind in ('any', 'pre_injury_level')
  - return_state in ('exact', 'interval', 'not_returned', 'dead', 'not_at_risk', 'never_seen')
  - upper_days is null or lower_days <= upper_days
  - return_state <> 'exact' or lower_days is not distinct from upper_days
*/
with kind as (
    select 'any' as return_kind
    union all
    select 'pre_injury_level' as return_kind
),

status as (
    select
        follow_up.patient_id,
        follow_up.side,
        follow_up.injury_no,
        kind.return_kind,
        follow_up.assessed_on,
        follow_up.return_to_sport = 'no_sport_before_injury' as is_without_sport,
        follow_up.return_to_sport = 'pre_injury_level'
        or (kind.return_kind = 'any' and follow_up.return_to_sport in ('different_level', 'different_sport')) as has_returned
    from registry.follow_up as follow_up
    inner join registry.episode as episode
        on follow_up.patient_id = episode.patient_id
        and follow_up.side = episode.side
        and follow_up.injury_no = episode.injury_no
    cross join kind
    where
        follow_up.return_to_sport is not null
        and follow_up.assessed_on >= coalesce(episode.injured_on, follow_up.assessed_on)
),

seen as (
    select
        status.patient_id,
        status.side,
        status.injury_no,
        status.return_kind,
        bool_or(status.is_without_sport) as is_without_sport,
        min(case when status.has_returned then status.assessed_on end) as first_with_on,
        max(status.assessed_on) as last_seen_on
    from status
    group by status.patient_id, status.side, status.injury_no, status.return_kind
),

before_return as (
    select
        status.patient_id,
        status.side,
        status.injury_no,
        status.return_kind,
        max(status.assessed_on) as last_without_on
    from status
    inner join seen
        on status.patient_id = seen.patient_id
        and status.side = seen.side
        and status.injury_no = seen.injury_no
        and status.return_kind = seen.return_kind
    where not status.has_returned and (seen.first_with_on is null or status.assessed_on < seen.first_with_on)
    group by status.patient_id, status.side, status.injury_no, status.return_kind
),

dated as (
    select
        follow_up.patient_id,
        follow_up.side,
        follow_up.injury_no,
        min(follow_up.returned_to_sport_on) as returned_to_sport_on
    from registry.follow_up as follow_up
    where follow_up.returned_to_sport_on is not null
    group by follow_up.patient_id, follow_up.side, follow_up.injury_no
),

known as (
    select
        episode.patient_id,
        episode.side,
        episode.injury_no,
        episode.clinic,
        episode.arm,
        kind.return_kind,
        episode.crossed_over_on,
        episode.died_on,
        case when episode.injured_on_precision = 'day' then episode.injured_on end as origin_on,
        coalesce(seen.is_without_sport, false) or coalesce(episode.sport_level = 'none', false) as is_without_sport,
        case
            when
                kind.return_kind = 'any'
                and dated.returned_to_sport_on > episode.injured_on
                and dated.returned_to_sport_on <= seen.first_with_on
                then dated.returned_to_sport_on
        end as returned_on,
        seen.first_with_on,
        before_return.last_without_on,
        seen.last_seen_on
    from registry.episode as episode
    cross join kind
    left join seen
        on episode.patient_id = seen.patient_id
        and episode.side = seen.side
        and episode.injury_no = seen.injury_no
        and kind.return_kind = seen.return_kind
    left join before_return
        on episode.patient_id = before_return.patient_id
        and episode.side = before_return.side
        and episode.injury_no = before_return.injury_no
        and kind.return_kind = before_return.return_kind
    left join dated
        on episode.patient_id = dated.patient_id
        and episode.side = dated.side
        and episode.injury_no = dated.injury_no
    where episode.is_usable
),

judged as (
    select
        known.patient_id,
        known.side,
        known.injury_no,
        known.clinic,
        known.arm,
        known.return_kind,
        known.crossed_over_on,
        known.origin_on,
        case
            when known.is_without_sport then 'not_at_risk'
            when known.first_with_on is not null and known.returned_on is not null then 'exact'
            when known.first_with_on is not null then 'interval'
            when known.died_on is not null then 'dead'
            when known.last_seen_on is null then 'never_seen'
            else 'not_returned'
        end as return_state,
        known.returned_on,
        known.first_with_on,
        coalesce(known.last_without_on, known.origin_on) as last_without_on,
        known.died_on
    from known
)

select
    judged.patient_id,
    judged.side,
    judged.injury_no,
    judged.clinic,
    judged.arm,
    judged.return_kind,  -- any, or pre_injury_level: which return is meant.
    judged.return_state,  -- exact, interval, not_returned (by the last visit), dead (before a return), not_at_risk (no sport before the injury) or never_seen.
    judged.origin_on,  -- Day of the injury, from which time counts; empty where only its month or year is known.
    cast(
        case judged.return_state
            when 'exact' then date_diff('day', judged.origin_on, judged.returned_on)
            when 'interval' then date_diff('day', judged.origin_on, judged.last_without_on)
            when 'dead' then date_diff('day', judged.origin_on, judged.died_on)
            when 'not_returned' then date_diff('day', judged.origin_on, judged.last_without_on)
        end as integer
    ) as lower_days,  -- Days from the injury by which no return is known to have happened (to the return or death itself, where its day is known).
    cast(
        case judged.return_state
            when 'exact' then date_diff('day', judged.origin_on, judged.returned_on)
            when 'interval' then date_diff('day', judged.origin_on, judged.first_with_on)
            when 'dead' then date_diff('day', judged.origin_on, judged.died_on)
        end as integer
    ) as upper_days,  -- Days from the injury by which the return (or death) had happened; empty where none is known.
    cast(date_diff('day', judged.origin_on, judged.crossed_over_on) as integer) as crossed_over_days  -- Days from the injury to a crossover; empty where there is none.
from judged
