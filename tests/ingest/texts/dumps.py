"""LEGI archives of ours, and a peer on the loopback that publishes them as the DILA does."""

from __future__ import annotations

import io
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WHOLE = "Freemium_legi_global_20260105-140000.tar.gz"
FIRST = "LEGI_20260106-210000.tar.gz"
SECOND = "LEGI_20260107-210000.tar.gz"
CODE, OTHER, LAW = "LEGITEXT000000000001", "LEGITEXT000000000002", "JORFTEXT000000000003"


def folder(text: str, shelf: str = "") -> str:
    pairs = "/".join(text[8 + n : 10 + n] for n in range(0, 10, 2))
    shelf = shelf or ("code_en_vigueur" if text.startswith("LEGI") else "TNC_en_vigueur")
    return f"legi/global/code_et_TNC_en_vigueur/{shelf}/{text[:4]}/TEXT/{pairs}/{text}"


def ident(n: int, kind: str = "LEGIARTI") -> str:
    return f"{kind}{n:012d}"


def article_path(n: int, text: str = CODE) -> str:
    return f"{folder(text)}/article/LEGI/ARTI/00/00/00/00/{n // 100:02d}/{ident(n)}.xml"


def article(
    n: int, number: str, words: str = "", start: str = "2020-01-01", end: str = "2999-01-01", state: str = "VIGUEUR",
    text: str = CODE, about: str = 'nature="CODE"', section: str = "Chapitre Ier : Des bilans",
) -> bytes:  # fmt: skip
    words = words or f"Le producteur remet {n} bilans, dans les {n} mois."
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ARTICLE><META><META_COMMUN><ID>{ident(n)}</ID><NATURE>Article</NATURE></META_COMMUN><META_SPEC><META_ARTICLE>
<NUM>{number}</NUM><ETAT>{state}</ETAT><DATE_DEBUT>{start}</DATE_DEBUT><DATE_FIN>{end}</DATE_FIN><TYPE>AUTONOME</TYPE>
</META_ARTICLE></META_SPEC></META><CONTEXTE><TEXTE cid="{text}" {about}><TITRE_TXT id_txt="{text}">Texte</TITRE_TXT>
<TM><TITRE_TM debut="2001-01-01" fin="2019-01-01" id="LEGISCTA000000000009">Ancien titre</TITRE_TM>
<TITRE_TM debut="2019-01-01" fin="2999-01-01" id="LEGISCTA000000000009">{section}</TITRE_TM></TM></TEXTE></CONTEXTE>
<VERSIONS><VERSION><LIEN_ART debut="2001-01-01" fin="2999-01-01" origine="LEGI" id="{ident(n)}"/></VERSION></VERSIONS>
<BLOC_TEXTUEL><CONTENU><p>{words}</p></CONTENU></BLOC_TEXTUEL>
<LIENS><LIEN sens="cible">Un autre texte</LIEN></LIENS></ARTICLE>""".encode()


def section(n: int, articles: list[int], text: str = CODE) -> tuple[str, bytes]:
    rows = "".join(f'<LIEN_ART debut="2001-01-01" fin="2999-01-01" id="{ident(a)}"/>' for a in articles)
    name = ident(n, "LEGISCTA")
    body = f"<SECTION_TA><ID>{name}</ID><STRUCTURE_TA>{rows}</STRUCTURE_TA></SECTION_TA>"
    return f"{folder(text)}/section_ta/LEGI/SCTA/00/00/00/00/00/{name}.xml", body.encode()


def struct(sections: list[int], text: str = CODE) -> tuple[str, bytes]:
    rows = "".join(
        f'<LIEN_SECTION_TA debut="2001-01-01" fin="2999-01-01" id="{ident(s, "LEGISCTA")}"/>' for s in sections
    )
    return f"{folder(text)}/texte/struct/{text}.xml", f"<TEXTELR><STRUCT>{rows}</STRUCT></TEXTELR>".encode()


def packed(
    members: list[tuple[str | tarfile.TarInfo, bytes]], prefix: str = "", kind: int = tarfile.GNU_FORMAT
) -> bytes:
    """A tar.gz; a member is a name and its content, or a header of its own."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=kind) as tar:
        for name, data in members:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(prefix + name)
            if info.isreg():
                info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def dumps() -> dict[str, bytes]:
    """A whole base and two days of changes: an article is changed, one is repealed, one is new, one is removed."""
    whole: list[tuple[str | tarfile.TarInfo, bytes]] = [
        (article_path(n), article(n, f"L. 1-{n}")) for n in (1, 2, 3, 4, 10)
    ]
    whole += [
        (article_path(11), article(11, "L. 1-11", end="2010-01-01", state="MODIFIE")),
        (article_path(12), article(12, "L. 1-12", start="2040-01-01", state="VIGUEUR_DIFF")),
        (article_path(13), article(13, "L. 1-13", end="2026-03-01", state="ABROGE_DIFF")),
        (article_path(14), article(14, "L. 1-14", start="2222-02-22", state="VIGUEUR_DIFF")),
        (article_path(15), article(15, "L. 1-15", state="MODIFIE_MORT_NE")),
        (article_path(16), article(16, "112-1", section="Livre de la réglementation")),
        section(5, [10, 1, 2]), section(6, [3, 4, 13, 16]), struct([5, 6]),
        (article_path(50, OTHER), article(50, "1", text=OTHER)),
        (article_path(60, LAW), article(60, "1", text=LAW, about='nor="ABCD2600001L" nature="LOI" num="2024-1" date_signature="2024-02-08"')),
        (f"{folder(CODE)}/texte/version/{CODE}.xml", b"<TEXTE_VERSION/>"),
        ("legi/LISEZMOI.txt", b"Ce fichier n'est pas un article."),
    ]  # fmt: skip
    first = [
        (article_path(2), article(2, "L. 1-2", "Le producteur remet vingt bilans.", start="2026-01-06")),
        (article_path(3), article(3, "L. 1-3", end="2026-01-06", state="ABROGE")),
        (article_path(17), article(17, "L. 1-2-1", start="2026-01-06")),
        section(5, [10, 1, 2, 17]),
    ]
    gone = "\n".join(p.removesuffix(".xml") for p in (article_path(4), article_path(99), "../../etc/passwd"))
    second = [("liste_suppression_legi.dat", gone.encode())]
    return {
        WHOLE: packed(whole),
        FIRST: packed(first, "20260106-210000/"),  # type: ignore[arg-type]
        SECOND: packed(second, "20260107-210000/"),  # type: ignore[arg-type]
    }


