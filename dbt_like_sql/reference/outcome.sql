/* What the reference studies found: one figure a row, as printed.

`statistic` says what the numbers are: mean_sd (value, sd), median_iqr (value, lower and upper quartile), mean_ci95
(value, 95 % interval), count (value of n), proportion_above (more than value). Figures a study does not give are empty.

grain: study, arm, timepoint, measure, category
checks:
  - arm in ('surgical', 'conservative')
  - timepoint = 'baseline' or timepoint like 'month_%'
  - statistic in ('mean_sd', 'median_iqr', 'mean_ci95', 'count', 'proportion_above')
  - n is null or n > 0
  - value is not null
  - statistic <> 'mean_sd' or coalesce(sd > 0 and n > 1, false)
  - statistic not in ('median_iqr', 'mean_ci95') or coalesce(lower <= value and value <= upper, false)
  - statistic <> 'mean_ci95' or coalesce(n > 1, false)
  - statistic <> 'count' or coalesce(value >= 0 and value <= n and value = floor(value), false)
  - statistic <> 'proportion_above' or coalesce(value > 0 and value < 1, false)
*/
select
    reference.study,  -- Study, as its file is named.
    reference.arm,  -- Arm of the study: surgical or conservative.
    reference.timepoint,  -- baseline, or month_2, month_6, month_12, ... after it.
    reference.measure,  -- What was measured.
    coalesce(reference.category, '') as category,  -- Category of a measure with several; empty where none.
    reference.statistic,  -- mean_sd, median_iqr, mean_ci95, count or proportion_above.
    try_cast(nullif(reference.n, '') as integer) as n,  -- People behind the figure; empty where not stated.
    try_cast(nullif(reference.value, '') as double) as value,  -- Mean, median, count or proportion, by the statistic.
    try_cast(nullif(reference.sd, '') as double) as sd,  -- Standard deviation.
    try_cast(nullif(reference.lower, '') as double) as lower,  -- Lower quartile or lower limit.
    try_cast(nullif(reference.upper, '') as double) as upper,  -- Upper quartile or upper limit.
    nullif(reference.p_between_arms, '') as p_between_arms,  -- p between the arms, as printed; never recomputed.
    reference.source,  -- Where in the publication the figure stands.
    nullif(reference.note, '') as note,  -- What must be known to read the figure.
    reference.file,  -- File of the registry that holds the figure.
    cast(reference.line as integer) as line  -- Line of that file.
from seeds.reference as reference
