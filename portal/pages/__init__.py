"""The pages, each module a topic: a function of a `Call` that reads, acts and renders. This lists their routes."""

from portal.call import COORDINATORS, SIGNED_IN, WRITERS
from portal.pages import (
    account,
    clinic,
    course,
    data,
    desk,
    due,
    patients,
    queries,
    releases,
    sign_in,
    start,
    submissions,
    upload,
    users,
)

TOPICS = (
    sign_in,
    account,
    start,
    upload,
    submissions,
    queries,
    due,
    patients,
    course,
    clinic,
    desk,
    users,
    releases,
    data,
)
ROUTES = tuple(route for topic in TOPICS for route in topic.ROUTES)

# The menu: route, text, who sees it.
MENU = (
    ("start", "shell.start", SIGNED_IN),
    ("upload", "shell.upload", WRITERS),
    ("submissions", "shell.submissions", SIGNED_IN),
    ("queries", "shell.queries", SIGNED_IN),
    ("due", "shell.due", SIGNED_IN),
    ("patients", "shell.patients", SIGNED_IN),
    ("our_clinic", "shell.our_clinic", SIGNED_IN),
    ("counsel", "shell.counsel", SIGNED_IN),
    ("desk", "shell.desk", COORDINATORS),
    ("account", "shell.account", SIGNED_IN),
)