Handle = BaseHTTPRequestHandler


@dataclass
class Peer:
    """What is published, how it fails (by path; true: the answer was given), and what was asked."""

    files: dict[str, bytes] = field(default_factory=dumps)
    fails: Callable[[Handle, str], bool] = lambda h, name: False
    sizes: bool = True
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    url: str = ""

    def etag(self, name: str) -> str:
        return f'"{hash(self.files[name])}"'

    def listing(self) -> bytes:
        rows = ['<a href="?C=N;O=D">Name</a>', '<a href="/OPENDATA/">Parent Directory</a>  -']
        rows += [
            f'<a href="{n}">{n}</a>  2026-01-08 10:14  {max(1, len(d) // 1024)}K'
            if self.sizes
            else f'<a href="{n}">x</a>'
            for n, d in self.files.items()
        ]
        rows.append('<a href="LEGI_presentation.pdf">LEGI_presentation.pdf</a> 08-Dec-2017 12:00  233K')
        return ("<html><title>Index of /OPENDATA/LEGI</title><pre>" + "\n".join(rows) + "</pre></html>").encode()

    def answer(self, h: Handle, method: str) -> None:
        name = h.path.rpartition("/")[2]
        self.asked.append((method, name, h.headers.get("Range", "")))
        if self.fails(h, name):
            return
        if not name:
            send(h, 200, self.listing(), Content_Type="text/html")
        elif name not in self.files:
            send(h, 404, b"")
        else:
            data, tag = self.files[name], self.etag(name)
            begun = 0
            if h.headers.get("Range") and h.headers.get("If-Range") == tag:
                begun = int(h.headers["Range"][6:-1])
            more = {"Content_Range": f"bytes {begun}-{len(data) - 1}/{len(data)}"} if begun else {}
            send(h, 206 if begun else 200, data[begun:], ETag=tag, Content_Type="application/x-gzip", **more)


def send(h: Handle, status: int, body: bytes, length: int | None = None, **headers: str) -> bool:
    h.send_response(status)
    for name, value in headers.items():
        h.send_header(name.replace("_", "-"), value)
    h.send_header("Content-Length", str(len(body) if length is None else length))
    h.end_headers()
    if h.command != "HEAD":
        h.wfile.write(body)
    h.close_connection = length is not None
    return True


@contextmanager
def publishing() -> Iterator[Peer]:
    held = Peer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            held.answer(self, "GET")

        def do_HEAD(self) -> None:
            held.answer(self, "HEAD")

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    held.url = f"http://127.0.0.1:{http.server_address[1]}/OPENDATA/LEGI/"
    threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield held
    finally:
        http.shutdown()
        http.server_close()
