"""What the next run covers: all that lies in the inbox, as neighbouring partitions."""

from datetime import UTC, datetime

import dagster as dg

from pipelines.defs.submissions import SUBMISSION_KEY
from pipelines.defs.waiting import find_range
from pipelines.intake.inbox import hand_in
from warehouse.layout import Home

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def sent(home: Home, minute: int, clinic: str = "AMC") -> str:
    return hand_in(home, clinic, "follow_up.csv", b"%d" % minute, NOW.replace(minute=minute))


def mark(instance: dg.DagsterInstance, *submissions: str) -> None:
    instance.add_dynamic_partitions("submission", list(submissions))
    for name in submissions:
        instance.report_runless_asset_event(dg.AssetMaterialization(SUBMISSION_KEY, partition=name))


def test_an_empty_inbox_asks_for_nothing(home: Home, instance: dg.DagsterInstance) -> None:
    assert find_range(instance, home, NOW) is None


def test_all_that_waits_is_one_range_in_order_of_time(home: Home, instance: dg.DagsterInstance) -> None:
    last, first, middle = sent(home, 9), sent(home, 1, "UMCU"), sent(home, 5)
    found = find_range(instance, home, NOW)
    assert found is not None
    assert (found.first, found.last, found.n_waiting) == (first, last, 3)
    assert found.new == (first, middle, last)


def test_a_file_that_was_tried_before_is_tried_again(home: Home, instance: dg.DagsterInstance) -> None:
    tried = sent(home, 1)
    instance.add_dynamic_partitions("submission", [tried])
    found = find_range(instance, home, NOW)
    assert found is not None
    assert (found.first, found.last, found.new) == (tried, tried, ())


def test_a_neighbour_that_a_killed_run_loaded_gets_its_mark(home: Home, instance: dg.DagsterInstance) -> None:
    mark(instance, "20260101T000000000000Z~000000000000.csv")
    instance.add_dynamic_partitions("submission", ["20260102T000000000000Z~000000000000.csv"])
    waiting = sent(home, 1)
    found = find_range(instance, home, NOW)
    assert found is not None
    assert (found.first, found.last) == ("20260102T000000000000Z~000000000000.csv", waiting)


def test_a_range_is_what_a_run_is_tagged_with(home: Home, instance: dg.DagsterInstance) -> None:
    name = sent(home, 1)
    found = find_range(instance, home, NOW)
    assert found is not None
    assert set(found.tags.values()) == {name}
