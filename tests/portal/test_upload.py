"""The ten-minute story without a browser: upload, see what is wrong, mend, confirm, hand in; what must not happen."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.applications import Starlette

from pipelines.accountability.chain import read_entries
from pipelines.cli.context import now
from pipelines.intake.inbox import hand_in
from pipelines.run import load_waiting, run
from pipelines.settings import read_settings
from portal.app import create_app
from schemas.patient_id import make_patient_id
from tests.portal.conftest import Browser, Clock, sign_in
from warehouse.connection import reader
from warehouse.layout import Home
from warehouse.lock import lock

HEADER = "patient_id;side;injury_no;assessed_on;phat_total;phat_items_answered;return_to_sport;returned_to_sport_on"
KNOWN = make_patient_id("BRG", 1)


def table(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


GOOD = f"{KNOWN};left;1;01.06.2025;71,5;8;;"
BAD = f"{KNOWN};left;1;02.06.2025;715;8;;"
DOUBTFUL = f"{KNOWN};left;1;03.06.2025;72,5;8;same_level;04.07.2025"


def upload(browser: Browser, content: bytes, name: str = "follow_up.csv") -> str:
    browser.get("/upload")
    answer = browser.post("/upload", files={"file": (name, content)})
    return str(answer.url.path)


def cells(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(cell-[\d-]+)" value="([^"]*)"', page))


def waiting(home: Path, clinic: str = "BRG") -> list[Path]:
    return [path for path in (home / "inbox" / clinic).iterdir() if not path.name.startswith(".")]


def test_a_clean_file_is_handed_in_as_it_came(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    browser = as_user("anna")
    path = upload(browser, table(GOOD))
    assert "Nothing needs your attention" in browser.answer.text
    assert waiting(portal_home) == []
    browser.post(f"{path}/hand-in")
    assert "Handed in" in browser.answer.text
    (file,) = waiting(portal_home)
    assert file.read_bytes() == table(GOOD)
    assert browser.get(path).status_code == 404
    (said,) = [entry.said for entry in read_entries(Home(portal_home)) if entry.said.get("submission") == file.name]
    assert (said["act"], said["who"], said["clinic"]) == ("submit", "anna", "BRG")


def test_a_cell_is_mended_in_the_page_and_all_else_stays(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    browser = as_user("anna")
    path = upload(browser, table(GOOD, BAD, DOUBTFUL))
    (place,) = [name for name, text in cells(browser.answer.text).items() if text == "715"]
    browser.post(f"{path}/mend", {place: "71,5"})
    assert "715" not in browser.answer.text
    yes = re.findall(r'name="(yes-[\d-]+)"', browser.answer.text)
    assert yes
    browser.post(f"{path}/mend", dict.fromkeys(yes, "on"))
    assert "Nothing needs your attention" in browser.answer.text
    browser.post(f"{path}/hand-in")
    (file,) = waiting(portal_home)
    rows = list(csv.reader(io.StringIO(file.read_text()), delimiter=";"))
    assert [row[: len(HEADER.split(";"))] for row in rows[1:]] == [
        GOOD.split(";"),
        BAD.replace("715", "71,5").split(";"),
        DOUBTFUL.split(";"),
    ]


def test_what_was_handed_in_is_loaded_with_the_yes(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    browser = as_user("anna")
    path = upload(browser, table(DOUBTFUL))
    (yes,) = set(re.findall(r'name="(yes-[\d-]+)"', browser.answer.text))
    browser.post(f"{path}/mend", {yes: "on"})
    browser.post(f"{path}/hand-in")
    home = Home(portal_home)
    summary = run(home, read_settings(home.settings_path), now)
    (receipt,) = summary.receipts.values()
    (section,) = receipt["sections"]
    assert section["records"]["rejected"] == 0
    assert [finding["severity"] for finding in section["findings"]] == ["note"] * len(section["findings"])


def test_only_cells_that_were_asked_about_can_be_changed(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    browser = as_user("anna")
    path = upload(browser, table(GOOD, BAD))
    browser.post(f"{path}/mend", {"cell-1-2-4": "10", "cell-9-9-9": "x", "yes-1-2": "on"})
    browser.post(f"{path}/hand-in")
    (file,) = waiting(portal_home)
    assert file.read_bytes() == table(GOOD, BAD)


def test_the_rows_to_mend_come_as_a_file(as_user: Callable[[str], Browser]) -> None:
    browser = as_user("anna")
    path = upload(browser, table(GOOD, BAD))
    answer = browser.get(f"{path}/file")
    assert "attachment" in answer.headers["content-disposition"]
    header, *rows = list(csv.reader(io.StringIO(answer.content.decode()), delimiter=";"))
    assert [row[4] for row in rows] == ["715"]
    assert "Nachricht des Registers" in header


def test_another_clinic_sees_nothing_of_a_draft(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    path = upload(as_user("anna"), table(BAD))
    for name in ("bob", "chief", "reader"):
        stranger = as_user(name)
        assert stranger.get(path).status_code == 404, name
        for act in ("mend", "hand-in", "forget"):
            assert stranger.post(f"{path}/{act}").status_code == 404, (name, act)
    assert waiting(portal_home) == []


def test_a_draft_outlives_the_server_and_the_page(
    portal_home: Path, clock: Clock, as_user: Callable[[str], Browser]
) -> None:
    path = upload(as_user("anna"), table(BAD))
    later = sign_in(create_app(Home(portal_home), clock), "anna")
    assert path in later.get("/upload").text
    assert "715" in later.get(path).text
    later.post(f"{path}/forget")
    assert later.get(path).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("../../etc/passwd.csv", table(GOOD), "Nothing needs your attention"),
        ("x.xlsx", b"PK\x03\x04 no workbook at all", "This file cannot be taken"),
        ("x.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "This file cannot be taken"),
        ("<b>x</b>.csv", table("<script>alert(1)</script>;left;1;01.06.2025;71,5;8;;"), "To mend"),
    ],
    ids=["path name", "wrong type", "picture", "markup"],
)
def test_a_hostile_file_is_harmless(as_user: Callable[[str], Browser], name: str, content: bytes, status: str) -> None:
    browser = as_user("anna")
    upload(browser, content, name)
    assert status in browser.answer.text
    assert "etc/" not in browser.answer.text
    assert "<script>alert" not in browser.answer.text
    assert "<b>x</b>" not in browser.answer.text


def test_a_read_only_user_uploads_nothing(app: Starlette) -> None:
    assert sign_in(app, "reader").get("/upload").status_code == 404


def test_a_coordinator_uploads_for_the_clinic_that_was_chosen(
    portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    browser = as_user("chief")
    assert browser.get("/upload").status_code == 404
    assert browser.post("/clinic/choose", {"clinic": "QQQ"}).status_code == 404
    browser.post("/clinic/choose", {"clinic": "BRG"})
    path = upload(browser, table(GOOD))
    browser.post(f"{path}/hand-in")
    assert len(waiting(portal_home)) == 1


def test_neither_bytes_nor_name_are_kept_of_a_file_that_says_who_somebody_is(
    portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    browser = as_user("anna")
    path = upload(browser, f"{HEADER};Naam\n{GOOD};Pietersen\n".encode(), "Pietersen.csv")
    assert "Naam" in browser.get(path).text
    kept = [file for file in portal_home.rglob("*") if file.is_file() and b"Pietersen" in file.read_bytes()]
    assert not kept


def test_a_preview_tells_new_corrected_known_and_held_rows(
    portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    with reader(portal_home / "snapshots" / "current" / "registry.duckdb") as connection:
        known = connection.execute(
            "select patient_id, side, injury_no, assessed_on, tegner.value from ops.follow_up_version "
            "where clinic = 'BRG' and superseded_at is null and row_state in ('new', 'corrected') "
            "and tegner.value is not null order by all limit 2"
        ).fetchall()
    (one, two), nobody = known, make_patient_id("BRG", 999_999)
    other = int(two[4]) % 10 + 1
    lines = ["patient_id;side;injury_no;assessed_on;tegner"]
    lines += [";".join(map(str, one)), ";".join(map(str, (*two[:4], other)))]
    lines += [f"{one[0]};{one[1]};{one[2]};2025-11-11;4", f"{nobody};left;1;2025-11-11;4"]
    browser = as_user("anna")
    upload(browser, "\n".join([*lines, ""]).encode())
    page = browser.answer.text
    counts = re.search(r"<caption>Accepted rows.*?<tbody><tr><th[^>]*>[^<]*</th>(.*?)</tr>", page, re.DOTALL)
    assert counts is not None
    assert re.findall(r">(\d+)<", counts[1]) == ["1", "1", "1", "1"]
    assert f"<td>{two[4]}</td><td>{other}</td>" in page
    assert f"{two[0]} · {str(two[1]).capitalize()} · {two[2]} · {two[3]}" in page  # the side in words, not its code
    assert waiting(portal_home) == []


def test_one_is_counted_as_one_and_more_as_more_in_every_language(as_user: Callable[[str], Browser]) -> None:
    anna = as_user("anna")
    for language, one, two in (
        ("en", "1 row is in order or loads with a question, 0 rows would be", "2 rows are in order or load with"),
        ("nl", "1 regel is in orde of laadt met een vraag, 0 regels zouden", "2 regels zijn in orde of laden met"),
        ("de", "1 Zeile ist in Ordnung oder lädt mit einer Frage, 0 Zeilen", "2 Zeilen sind in Ordnung oder laden"),
    ):
        anna.get("/account")
        anna.post("/account/language", {"language": language})
        upload(anna, table(GOOD))
        assert one in anna.answer.text
        upload(anna, table(GOOD, GOOD.replace("01.06", "02.06")))
        assert two in anna.answer.text


def test_a_preview_says_how_many_files_of_the_clinic_wait_and_are_not_counted(
    portal_home: Path, as_user: Callable[[str], Browser], clock: Clock
) -> None:
    anna, home = as_user("anna"), Home(portal_home)
    draft = upload(anna, table(GOOD))
    assert "wait for the next run" not in anna.answer.text
    hand_in(home, "NRD", "theirs.csv", table(GOOD), clock.instant)
    assert "wait for the next run" not in anna.get(draft).text
    hand_in(home, "BRG", "first.csv", table(GOOD), clock.instant)
    assert "1 file of this clinic waits for the next run" in anna.get(draft).text
    hand_in(home, "BRG", "second.csv", table(GOOD, GOOD), clock.instant)
    for language, said in (
        ("en", "2 files of this clinic wait"),
        ("nl", "2 bestanden van deze kliniek wachten"),
        ("de", "2 Dateien dieser Klinik warten"),
    ):
        anna.get("/account")
        anna.post("/account/language", {"language": language})
        assert said in anna.get(draft).text


def test_a_preview_shows_nothing_of_another_clinics_patient(
    portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    with reader(portal_home / "snapshots" / "current" / "registry.duckdb") as connection:
        (foreign,) = connection.execute(
            "select patient_id, side, injury_no, assessed_on, tegner.value from ops.follow_up_version "
            "where clinic = 'NRD' and superseded_at is null and row_state = 'new' and tegner.value is not null "
            "and patient_id not in (select patient_id from ops.sight where clinic = 'BRG') order by all limit 1"
        ).fetchall()
    browser = as_user("anna")
    row = ";".join(map(str, (*foreign[:4], int(foreign[4]) % 10 + 1)))
    upload(browser, f"patient_id;side;injury_no;assessed_on;tegner\n{row}\n".encode())
    assert not re.search(r"<th scope=\"col\">before</th>", browser.answer.text)
    counts = re.search(
        r"<caption>Accepted rows.*?<tbody><tr><th[^>]*>[^<]*</th>(.*?)</tr>", browser.answer.text, re.DOTALL
    )
    assert counts is not None
    assert re.findall(r">(\d+)<", counts[1]) == ["0", "0", "0", "1"]


def test_all_rows_are_shown_a_page_at_a_time_with_the_bad_cells_marked(as_user: Callable[[str], Browser]) -> None:
    browser = as_user("anna")
    rows = [f"{KNOWN};left;1;{day:02}.{month:02}.2025;71,5;8;;" for month in (1, 2, 3) for day in range(1, 21)]
    path = upload(browser, table(*rows[:-1], BAD))
    page = browser.answer.text
    assert "60 rows, as they stand in the file" in page
    assert "01.01.2025" in page
    assert "02.06.2025" not in page[page.index("Your rows") :]
    second = browser.get(f"{path}?rows1=2").text
    marked = re.search(r'<td class="error">715<br><span class="small">([^<]+)</span>', second)
    assert marked is not None
    assert "01.01.2025" not in second[second.index("Your rows") :]


def test_a_file_is_checked_then_received_then_loaded_then_in_a_snapshot(
    portal_home: Path, as_user: Callable[[str], Browser], clock: Clock
) -> None:
    clock.instant = now()
    browser, home = as_user("anna"), Home(portal_home)
    path = upload(browser, table(GOOD), "states.csv")
    assert "states.csv</a>: checked, not handed in yet" in browser.get("/submissions").text
    browser.post(f"{path}/hand-in")
    states = []

    def state() -> None:
        page = browser.get("/submissions").text
        states.extend(re.findall(r"states\.csv.*?<td data-label=\"State\">([^<]+?)</td>", page, re.DOTALL)[:1])

    state()
    with lock(home, "test"):
        load_waiting(home, read_settings(home.settings_path), now())
    state()
    run(home, read_settings(home.settings_path), now)
    state()
    assert states == ["received, waits for the next run", "loaded, not in a snapshot yet", "in the registry"]


def test_a_row_that_was_not_kept_stays_asked_about_and_moves_no_other(
    portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    browser = as_user("anna")
    rows = (f"{GOOD};", f"{GOOD};;more;fields", "", f"{BAD};", f"{DOUBTFUL};")  # what a column of no form may hold
    path = upload(browser, b"Printed on Monday\n\n" + table(*rows).replace(b"sport_on\n", b"sport_on;Desk\n", 1))
    assert "line 5" in browser.answer.text
    (place,) = [name for name, text in cells(browser.answer.text).items() if text == "715"]
    assert place == "cell-1-7-4"
    browser.post(f"{path}/mend", {place: "not a number"})
    assert cells(browser.answer.text)[place] == "not a number"
    browser.post(f"{path}/mend", {place: "71,5"})
    page = browser.answer.text
    asks = page[page.index("<tbody>") : page.index("</tbody>")]
    assert re.findall(r"line (\d+)", asks) == ["5", "8"]
    assert "is not handed in with your changes" in asks
    browser.post(f"{path}/hand-in")
    (file,) = waiting(portal_home)
    lines = [line.split(";") for line in file.read_text().splitlines()]
    assert [line[3] for line in lines if line[0] == KNOWN] == ["01.06.2025", "02.06.2025", "03.06.2025"]
    assert [number for number, line in enumerate(lines, 1) if line[0] == KNOWN] == [4, 7, 8]


def test_rows_keep_their_lines_when_a_cell_holds_several(as_user: Callable[[str], Browser]) -> None:
    browser = as_user("anna")
    note = f'{HEADER};Remark\n{GOOD};"first\nsecond"\n{BAD};\n{DOUBTFUL};\n'
    path = upload(browser, note.encode())
    (place,) = [name for name, text in cells(browser.answer.text).items() if text == "715"]
    browser.post(f"{path}/mend", {place: "71,5"})
    page = browser.answer.text
    assert "715" not in page
    assert re.findall(r"line (\d+)", page[page.index("<tbody>") : page.index("</tbody>")]) == ["5"]
    assert re.findall(r'<th scope="row">(\d+)</th>', page) == ["2", "4", "5"]
