"""The page and the lines of the talk before treatment: words, table and pictures of what `counsel.py` answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.release.disclosure import BASE, THRESHOLD
from pipelines.reports.chart_phat import Bar, Point, phat_chart
from pipelines.reports.counsel import ArmAnswer, Expected, Question, StudyAnswer
from pipelines.reports.counsel_local import Local
from pipelines.reports.measure_table import Notes, cell_of, measure_lines
from pipelines.reports.page import render_page
from pipelines.reports.picture import Picture, draw
from pipelines.reports.source import Source
from pipelines.reports.study_rows import months_of
from pipelines.reports.words import Words

UNKNOWN, TALK = 6, 3
ALIKE = 2.0
"""PHAT means no further apart than this are called nearly the same: the registry's choice."""


def counsel_page(
    question: Question, answers: Sequence[StudyAnswer], local: Local | None, source: Source | None, words: Words
) -> str:
    """Give the page as HTML. `source` None: no registry was read."""
    notes = Notes()
    return render_page(
        "counsel.html",
        words,
        question=question,
        asked=asked(question, words),
        studies=[
            {**_study(question, answer, notes, words), "is_first": answer.name not in {a.name for a in answers[:place]}}
            for place, answer in enumerate(answers)
        ],
        notes=notes.texts,
        local=_local(local, words),
        source=source,
        unknown=_unknown(answers, words),
        talk=[words(f"counsel.talk_{i}") for i in range(1, TALK + 1)],
    )


def counsel_lines(question: Question, answers: Sequence[StudyAnswer], local: Local | None, words: Words) -> list[str]:
    """Give the same for a terminal: limits first, then both arms side by side."""
    lines = [words("counsel.title"), asked(question, words), words("counsel.no_recommendation")]
    for study in answers:
        lines += ["", limits(study, words), "", words("counsel.fits")]
        for arm in study.arms:
            lines.append(f"  {words.code('arm', arm.arm)}: {standing(arm, words)}")
            lines += [f"    - {rule_text(code, words)}" for code in (*arm.reasons, *arm.flags)]
        lines += [words("counsel.decides"), "", words("counsel.begin_title", phat=_number(question.phat))]
        lines += [f"  {words.code('arm', arm.arm)}: {expectation(arm, question, words)}" for arm in study.arms]
        lines += [
            how_to_read(study, words),
            "",
            words("counsel.outcomes_title", visit=words.code("visit", study.visit)),
        ]
        lines += _outcomes(study, words)
    lines += ["", words("counsel.unknown_title")]
    lines += [f"  - {text}" for text in _unknown(answers, words)]
    return [*lines, "", words("counsel.local_title"), *_local_lines(local, words)]


def _unknown(answers: Sequence[StudyAnswer], words: Words) -> list[str]:
    """What nobody knows, with how many people all studies together had."""
    n = sum({answer.name: answer.n for answer in answers}.values())
    return [words(f"counsel.unknown_{i}", n=n) for i in range(1, UNKNOWN + 1)]


def asked(question: Question, words: Words) -> str:
    """Say what was asked for; three tendons are two, and why."""
    tendons = "two" if question.tendons == "three" else question.tendons
    text = words(
        "counsel.asked", age=question.age, phat=_number(question.phat), tendons=words(f"counsel.tendons_{tendons}")
    )
    return f"{text} {words('counsel.three_means_two')}" if question.tendons in ("two", "three") else text


def limits(study: StudyAnswer, words: Words) -> str:
    """The limits of the study of an answer."""
    return limits_text(study.name, study.n, words)


def limits_text(study: str, n: int, words: Words) -> str:
    """A study's limits, in its own words where the catalogue has them."""
    own = f"study.{study}_limits"
    return words(own if own in words.texts else "study.other_limits", n=n, study=study)


def how_to_read(study: StudyAnswer, words: Words) -> str:
    """What the two arms' scores do not say, as far as this study's figures give reason to say it."""
    before, after = ([getattr(arm, side) for arm in study.arms] for side in ("before", "after"))
    texts = [words("counsel.started_apart")] if _spread(before) > ALIKE else []
    if 0 <= _spread(after) <= ALIKE:
        texts.append(words("counsel.ended_alike", visit=words.code("visit", study.visit)))
    return " ".join([*texts, words("counsel.no_race")])


def _spread(rows: Sequence[Mapping[str, Any] | None]) -> float:
    """How far the arms' means lie apart; -1 where fewer than two are known."""
    means = [row["reference_value"] for row in rows if row is not None]
    return max(means) - min(means) if len(means) > 1 else -1.0


def standing(arm: ArmAnswer, words: Words) -> str:
    """Whether the study's arm had people like this."""
    return words("counsel.not_comparable" if arm.reasons else "counsel.comparable")


def rule_text(code: str, words: Words) -> str:
    """A rule of comparability in words, with where it comes from."""
    from pipelines.benchmark.rules import RULES

    return f"{words.texts.get(f'rule.{code}', RULES[code].text)} ({words.code('source', RULES[code].source)})"


def expectation(arm: ArmAnswer, question: Question, words: Words) -> str:
    """What the arm's figures expect of this start."""
    if arm.is_beyond:
        return words("counsel.beyond", phat=_number(question.phat))
    if not arm.expected or arm.expected[0].expected is None:
        return words("counsel.expected_none")
    return expected_text(arm.expected[0], words)


