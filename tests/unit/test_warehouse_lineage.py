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


def test_a_window_counts_where_it_stands_in_the_column_and_not_where_it_is_named() -> None:
    assert lineage(
        "select max(a.x) over (partition by a.p order by a.o) as here, max(a.x) over named as there from ops.a as a "
        "window named as (partition by a.k)"
    ) == {"here": (("ops.a", "o"), ("ops.a", "p"), ("ops.a", "x")), "there": (("ops.a", "x"),)}


def test_a_recursion_leads_to_where_it_began() -> None:
    assert lineage(
        "with recursive chain as (select a.x as x from ops.a as a union "
        "select link.y from chain inner join ops.link as link on chain.x = link.x) select chain.x from chain"
    ) == {"x": (("ops.a", "x"), ("ops.link", "y"))}


def test_a_select_in_the_from_clause_is_looked_into() -> None:
    assert lineage("select s.n, s.* from (select a.n from ops.a as a) as s") == {"n": (("ops.a", "n"),)}
