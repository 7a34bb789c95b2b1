"""What the next run has to do: which submissions wait, and the range of partitions that covers them. Starts no run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import dagster as dg
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG

from pipelines.accountability.log import this_account
from pipelines.defs.submissions import SUBMISSION_KEY, SUBMISSIONS
from pipelines.intake.inbox import waiting
from pipelines.run import take_in
from warehouse.layout import Home


@dataclass(frozen=True)
class Range:
    """Neighbouring partitions, first to last; `new` are those that Dagster does not know yet."""

    first: str
    last: str
    n_waiting: int
    new: tuple[str, ...]

    @property
    def tags(self) -> Mapping[str, str]:
        """What makes a run one over this range."""
        return {ASSET_PARTITION_RANGE_START_TAG: self.first, ASSET_PARTITION_RANGE_END_TAG: self.last}


def find_range(instance: dg.DagsterInstance, home: Home, now: datetime) -> Range | None:
    """Adopt what was dropped by hand, then cover all that lies in the inbox; None where nothing waits.

    What waits is what lies in the inbox, whatever became of its partition before.
    """
    take_in(home, this_account(), now)
    submissions = [item.submission for item in waiting(home)]
    if not submissions:
        return None
    known = list(instance.get_dynamic_partitions(SUBMISSIONS.name or ""))
    new = sorted(set(submissions) - set(known))
    places = {name: place for place, name in enumerate([*known, *new])}
    inside = [places[name] for name in submissions]
    first = _before(known, min(inside), instance)
    return Range([*known, *new][first], [*known, *new][max(inside)], len(submissions), tuple(new))


def _before(known: Sequence[str], place: int, instance: dg.DagsterInstance) -> int:
    """Where to begin so that neighbours that were loaded by a run that died get their mark too."""
    marked = instance.get_materialized_partitions(SUBMISSION_KEY)
    while 0 < place <= len(known) and known[place - 1] not in marked:
        place -= 1
    return place
