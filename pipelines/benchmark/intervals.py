"""The registry's statistics under one name: everything public about intervals, percentiles, verdicts and funnels.

Pure functions over numpy arrays that broadcast; they know no file, table, clinic or study. All follow one rule for bad
figures: what is *unknown or too little* (NaN, None, infinite, n = 0 or 1, SD = 0) gives NaN, what is *impossible*
(k > n, a negative SD, a lopsided interval of a change) raises ValueError; no bad figure gives a plausible number.
"""

from pipelines.benchmark.change import ChangeCorrelation, correlation_from_change
from pipelines.benchmark.funnel import (
    Overdispersion,
    RaisingMeans,
    funnel_limits_mean,
    funnel_limits_proportion,
    overdispersion,
    raising_means,
    tipping_point,
)
from pipelines.benchmark.proportions import newcombe, wilson
from pipelines.benchmark.single_case import (
    SingleCase,
    SingleCaseRegression,
    prediction_interval,
    scaled_beta_percentile,
    single_case,
    single_case_regression,
)
from pipelines.benchmark.two_means import Equivalence, Welch, equivalence, welch_from_summary

__all__ = [
    "ChangeCorrelation",
    "Equivalence",
    "Overdispersion",
    "RaisingMeans",
    "SingleCase",
    "SingleCaseRegression",
    "Welch",
    "correlation_from_change",
    "equivalence",
    "funnel_limits_mean",
    "funnel_limits_proportion",
    "newcombe",
    "overdispersion",
    "prediction_interval",
    "raising_means",
    "scaled_beta_percentile",
    "single_case",
    "single_case_regression",
    "tipping_point",
    "welch_from_summary",
    "wilson",
]
