"""The door of a release: its checks run by Great Expectations on one frame of values, with a page to read offline.

The only module that imports Great Expectations, and only when a release is cut: that takes eight seconds.
"""

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from pipelines.release.drift import CHECKS, Check, ask
from pipelines.release.verdict import ERROR, FAIL, NOT_APPLICABLE, PASS, CheckResult, Subject, Verdict
from pipelines.reports.source import Database
from warehouse.errors import QueryError

# What the page of Great Expectations fetches from elsewhere; and how it looks without.
_FROM_ELSEWHERE = re.compile(
    r"<script[^>]*\ssrc=[^>]*>.*?</script>|<link[^>]*>|<img[^>]*\ssrc=\"https?:[^>]*>|<form.*?</form>", re.DOTALL
)
_PICTURE_ELSEWHERE = re.compile(r"url\(\s*[\"']?https?://[^)]*\)")
_LINK_ELSEWHERE = re.compile(r"(<a[^>]*?\s)href=(\"|')https?://[^\"']*\2")
_STYLE = """<style>body{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:70em;padding:0 1em}
table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.3em .6em;text-align:left;vertical-align:top}
.alert{border:1px solid #bbb;padding:.5em}.hide,.d-none,nav,footer,.modal{display:none}
.fa-check-circle::before{content:"pass"}.fa-times::before{content:"FAIL"}.fa-exclamation-triangle::before{content:"error"}
</style></head>"""


def judge(now: Path, before: tuple[str, Path] | None, page: Path | None = None) -> Verdict:
    """Hold a database that is to be released against the release before it, its id and database.

    With `page`, what Great Expectations says of it is written there.
    """
    with Database(now) as current, Database(before[1]) if before else nullcontext() as former:
        asked = {check: _ask(check, current, former) for check in CHECKS}
    answers, html = _validate(asked)
    if page is not None:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(make_offline(html), encoding="utf-8")
    return Verdict(before[0] if before else None, [_result(check, asked[check], answers) for check in CHECKS])


def _ask(check: Check, now: Database, before: Database | None) -> Sequence[Subject] | None:
    """The check's values; None where it cannot be asked, because what it reads is gone."""
    try:
        return ask(check, now, before)
    except QueryError:
        return None


def make_offline(html: str) -> str:
    """The page without whatever it would fetch, in plain clothes."""
    html = _PICTURE_ELSEWHERE.sub("none", _FROM_ELSEWHERE.sub("", html))
    return _LINK_ELSEWHERE.sub(r"\1", html).replace("</head>", _STYLE, 1)


def _validate(asked: Mapping[Check, Sequence[Subject] | None]) -> tuple[dict[str, Any], str]:
    """Great Expectations' answer by check, and its page."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    import pandas as pd

    rows = [(_title(check), each.subject, each.value) for check, found in asked.items() for each in found or ()]
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
        severity="critical" if check.severity == "error" else "warning",
        meta={"check": check.name},
    )


def _result(check: Check, subjects: Sequence[Subject] | None, answers: Mapping[str, Any]) -> CheckResult:
    answer = answers.get(check.name)
    if subjects is None:
        return CheckResult(check.name, check.severity, check.says, ERROR, ())
    if answer is None:
        return CheckResult(check.name, check.severity, check.says, NOT_APPLICABLE, tuple(subjects))
    if "unexpected_count" not in answer.result:  # it raised: an error is not a failure
        return CheckResult(check.name, check.severity, check.says, ERROR, tuple(subjects))
    failed = {str(place["subject"]) for place in answer.result.get("unexpected_index_list") or ()}
    judged = tuple(
        each if each.value is None else replace(each, result=FAIL if each.subject in failed else PASS)
        for each in subjects
    )
    return CheckResult(check.name, check.severity, check.says, PASS if answer.success else FAIL, judged)
