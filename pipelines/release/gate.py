"""The door of a release: its checks run by Great Expectations on one frame of values, with a page to read offline.

The only module that imports Great Expectations, and only when a release is cut: that takes eight seconds.
"""

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from pipelines.release.check import Check, Pair
from pipelines.release.checks import CHECKS, ask
from pipelines.release.verdict import CONTRACT, ERROR, FAIL, NOT_APPLICABLE, PASS, CheckResult, Subject, Verdict
from warehouse.connection import reader
from warehouse.counts import Counter
from warehouse.errors import QueryError

# What the page of Great Expectations fetches from elsewhere; and how it looks without.
_FROM_ELSEWHERE = re.compile(
    r"<script\b.*?</script>|<link[^>]*>|<img[^>]*\ssrc=\"https?:[^>]*>|<form.*?</form>", re.DOTALL
)
_PICTURE_ELSEWHERE = re.compile(r"url\(\s*[\"']?https?://[^)]*\)")
_LINK_ELSEWHERE = re.compile(r"(<a[^>]*?\s)href=(\"|')(?!#)[^\"']*\2")
_STYLE = """<style>body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:70em;padding:0 1em}
table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.3em .6em;text-align:left;vertical-align:top}
.alert{border:1px solid #bbb;padding:.5em}
.hide,.d-none,nav,footer,.modal,.collapse,[data-toggle=collapse],.card:has(.btn-group){display:none}
.fa-check-circle::before{content:"pass"}.fa-times::before{content:"FAIL"}.fa-exclamation-triangle::before{content:"error"}
</style></head>"""


def judge(
    now: Path,
    before: tuple[str, Path] | None,
    page: Path | None = None,
    at: datetime | None = None,
    checks: Sequence[Check] = CHECKS,
) -> Verdict:
    """Hold a database that is to be released against the release before it, its id and database.

    With `page`, what Great Expectations says of it is written there. `at` is when; None where nobody's today counts.
    """
    with reader(now) as current, reader(before[1]) if before else nullcontext() as former:
        pair = Pair(Counter(current), Counter(former) if former is not None else None, at)
        asked = {check: _ask(check, pair) for check in checks}
    answers, html = _validate(asked)
    if page is not None:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(make_offline(html), encoding="utf-8")
    return Verdict(before[0] if before else None, [_result(check, asked[check], answers) for check in checks])


def _ask(check: Check, pair: Pair) -> Sequence[Subject] | None:
    """The check's values; None where it cannot be asked, because what it reads is gone."""
    try:
        return ask(check, pair)
    except QueryError:
        return None


def make_offline(html: str) -> str:
    """The page without whatever it would fetch, lead to or run, in plain clothes."""
    html = _PICTURE_ELSEWHERE.sub("none", _FROM_ELSEWHERE.sub("", html))
    return _LINK_ELSEWHERE.sub(r"\1", html).replace("</head>", _STYLE, 1)


def _validate(asked: Mapping[Check, Sequence[Subject] | None]) -> tuple[dict[str, Any], str]:
    """Great Expectations' answer by check, and its page."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    import pandas as pd

    rows = [(_title(check), each.name, each.value) for check, found in asked.items() for each in found or ()]
    frame = pd.DataFrame([row for row in rows if row[2] is not None], columns=["check", "subject", "value"])
    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("registry").add_dataframe_asset("release")
    suite = gx.ExpectationSuite(
        name="release", expectations=[_expectation(check) for check in asked if _has(frame, check)]
    )
    definition = gx.ValidationDefinition(
        name="release", data=asset.add_batch_definition_whole_dataframe("all"), suite=context.suites.add(suite)
    )
    told: Any = {"result_format": "COMPLETE", "unexpected_index_column_names": ["subject"]}
    result = context.validation_definitions.add(definition).run(
        batch_parameters={"dataframe": frame}, result_format=told
    )
    return {each.expectation_config.meta["check"]: each for each in result.results}, _page(result)


def _page(result: Any) -> str:
    from great_expectations.render import renderer, view

    pages, views = cast(Any, renderer), cast(Any, view)
    return str(views.DefaultJinjaPageView().render(pages.ValidationResultsPageRenderer().render(result)))


def _title(check: Check) -> str:
    """What the page calls the check."""
    return f"{check.name} ({check.says})"


def _has(frame: Any, check: Check) -> bool:
    return bool((frame["check"] == _title(check)).any())


def _expectation(check: Check) -> Any:
    import great_expectations as gx
    from great_expectations.expectations.row_conditions import Column

    expectations: Any = gx.expectations
    return expectations.ExpectColumnValuesToBeBetween(
        column="value",
        min_value=check.low,
        max_value=check.high,
        row_condition=Column("check") == _title(check),
        severity="critical" if check.severity == CONTRACT else "warning",
        meta={"check": check.name},
    )


def _result(check: Check, subjects: Sequence[Subject] | None, answers: Mapping[str, Any]) -> CheckResult:
    answer = answers.get(check.name)
    if subjects is None:
        return _told(check, ERROR, ())
    if answer is None:
        return _told(check, NOT_APPLICABLE, subjects)
    if "unexpected_count" not in answer.result:  # it raised: an error is not a failure
        return _told(check, ERROR, subjects)
    failed = {str(place["subject"]) for place in answer.result.get("unexpected_index_list") or ()}
    judged = [
        each if each.value is None else replace(each, result=FAIL if each.name in failed else PASS) for each in subjects
    ]
    return _told(check, PASS if answer.success else FAIL, judged)


def _told(check: Check, result: str, subjects: Sequence[Subject]) -> CheckResult:
    return CheckResult(check.name, check.severity, check.says, result, tuple(subjects), check.counts)
