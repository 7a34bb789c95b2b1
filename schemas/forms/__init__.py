"""The seven forms, each declared in a module of its own."""

from collections.abc import Mapping

from schemas.forms import enrolment, event, follow_up, imaging, rehabilitation, screening, treatment
from schemas.records import Form

FORMS: Mapping[str, Form] = {
    form.name: form
    for form in (
        enrolment.FORM,
        treatment.FORM,
        follow_up.FORM,
        imaging.FORM,
        rehabilitation.FORM,
        event.FORM,
        screening.FORM,
    )
}
