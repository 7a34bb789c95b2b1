"""A column's lineage is read from the SQL: through common tables and unions, to the tables it rests on."""

from warehouse.lineage import read_lineage
from warehouse.model import Model


def lineage(query: str) -> dict[str, tuple[tuple[str, str], ...]]:
    return dict(read_lineage(Model("mart.t", "", (), query, ())))


def test_a_column_leads_through_a_common_table_to_what_it_is_made_of() -> None:
    assert lineage(
        "with seen as (select f.patient_id, max(f.phat_total) as best from registry.follow_up as f group by all) "
        "select e.clinic, seen.best - e.baseline as gain from registry.episode as e "
        "inner join seen on e.patient_id = seen.patient_id"
    ) == {
        "clinic": (("registry.episode", "clinic"),),
        "gain": (("registry.episode", "baseline"), ("registry.follow_up", "phat_total")),
    }


def test_a_union_leads_to_both_sides_by_place() -> None:
    assert lineage("select a.x as x from ops.a as a union all select b.y from ops.b as b") == {
        "x": (("ops.a", "x"), ("ops.b", "y"))
    }


def test_what_rests_on_no_column_has_no_lineage() -> None:
    assert lineage("select count(*) as n from ops.a as a") == {"n": ()}
