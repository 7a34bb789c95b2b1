"""Hostile uploads to a server of its own process: each is bounded, answered, and leaves nothing behind."""

import io
import os
import re
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from pipelines.settings import Limits
from tests.portal.conftest import PASSWORD
from warehouse.layout import Home

ROOT = Path(__file__).parents[2]
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
BOMB_BYTES = 3_000_000_000  # unpacked; a few MB as sent
GROWTH_BYTES = 400_000_000  # of the server's memory, whatever is sent
MINIMAL = b"patient_id;side\n"


@dataclass
class Server:
    """The pages as `hamreg serve` runs them, and how much memory they ever took."""

    process: subprocess.Popen[str]
    address: str
    home: Home
    clients: list[httpx2.Client] = field(default_factory=list)

    def client(self) -> httpx2.Client:
        client = httpx2.Client(base_url=self.address, timeout=120, follow_redirects=True)
        self.clients.append(client)
        token = TOKEN.findall(client.get("/sign-in").text)[0]
        client.post("/sign-in", data={"csrf": token, "name": "anna", "password": PASSWORD, "code": ""})
        return client

    @property
    def peak_bytes(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024

    @property
    def files(self) -> set[str]:
        """What lies where uploads lie."""
        folders = (self.home.inbox_folder, self.home.drafts)
        return {str(path) for folder in folders for path in folder.rglob("*") if path.is_file()}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def await_pages(address: str) -> None:
    """Wait until a server that was started answers."""
    for _ in range(300):
        try:
            httpx2.get(address + "/sign-in")
        except httpx2.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server does not answer")


@pytest.fixture
def server(portal_home: Path) -> Iterator[Server]:
    port = free_port()
    program = [sys.executable, "-m", "portal", "--home", str(portal_home), "--port", str(port), "--patience", "2"]
    with subprocess.Popen(program, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        address = f"http://127.0.0.1:{port}"
        await_pages(address)
        served = Server(process, address, Home(portal_home))
        yield served
        for client in served.clients:
            client.close()
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=60)[1]
    assert "Traceback" not in told


def upload(client: httpx2.Client, name: str, content: bytes) -> httpx2.Response:
    token = TOKEN.findall(client.get("/upload").text)[0]
    answer = client.post("/upload", data={"csrf": token}, files={"file": (name, content)})
    while 'hx-trigger="load' in answer.text:
        time.sleep(0.5)
        answer = client.get(answer.url.path)
    return answer


def bomb(*names: str) -> bytes:
    """A workbook whose parts unpack to far more than a machine holds."""
    stream, zeros = io.BytesIO(), bytes(10_000_000)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in names:
            with archive.open(name, "w", force_zip64=True) as part:
                for _ in range(BOMB_BYTES // len(zeros) // len(names)):
                    part.write(zeros)
    return stream.getvalue()


def test_what_is_sent_to_harm_is_answered_and_harms_nothing(server: Server) -> None:
    client = server.client()
    upload(client, "plain.csv", MINIMAL)  # what the libraries take by themselves
    before, files = server.peak_bytes, server.files
    xlsx = ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml")
    for name, content in (
        ("bomb.xlsx", bomb(*xlsx)),
        ("bomb.ods", bomb("mimetype", "content.xml")),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + os.urandom(5_000)),
        ("program.csv", b"MZ" + bytes(5_000)),
        ("nothing.csv", b""),
    ):
        answer = upload(client, name, content)
        assert answer.status_code in (200, 422), name
        assert "This file cannot be taken" in answer.text or answer.status_code == 422, name
        assert server.peak_bytes - before < GROWTH_BYTES, name
    drafts = TOKEN.findall(client.get("/upload").text)
    assert drafts
    assert client.get("/start").status_code == 200
    kept = [Path(path).stat().st_size for path in server.files - files]
    assert sum(kept) < 10_000_000


def test_two_gigabytes_are_refused_at_the_limit(server: Server) -> None:
    client = server.client()
    token = TOKEN.findall(client.get("/upload").text)[0]
    before, files, sent = server.peak_bytes, server.files, 0

    def body() -> Iterator[bytes]:
        nonlocal sent
        head = f'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n--x\r\n'
        yield (head + 'Content-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n').encode()
        for _ in range(2_000):
            sent += 1_000_000
            yield bytes(1_000_000)

    headers = {"content-type": "multipart/form-data; boundary=x"}
    try:
        status = client.post("/upload", content=body(), headers=headers).status_code
    except httpx2.TransportError:  # the connection was closed while we were still sending
        status = 413
    assert status == 413
    assert sent < 2 * Limits.max_bytes + 50_000_000 < 2_000_000_000
    assert server.peak_bytes - before < GROWTH_BYTES
    assert server.files == files
    host, port = server.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(b"POST /upload HTTP/1.1\r\nhost: a\r\ncontent-length: 2000000000\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_name_is_no_path_and_a_cell_no_page(server: Server) -> None:
    client = server.client()
    outside = set(server.home.path.parent.rglob("*.csv"))
    for name in ("../../escaped.csv", "/tmp/escaped.csv", "..\\..\\escaped.csv", "a" * 3_000 + ".csv", "n\0ul.csv"):  # noqa: S108
        answer = upload(
            client, name, b"patient_id;side;assessed_on;tegner\n<script>alert(1)</script>;left;x;<img src=x>\n"
        )
        assert answer.status_code in (200, 422)
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
    assert not [path for path in set(server.home.path.parent.rglob("*.csv")) - outside if "escaped" in path.name]
    assert not Path("/tmp/escaped.csv").exists()  # noqa: S108


def test_a_client_that_trickles_is_hung_up_on_and_others_are_served_meanwhile(server: Server) -> None:
    host, port = server.address.removeprefix("http://").split(":")
    slow = []
    for _ in range(40):
        connection = socket.create_connection((host, int(port)))
        connection.sendall(b"POST /sign-in HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\nc")
        slow.append(connection)
    for begun in (b"", b"GET /sign-in HTTP/1.1\r\nhost: a\r\nx-slow: ", b"GET /sign-in HTTP/1.1\r\nhost: a\r\n\r\nGET"):
        connection = socket.create_connection((host, int(port)))
        connection.settimeout(15)
        connection.sendall(begun)
        while connection.recv(100_000):  # what was asked whole is answered; then we are hung up on
            pass
        connection.close()
    begin = time.monotonic()
    assert httpx2.get(server.address + "/sign-in", timeout=10).status_code == 200
    assert time.monotonic() - begin < 5
    for connection in slow:
        connection.close()