def expected_text(found: Expected, words: Words) -> str:
    """One expected score with its interval, and that it is cut where it is."""
    if found.expected is None or found.lower is None or found.upper is None:
        return words("counsel.expected_none")
    places = {"expected": f"{found.expected:.0f}", "lower": f"{found.lower:.0f}", "upper": f"{found.upper:.0f}"}
    text = words("counsel.expected", **places)
    if not found.is_cut:
        return text
    return f"{text} ({words('counsel.expected_cut', end=100 if found.upper >= 100 else 0)})"


def picture_name(study: StudyAnswer) -> str:
    """What the names of this answer's pictures begin with."""
    return f"{study.name}-{study.visit}".replace("_", "-")


def _study(question: Question, study: StudyAnswer, notes: Notes, words: Words) -> Mapping[str, Any]:
    lines = [
        line for line in measure_lines(study.rows, words, notes, picture_name(study)) if line.measure != "phat_total"
    ]
    return {
        "name": words.code("study", study.name),
        "limits": limits(study, words),
        "arms": [_arm(arm, question, notes, words) for arm in study.arms],
        "picture": _picture(question, study, words),
        "visit": words.code("visit", study.visit),
        "read": how_to_read(study, words),
        "lines": lines,
    }


def _arm(arm: ArmAnswer, question: Question, notes: Notes, words: Words) -> Mapping[str, Any]:
    first = arm.expected[0] if arm.expected else None
    how = ""
    if first is not None and arm.r_low is not None and arm.r_high is not None:
        places = {"r": f"{first.correlation:.2f}", "r_low": f"{arm.r_low:.2f}", "r_high": f"{arm.r_high:.2f}"}
        how = words("counsel.expected_note", **places)
    return {
        "code": arm.arm,
        "name": words.code("arm", arm.arm),
        "standing": standing(arm, words),
        "is_comparable": not arm.reasons,
        "rules": [rule_text(code, words) for code in (*arm.reasons, *arm.flags)],
        "expected": expectation(arm, question, words),
        "how": how,
        "others": [_other(found, words) for found in arm.expected[1:] if not arm.is_beyond],
        "before": cell_of(arm.before, words, notes) if arm.before else None,
        "after": cell_of(arm.after, words, notes) if arm.after else None,
    }


def _other(found: Expected, words: Words) -> str:
    places = {"expected": found.expected, "lower": found.lower, "upper": found.upper}
    rounded = {name: f"{value:.0f}" for name, value in places.items() if value is not None}
    return words("counsel.other_correlation", r=f"{found.correlation:g}", **rounded)


def _picture(question: Question, study: StudyAnswer, words: Words) -> Picture:
    bars = [
        Bar(words.code("arm", arm.arm), arm.arm, months, row["reference_value"], row["reference_sd"])
        for months, side in ((0.0, "before"), (months_of(study.visit), "after"))
        for arm in study.arms
        if (row := getattr(arm, side)) is not None
    ]
    titles = words("counsel.time_axis"), words("counsel.phat_axis")
    chart = phat_chart(bars, [Point(0.0, question.phat)], [0.0], titles, is_labelled=True)
    texts = [f"{bar.label}, {bar.months:g}: {bar.mean:g} (SD {bar.sd:g})" for bar in bars]
    description = "; ".join([*texts, f"{words('counsel.you_now')}: {_number(question.phat)}"])
    title = words("counsel.phat_chart", visit=words.code("visit", study.visit))
    return draw(chart, f"{picture_name(study)}-phat", title, description)


def _outcomes(study: StudyAnswer, words: Words) -> list[str]:
    notes = Notes()
    return [
        f"  {line.label}: " + "; ".join(f"{words.code('arm', cell.arm)} {cell.text}" for cell in line.cells)
        for line in measure_lines(study.rows, words, notes)
        if line.measure != "phat_total"
    ]


def _local(local: Local | None, words: Words) -> Mapping[str, Any] | None:
    if local is None:
        return None
    too_few = words("counsel.local_too_few")
    arms = [
        {
            "name": words.code("arm", arm.arm),
            "n": too_few if arm.n is None else arm.n,
            "mean": too_few if arm.mean is None else f"{arm.mean:.0f}",
            "sport": too_few if arm.sport.k is None or not arm.sport.n else f"{arm.sport.k} / {arm.sport.n}",
        }
        for arm in local.arms
    ]
    begin = words("counsel.local_begin", low=_number(local.low), high=_number(local.high))
    return {"begin": begin, "arms": arms, "read": words("counsel.local_read", base=BASE, threshold=THRESHOLD)}


def _local_lines(local: Local | None, words: Words) -> list[str]:
    shown = _local(local, words)
    if shown is None:
        return [words("counsel.local_none")]
    heads = [words(f"counsel.local_{name}") for name in ("n", "mean", "sport")]
    rows = [
        f"  {arm['name']}: "
        + "; ".join(f"{head} {arm[key]}" for head, key in zip(heads, ("n", "mean", "sport"), strict=True))
        for arm in shown["arms"]
    ]
    return [shown["begin"], *rows, shown["read"]]


def _number(value: float) -> str:
    return f"{value:g}"
