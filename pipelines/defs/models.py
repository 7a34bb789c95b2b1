"""Derived tables as Dagster assets: one for each SQL file and computed model, built and published together.

Names, texts, dependencies and checks come from the models; here they are told to Dagster, and a derivation's outcome
becomes events in counts.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from pipelines.defs.columns import Columns
from pipelines.defs.pictures import draw_table
from pipelines.defs.resources import Registry
from pipelines.defs.submissions import SUBMISSION_KEY
from pipelines.defs.texts import as_table
from pipelines.errors import AuditError
from warehouse.audit import NOT_APPLICABLE, PASS, AuditResult
from warehouse.lineage import read_lineage
from warehouse.model import GIVEN_TABLES, AnyModel, Audit, ComputedModel

CONTRACT = "contract"  # a table's grain and row checks: one check, or hundreds of events would cost more than the SQL
OWNERS = ["team:registry"]
GROUP_TEXTS = {"seeds": "A file in dbt_like_sql/seeds", "dictionary": "The data dictionary"}

Outcome = dg.MaterializeResult[Any] | dg.AssetCheckResult


def build_models(
    models: Sequence[AnyModel], audits: Sequence[Audit], columns: Columns
) -> list[dg.AssetsDefinition | dg.AssetSpec]:
    """The models as one step that cannot be cut (tables of different ages never stand side by side), and what they
    read that nobody derives."""
    specs = [_model_spec(model, columns.get(model.name, ())) for model in models]

    @dg.multi_asset(name="models", specs=specs, check_specs=list(_check_specs(models, audits)), can_subset=False)
    def derive_models(registry: dg.ResourceParam[Registry]) -> Iterator[Outcome]:
        """Derive a new snapshot of every table, audit it, publish it; or leave yesterday's as it stands."""
        try:
            derivation = registry.derive()
        except AuditError as error:
            yield from describe_audits(models, audits, error.results)
            raise
        for model in models:
            told = {"dagster/row_count": derivation.tables[model.name], **describe_lineage(model)}
            drawn = draw_table(registry.home, model.name)
            yield dg.MaterializeResult(table_key(model.name), metadata={**told, **drawn})
        yield from describe_audits(models, audits, derivation.audits)

    return [derive_models, *_given_specs(models)]


def describe_lineage(model: AnyModel) -> Mapping[str, Any]:
    """Which columns each column is made of, as far as the SQL says."""
    if isinstance(model, ComputedModel):
        return {}
    deps = {
        column: [dg.TableColumnDep(table_key(table), name) for table, name in sources if _upstream_key(table)]
        for column, sources in read_lineage(model).items()
        if sources
    }
    return {"dagster/column_lineage": dg.TableColumnLineage(deps)} if deps else {}


def table_key(table: str) -> dg.AssetKey:
    """`schema.table` as an asset key."""
    return dg.AssetKey(table.split("."))


def describe_audits(
    models: Sequence[AnyModel], audits: Sequence[Audit], results: Iterable[AuditResult]
) -> Iterator[dg.AssetCheckResult]:
    """Each check's outcome: those of a table's header as one, each audit by itself."""
    contracts: dict[str, list[AuditResult]] = defaultdict(list)
    alone: dict[str, list[AuditResult]] = {}
    for result in results:
        if result.kind == "audit":
            alone[result.audit] = [result]
        else:
            contracts[result.table_name].append(result)
    for model in models:
        yield _check_result(table_key(model.name), CONTRACT, contracts[model.name])
    for audit in audits:
        yield _check_result(_subject(audit, models), _check_name(audit), alone.get(audit.name, []))


