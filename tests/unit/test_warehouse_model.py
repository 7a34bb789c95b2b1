"""A model's file: its header, its dependencies, its column texts, and what it may not do."""

from pathlib import Path

import pyarrow as pa
import pytest

from warehouse.errors import ModelError
from warehouse.model import ComputedModel, Model, closure, order_models, read_audit, read_model, read_models
from warehouse.statement import StatementError, parse, read_comments

WHOLE = """/* How many follow-ups each clinic has due and done,
per visit.

A note for whoever reads the file: it has a colon and is no key.

grain: clinic, visit
checks:
  - n_done <= n_due
  - visit in ('month_2', 'month_6',
      'month_12')
counts: n_due, n_done
*/
with step as (select schedule.clinic, schedule.visit from registry.schedule as schedule)
select
    step.clinic,
    step.visit as "Visit",  -- The visit's name.
    count_if(step.clinic is distinct from 'x, y')::int as n_due,  -- Visits whose window has closed.
                                                                  -- It goes on here.
    -- A remark of its own.
    (select count(*) from ops.known) as n_done -- Of those, done.
from step
left join (select s.clinic from mart.other as s) as o on step.clinic = o.clinic
where step.clinic in (select q.clinic from ops.query as q)
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name.replace('.', '/')}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def select(query: str, grain: str = "n") -> str:
    return f"/* A table.\n\ngrain: {grain}\n*/\n{query}\n"


def test_the_header_says_what_the_table_is(tmp_path: Path) -> None:
    model = read_model(write(tmp_path, "mart.completeness", WHOLE))
    assert model.name == "mart.completeness"
    assert model.description == "How many follow-ups each clinic has due and done, per visit."
    assert model.grain == ("clinic", "visit")
    assert model.checks == ("n_done <= n_due", "visit in ('month_2', 'month_6', 'month_12')")
    assert model.counts == ("n_due", "n_done")
    assert model.query.startswith("with step")


def test_the_from_clauses_are_the_dependencies(tmp_path: Path) -> None:
    model = read_model(write(tmp_path, "mart.completeness", WHOLE))
    assert model.upstream == ("mart.other", "ops.known", "ops.query", "registry.schedule")


def test_a_trailing_comment_documents_its_column(tmp_path: Path) -> None:
    model = read_model(write(tmp_path, "mart.completeness", WHOLE))
    assert model.columns == {
        "visit": "The visit's name.",
        "n_due": "Visits whose window has closed. It goes on here.",
        "n_done": "Of those, done.",
    }


@pytest.mark.parametrize(
    ("query", "comments"),
    [
        ("select a.n -- One.\n, a.m -- Two.\nfrom x.a as a", {"n": "One.", "m": "Two."}),
        ("select '--' as n, -- é ü.\n [1, 2] as m, -- List.\n {'a': 1} as o from x.a", {"n": "é ü.", "m": "List."}),
        ("select 1 as n from x.a -- Not a column's.", {}),
        ("select 1 as n, 2 as m, -- The last on the line.\n 3 as o from x.a", {"m": "The last on the line."}),
        (
            "select mode() within group (order by a.n) as n, -- Most.\n 2 as m -- Two.\nfrom x.a as a",
            {"n": "Most.", "m": "Two."},
        ),
        ("select 1 as n -- First.\nunion all\nselect 2 as n -- Second.", {"n": "First."}),
        ("with a as (select 1 as m -- Inside.\n) select m as n -- Outside.\n from a", {"n": "Outside."}),
    ],
)
def test_comments_are_found_where_they_stand(query: str, comments: dict[str, str]) -> None:
    assert read_comments(query) == comments


def test_a_bracket_or_a_keyword_in_a_string_is_text() -> None:
    query = "select ') from a.b' as n, -- One.\n 2 as m -- Two.\nfrom x.y"
    assert parse(query).tables == (("", "x", "y"),)
    assert read_comments(query) == {"n": "One.", "m": "Two."}


def test_one_row_has_an_empty_grain(tmp_path: Path) -> None:
    assert read_model(write(tmp_path, "mart.total", select("select 1 as n", "one row"))).grain == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("select 1", r"mart/bad\.sql, line 1: the file does not begin with a comment"),
        ("/*\n\ngrain: n\n*/ select 1", "line 1: the header has no description"),
        ("/* A table.\n*/ select 1 as n", r"mart/bad\.sql: the header has no `grain:`"),
        ("/* A table.\n\ngrain: n\nowner: me\n*/ select 1", r"mart/bad\.sql, line 4: `owner:` is not known here"),
        ("/* A table.\n\ngrain: n\ngrain: m\n*/ select 1", "line 4: `grain:` stands twice"),
        ("/* A table.\n\nchecks:\n- n > 0\nn < 5\n*/ select 1", "line 5: an item begins with"),
        (select("select 1 as\nfrom where"), r"mart/bad\.sql, line \d: syntax error"),
        (select("select n from a.b; select 2"), "more than one statement"),
        (select("create table x as select 1"), "Only SELECT"),
        (select("select n from nowhere"), "nowhere is not written schema.table"),
        (select("select n from other.a.b"), "b is not written schema.table"),
        (select("select now() as n"), "`now` reads the clock"),
        (select("select current_date as n"), "`current_date` reads the clock"),
        (select("select today() as n"), "`today` reads the clock"),
        (select("with a as (select CURRENT_TIMESTAMP as n) select n from a"), "reads the clock"),
        (select("select random() as n"), "gives another table another day"),
        (select("select n from read_csv('x.csv')"), "gives another table another day"),
        (select("select n from 'x.csv'"), "not written schema.table"),
    ],
)
def test_a_file_that_breaks_the_contract_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        read_model(write(tmp_path, "mart.bad", text))


def test_the_day_of_ops_known_may_be_read(tmp_path: Path) -> None:
    query = select("select known.today as n from ops.known as known")
    assert read_model(write(tmp_path, "mart.day", query)).upstream == ("ops.known",)


def test_models_come_after_those_they_read(tmp_path: Path) -> None:
    write(tmp_path, "mart.a", select("select n from registry.z"))
    write(tmp_path, "registry.z", select("select n from ops.m"))
    write(tmp_path, "ops.m", select("select n from facts.enrolment"))
    write(tmp_path, "audits.x", "not a model")
    write(tmp_path, "seeds.x", "not a model")
    assert [model.name for model in read_models(tmp_path)] == ["ops.m", "registry.z", "mart.a"]


def test_a_circle_is_named(tmp_path: Path) -> None:
    write(tmp_path, "mart.a", select("select n from mart.b"))
    write(tmp_path, "mart.b", select("select n from mart.a"))
    with pytest.raises(ModelError, match=r"circle: mart\.\w <- mart\.\w <- mart\.\w"):
        read_models(tmp_path)


def test_every_unknown_table_is_named_at_once(tmp_path: Path) -> None:
    write(tmp_path, "mart.a", select("select n from mart.nowhere"))
    write(tmp_path, "mart.b", select("select n from registry.nobody"))
    with pytest.raises(ModelError, match=r"mart\.a reads mart\.nowhere; mart\.b reads registry\.nobody"):
        read_models(tmp_path)


def test_a_computed_model_is_ordered_like_any_other() -> None:
    computed = ComputedModel("mart.b", "B.", ("n",), {"n": "N."}, ("mart.a",), lambda tables: tables["mart.a"])
    after = Model("mart.aa", "A.", ("n",), "select n from mart.b", ("mart.b",))
    before = Model("mart.a", "A.", ("n",), "select 1 as n", ())
    ordered = order_models([after, computed, before])
    assert [model.name for model in ordered] == ["mart.a", "mart.b", "mart.aa"]
    assert computed.compute({"mart.a": pa.table({"n": [1]})}).num_rows == 1
    assert [model.name for model in closure(ordered, ["mart.b"])] == ["mart.a", "mart.b"]


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    path = write(tmp_path, "mart.a", select("select 1 as n"))
    assert read_model(path) is read_model(path)
    write(tmp_path, "mart.a", select("select 12 as n"))
    assert read_model(path).query == "select 12 as n"


def test_an_audit_counts_against_the_table_it_names(tmp_path: Path) -> None:
    query = "select e.n from registry.episode as e join ops.care as c using (n)"
    audit = read_audit(write(tmp_path, "audits.a", f"/* Nobody.\n\nof: registry.episode\n*/\n{query}"))
    assert (audit.name, audit.of) == ("audits.a", "registry.episode")
    assert read_audit(write(tmp_path, "audits.b", f"/* Nobody. */\n{query}")).of == "ops.care"
    with pytest.raises(ModelError, match="`of:` must name one table"):
        read_audit(write(tmp_path, "audits.c", f"/* Nobody.\n\nof: mart.x\n*/\n{query}"))


def test_a_syntax_error_has_its_place() -> None:
    with pytest.raises(StatementError) as caught:
        parse("select n frm x where")
    assert caught.value.offset == 13
