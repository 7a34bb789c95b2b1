"""The JSON routes: every answer is as `openapi.json` says, whatever is asked, and of the user's clinic alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from starlette.applications import Starlette

from portal.app import routes_of
from portal.call import DATA
from tests.portal.conftest import Browser
from tests.portal.test_pages import ask

DOCUMENT = "/api/openapi.json"  # which Schemathesis has read, and does not ask again
RECEIPT = "/api/submissions/{submission}"


def test_every_answer_is_as_described_whatever_is_asked(app: Starlette, as_user: Callable[[str], Browser]) -> None:
    cookies = as_user("anna").client.cookies
    signed_in = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    schema = schemathesis.openapi.from_asgi(DOCUMENT, app, headers=signed_in)
    asked = []
    for found in schema.get_all_operations():
        operation = found.ok()

        @given(case=operation.as_strategy())
        @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        def ask_it(case: Any) -> None:
            asked.append((case.path, case.call_and_validate(headers=signed_in).status_code))

        ask_it()
    assert {path for path, status in asked if status == 200} == set(schema.raw_schema["paths"]) - {RECEIPT, DOCUMENT}
    assert {status for path, status in asked if path == RECEIPT} == {404}


def test_every_route_for_programs_is_described(app: Starlette, as_user: Callable[[str], Browser]) -> None:
    described = as_user("anna").get(DOCUMENT).json()["paths"]
    assert set(described) == {route.path for route in routes_of(app) if route.path.startswith(DATA)}


def test_answers_are_the_clinics_own(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    anna, chief = as_user("anna"), as_user("chief")
    due = anna.get("/api/due?status=overdue").json()["visits"]
    expected = ask(portal_home, "select count(*) from registry.schedule where clinic = 'BRG' and status = 'overdue'")
    assert [(len(due),)] == expected
    assert {visit["clinic"] for visit in due} <= {"BRG"}
    sent = anna.get("/api/submissions").json()["submissions"]
    assert {row["clinic"] for row in sent} == {"BRG"}
    assert {row["state"] for row in sent} == {"in_snapshot"}
    assert {row["clinic"] for row in chief.get("/api/completeness").json()["visits"]} > {"BRG", "NRD"}
    receipt = anna.get(f"/api/submissions/{sent[0]['submission']}").json()
    assert (receipt["submission"], receipt["clinic"]) == (sent[0]["submission"], "BRG")
    answer = as_user("bob").get(f"/api/submissions/{sent[0]['submission']}")
    assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})