def _check_result(key: dg.AssetKey, name: str, results: Sequence[AuditResult]) -> dg.AssetCheckResult:
    """Four outcomes in a world that knows two: what was not judged did not pass, and warns."""
    status = worst(results)
    rows = [(item.result, item.sentence, item.n_offending, item.n_rows) for item in results]
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=status == PASS,
        severity=dg.AssetCheckSeverity.WARN if status == NOT_APPLICABLE else dg.AssetCheckSeverity.ERROR,
        description=status.replace("_", " "),
        metadata={
            "status": status,
            "n_offending": sum(item.n_offending for item in results),
            "n_rows": max((item.n_rows for item in results), default=0),
            "checks": dg.MetadataValue.md(as_table(("status", "check", "offending rows", "of"), rows)),
            **_describe_clinics(results),
        },
    )


def _describe_clinics(results: Sequence[AuditResult]) -> Mapping[str, Any]:
    """Offending rows by clinic, of its rows; nothing where there is one clinic or none."""
    told = {
        clinic: [item.clinics.get(clinic, (0, 0)) for item in results]
        for clinic in sorted({clinic for item in results for clinic in item.clinics})
    }
    rows = [(clinic, sum(k for k, _ in counts), max(n for _, n in counts)) for clinic, counts in told.items()]
    return {"clinics": dg.MetadataValue.md(as_table(("clinic", "offending rows", "of"), rows))} if len(rows) > 1 else {}


def worst(results: Sequence[AuditResult]) -> str:
    """error before fail before not applicable before pass; nothing asked is not applicable."""
    found = {result.result for result in results}
    return next((status for status in ("error", "fail", NOT_APPLICABLE, PASS) if status in found), NOT_APPLICABLE)


def _model_spec(model: AnyModel, columns: Sequence[dg.TableColumn]) -> dg.AssetSpec:
    layer = model.name.split(".")[0]
    is_computed = isinstance(model, ComputedModel)
    return dg.AssetSpec(
        table_key(model.name),
        deps=sorted({key for table in model.upstream if (key := _upstream_key(table))}),
        description=f"{model.description}\n\nOne row for each {', '.join(model.grain) or 'registry'}.",
        group_name=layer,
        kinds={"python" if is_computed else "sql", "duckdb"},
        owners=OWNERS,
        metadata={"dagster/column_schema": dg.TableSchema(list(columns))} if columns else {},
    )


def _upstream_key(table: str) -> dg.AssetKey | None:
    """Facts come from submissions; what the derivation makes first is nobody's asset."""
    if table in GIVEN_TABLES:
        return None
    return SUBMISSION_KEY if table.startswith("facts.") else table_key(table)


def _check_specs(models: Sequence[AnyModel], audits: Sequence[Audit]) -> Iterator[dg.AssetCheckSpec]:
    for model in models:
        lines = ["its key is unique and filled", *model.checks]
        text = "\n".join(f"- {line}" for line in lines)
        yield dg.AssetCheckSpec(
            CONTRACT, asset=table_key(model.name), description=f"What its SQL header says:\n\n{text}"
        )
    for audit in audits:
        yield dg.AssetCheckSpec(_check_name(audit), asset=_subject(audit, models), description=audit.description)


def _subject(audit: Audit, models: Sequence[AnyModel]) -> dg.AssetKey:
    """The derived table an audit speaks of; where it reads what was given, the first table made from that."""
    derived = {model.name for model in models}
    named = [table for table in (audit.of, *audit.upstream) if table in derived]
    made_of = [model.name for model in models if set(model.upstream).intersection(audit.upstream)]
    return table_key([*named, *made_of][0])


def _check_name(audit: Audit) -> str:
    return audit.name.replace(".", "_")


def _given_specs(models: Sequence[AnyModel]) -> list[dg.AssetSpec]:
    """Seeds and dictionary tables that a model reads."""
    read = {table for model in models for table in model.upstream if table.split(".")[0] in GROUP_TEXTS}
    return [
        dg.AssetSpec(
            table_key(table),
            group_name=table.split(".")[0],
            description=f"{GROUP_TEXTS[table.split('.')[0]]}.",
            kinds={"csv" if table.startswith("seeds.") else "python"},
            owners=OWNERS,
        )
        for table in sorted(read)
    ]
