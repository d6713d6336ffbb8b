"""A URL gives bytes or one clear line, in bounded time and memory."""

import gzip
import shutil
import socket
import ssl
import subprocess
import threading
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from index.errors import ReadError
from ingest.fetch import Download, fetch

Act = Callable[[BaseHTTPRequestHandler], None]

_stop = threading.Event()


def answer(status: int = 200, body: bytes = b"", **headers: str) -> Act:
    def act(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in ({"Content_Length": str(len(body))} | headers).items():
            if value:
                handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return act


def drip_body(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while not _stop.wait(0.02):
        handler.wfile.write(b"x")


def drip_headers(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not _stop.wait(0.02):
        handler.wfile.write(b"x")


def stay_silent(handler: BaseHTTPRequestHandler) -> None:
    _stop.wait(120)


def giant(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while not _stop.is_set():
        handler.wfile.write(bytes(1 << 16))


def cut_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"x" * 10)


def no_http(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.0\r\n")


def echo_agent(handler: BaseHTTPRequestHandler) -> None:
    answer(body=handler.headers["User-Agent"].encode())(handler)


def bomb(layers: int) -> bytes:
    """Return 200 MB of zeros, packed."""
    packer = zlib.compressobj(wbits=31)
    data = b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()
    for _ in range(layers - 1):
        data = gzip.compress(data)
    return data


PAGES: dict[str, Act] = {
    "/brief.html": answer(body=b"<p>text", Content_Type="Text/HTML; Charset=ISO-8859-1"),
    "/brief.pdf": answer(body=b"<html>login", Content_Type="text/html"),
    "/untyped": answer(body=b"text"),
    "/agent": echo_agent,
    "/packed": answer(body=gzip.compress(b"text" * 1000), Content_Encoding="gzip"),
    "/zlib": answer(body=zlib.compress(b"text" * 1000), Content_Encoding="deflate"),
    "/not-packed": answer(body=b"text", Content_Encoding="gzip"),
    "/half-packed": answer(body=gzip.compress(b"text" * 1000)[:-20], Content_Encoding="gzip"),
    "/brotli": answer(body=b"text", Content_Encoding="br"),
    "/twice": answer(body=bomb(2), Content_Encoding="gzip, gzip"),
    "/bomb": answer(body=bomb(1), Content_Encoding="gzip"),
    "/moved": answer(302, Location="/brief.html#part", body=b"x" * 100),
    "/loop": answer(301, Location="/loop"),
    "/to-file": answer(302, Location="file:///etc/passwd"),
    "/to-ftp": answer(302, Location="ftp://example.org/a"),
    "/to-another": answer(302, Location="http://metadata.example/latest?token=hunter2"),
    "/to-port": answer(302, Location="http://127.0.0.1:1/admin"),
    "/to-localhost": answer(302, Location="http://localhost/"),
    "/to-password": answer(302, Location="http://me:hunter2@127.0.0.1/"),
    "/host": lambda handler: answer(body=handler.headers["Host"].encode())(handler),
    "/to-nowhere": answer(302, Location="http://"),
    "/drip": drip_body,
    "/drip-headers": drip_headers,
    "/silent": stay_silent,
    "/giant": giant,
    "/cut": cut_off,
    "/ssh": no_http,
    **{f"/status/{status}": answer(status) for status in (304, 401, 403, 410, 429, 500, 503, 799)},
    **{f"/hops/{n}": answer(302, Location=f"/hops/{n - 1}") for n in range(1, 8)},
    "/hops/0": answer(body=b"arrived"),
}


class Handler(BaseHTTPRequestHandler):
    """Play the page that the path names."""

    def do_GET(self) -> None:
        with suppress(ConnectionError):
            PAGES.get(self.path, answer(404, b"not here"))(self)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        thread = threading.Thread(target=http.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        _stop.set()
        http.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


def reason(url: str, *, limit: int = 1_000_000, timeout: float = 10) -> str:
    with pytest.raises(ReadError) as caught:
        fetch(url, limit=limit, timeout=timeout)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_page_comes_with_what_the_server_says_of_it(server: str) -> None:
    assert fetch(server + "/brief.html") == Download(
        b"<p>text", "text/html", server + "/brief.html", "iso-8859-1"
    )
    assert fetch(server + "/untyped") == Download(b"text", None, server + "/untyped", None)


def test_a_page_in_place_of_a_pdf_is_handed_on_as_a_page(server: str) -> None:
    fetched = fetch(server + "/brief.pdf")
    assert (fetched.media_type, fetched.data) == ("text/html", b"<html>login")


def test_the_visitor_says_who_it_is(server: str) -> None:
    assert fetch(server + "/agent").data == b"brief-bot"


@pytest.mark.parametrize("path", ["/packed", "/zlib"])
def test_packed_answers_are_unpacked(server: str, path: str) -> None:
    assert fetch(server + path).data == b"text" * 1000


def test_redirects_are_followed_to_the_fifth(server: str) -> None:
    assert fetch(server + "/moved").final_url == server + "/brief.html"
    assert fetch(server + "/hops/5").data == b"arrived"
    too_many = "the server redirects more than 5 times; check the address"
    assert reason(server + "/hops/6") == too_many
    assert reason(server + "/loop") == too_many


@pytest.mark.parametrize("path", ["/to-file", "/to-ftp"])
def test_redirects_lead_only_to_the_web(server: str, path: str) -> None:
    assert "which is not a web address" in reason(server + path)


@pytest.mark.parametrize("path", ["/to-another", "/to-port", "/to-localhost"])
def test_redirects_stay_with_the_hosts_that_were_named(server: str, path: str) -> None:
    """Another name, another port, this machine by another name: the server does not choose."""
    line = reason(server + path)
    assert "redirects to another host" in line
    assert "ingest that address" in line
    assert "hunter2" not in line


def test_a_redirect_to_a_named_host_is_followed(server: str) -> None:
    """What stands beside it on the command line was named; a redirect from http to https too."""
    PAGES["/to-agent"] = answer(302, Location=f"{server.replace('127.0.0.1', 'localhost')}/agent")
    assert "another host" in reason(server + "/to-agent")
    other = server.replace("127.0.0.1", "localhost")
    assert fetch(server + "/to-agent", named=[other + "/x"]).data == b"brief-bot"
    assert "hunter2" not in reason(server + "/to-password")


@pytest.fixture
def look_ups(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Names and what they are looked up as, one after the other; the last answer stays."""
    known: dict[str, list[str]] = {}

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        answers = known[host]
        address = answers.pop(0) if len(answers) > 1 else answers[0]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr("socket.getaddrinfo", getaddrinfo)
    return known


INTERNAL = [
    "127.0.0.1", "10.0.0.7", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.0", "::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.7", "64:ff9b::a00:7",
    "2002:a00:7::1", "224.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("address", INTERNAL)
def test_a_public_name_does_not_lead_inside(look_ups, address: str) -> None:
    """However the address is written; the line names the setting for hosts of one's own."""
    look_ups["briefs.example.org"] = [address]
    line = reason("http://briefs.example.org/a")
    assert "has the internal address" in line
    assert "BRIEFS_INTERNAL_HOSTS" in line


def test_names_of_the_own_network_lead_inside_and_never_to_the_machine(look_ups) -> None:
    """`wiki` and `wiki.corp` are named as internal; a cloud's metadata only by its number."""
    for host in ("wiki", "wiki.corp", "metadata.internal"):
        for address in ("169.254.169.254", "127.0.0.1"):
            look_ups[host] = [address]
            assert "has the internal address" in reason(f"http://{host}/")


def test_a_host_is_looked_up_once_and_that_address_is_connected_to(server: str, look_ups) -> None:
    """A second look-up that would lead elsewhere never happens; the server sees the name."""
    port = server.rpartition(":")[2]
    look_ups["wiki.example.org"] = ["127.0.0.1", "10.0.0.7"]
    url = f"http://wiki.example.org:{port}/host"
    fetched = fetch(url, internal=["Wiki.example.org"])
    assert (fetched.data.decode(), fetched.final_url) == (f"wiki.example.org:{port}", url)


def test_a_redirect_to_nowhere_is_refused(server: str) -> None:
    assert reason(server + "/to-nowhere")


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (404, "the server answered 404 (Not Found); check the address"),
        (410, "the server answered 410 (Gone); check the address"),
        (401, "the server answered 401 (Unauthorized); download the file and ingest that"),
        (403, "the server answered 403 (Forbidden); download the file and ingest that"),
        (429, "the server answered 429 (Too Many Requests); try again later"),
        (500, "the server answered 500 (Internal Server Error); try again later"),
        (503, "the server answered 503 (Service Unavailable); try again later"),
        (799, "the server answered 799; try again later"),
        (304, "the server answered 304 (Not Modified); check the address"),
    ],
)
def test_a_status_other_than_success_is_named(server: str, status: int, line: str) -> None:
    assert reason(f"{server}/status/{status}") == line


@pytest.mark.parametrize("path", ["/drip", "/drip-headers", "/silent"])
def test_a_server_that_takes_too_long_is_left(server: str, path: str) -> None:
    """Keeps one deadline for the whole, whatever trickles in."""
    assert reason(server + path, timeout=0.5) == (
        "the server did not answer completely within 0.5 s; try again later"
    )


@pytest.mark.parametrize("path", ["/giant", "/bomb"])
def test_an_answer_is_cut_at_the_limit(server: str, path: str) -> None:
    """Counts the bytes as they are unpacked, and keeps no more."""
    fetch(server + "/untyped")  # so that imports are not counted
    tracemalloc.start()
    line = reason(server + path, limit=2_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert line == "is larger than 2 MB, which is the limit; split it"
    assert peak < 10_000_000


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/not-packed", "the server's compressed answer is damaged; try again later"),
        ("/half-packed", "the server's compressed answer is damaged; try again later"),
        ("/brotli", "the server packed it as 'br' unasked; download the file and ingest that"),
        (
            "/twice",
            "the server packed it as 'gzip, gzip' unasked; download the file and ingest that",
        ),
    ],
)
def test_packing_that_cannot_be_undone_is_refused(server: str, path: str, line: str) -> None:
    assert reason(server + path) == line


@pytest.mark.parametrize("path", ["/cut", "/ssh"])
def test_a_broken_answer_is_refused(server: str, path: str) -> None:
    host = server.removeprefix("http://")
    assert reason(server + path) == (
        f"the connection to {host} broke (RemoteProtocolError); try again later"
    )


def test_a_closed_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        host = f"127.0.0.1:{unused.getsockname()[1]}"
    assert reason(f"http://{host}/") == (
        f"{host} refuses the connection; check the address or try again later"
    )


def test_an_unknown_host_is_named() -> None:
    """Tells a failed look-up from others; .invalid never exists (RFC 2606)."""
    assert reason("http://no-such-host.invalid/a", timeout=60) == (
        "the host no-such-host.invalid is not known; check the address and the network"
    )


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificate")
def test_tls_trouble_is_named(tmp_path: Path, server: str) -> None:
    """Trusts no certificate that nobody vouches for, and notices a server without TLS."""
    certificate = tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"),
            *("-subj", "/CN=localhost", "-out", certificate, "-keyout", tmp_path / "key.pem"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, tmp_path / "key.pem")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.socket = context.wrap_socket(http.socket, server_side=True)
        http.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=http.serve_forever, args=(0.02,))
        thread.start()
        host = f"127.0.0.1:{http.server_port}"
        assert reason(f"https://{host}/brief.html") == (
            f"the certificate of {host} cannot be trusted (self-signed certificate); "
            "download the file and ingest that"
        )
        http.shutdown()
        thread.join()
    plain = server.removeprefix("http://")
    assert reason(f"https://{plain}/") == (
        f"no secure connection to {plain} comes about; check the address"
    )


@pytest.mark.parametrize("host", ["a" * 70 + ".example", "a..b", "xn--a", "\u2488.example", "%41"])
def test_a_host_name_that_cannot_exist_is_one_line(host: str) -> None:
    assert reason(f"http://{host}/", timeout=60)
