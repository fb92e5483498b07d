"""French texts from the State's own API (Légifrance on PISTE): codes article by article, laws and decrees whole.

Guarantee: an article that was received is kept and not asked for again until the text is whole, so that what was
interrupted resumes where it stopped; an answer that is no JSON, of another article or out of force is refused; failures
that pass are tried again with growing pauses, as long as the server asks for. The text is one HTML page of the articles
in force on the day, in the order of the code. A key of one's own is needed (free, on piste.gouv.fr): without it the
texts come from the State's open archives (`ingest/texts/opendata.py`), which are larger and a day older.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from ingest.corpus.addresses import is_code, journal
from ingest.corpus.register import Source
from ingest.errors import ClapvertError, ErrorCode
from ingest.texts.download import Fetched, Policy, check_passing, tried

_PATH = re.compile(r"(?:LEGIARTI|LEGITEXT)\d{12}")
_IN_FORCE = "VIGUEUR"


@dataclass
class Legifrance:
    """Asks the API; `client` and `secret` are those of one's application on PISTE."""

    client: str
    secret: str
    api: str = "https://api.piste.gouv.fr/dila/legifrance/lf-engine-app"
    oauth: str = "https://oauth.piste.gouv.fr/api/oauth/token"
    policy: Policy = field(default_factory=Policy)
    sleep: Callable[[float], None] = time.sleep
    _token: str = ""

    @staticmethod
    def holds(source: Source) -> bool:
        """Whether the API gives a text of the register, by one of its identifiers."""
        return is_code(source) or journal(source, "") is not None

    def get(self, source: Source, numbers: Collection[str], folder: Path, day: date) -> Fetched:
        """One page of the articles of a text in force on a day: those of these numbers (« L121-2 »), or all of them
        when there are none. A text that the Journal officiel alone has is as it was published.

        Raises:
            ClapvertError: FETCH_UNREACHABLE, FETCH_BLOCKED (the key is refused), FETCH_FAILED (the rest).
        """
        kept = folder / "articles"
        kept.mkdir(parents=True, exist_ok=True)
        wanted = {_plain(n) for n in numbers}
        articles = self._of_code(source, wanted, kept, day) if is_code(source) else self._whole(source, wanted, day)
        held = [f"<h2>Article {html.escape(n)}</h2>\n{text}" if n else text for n, text in articles]
        if not held:
            raise ClapvertError(ErrorCode.FETCH_FAILED, f"Légifrance n'a donné aucun article de {source.name}.")
        title = html.escape(source.title)
        head = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
        body = "\n".join([head, *held, "</body></html>"]).encode()
        path = folder / "body.part"
        path.write_bytes(body)
        for file in kept.iterdir():
            file.unlink()
        return Fetched(path, f"{self.api}#{source.id}", media="text/html", sha256=hashlib.sha256(body).hexdigest())

    def _of_code(self, source: Source, wanted: set[str], kept: Path, day: date) -> Iterator[tuple[str, str]]:
        """Number and HTML of the articles of a code, one request each."""
        within = re.compile(source.within.numbers) if source.within else None
        asked = {"textId": source.identifiers["LEGITEXT"], "nature": "CODE", "date": day.isoformat()}
        for row in _articles(self._asked("consult/legi/tableMatieres", asked)):
            number, ident = str(row.get("num") or ""), str(row.get("id") or "")
            if not str(row.get("etat", "")).startswith(_IN_FORCE) or not _PATH.fullmatch(ident):
                continue
            if (wanted and _plain(number) not in wanted) or (within and not within.search(_plain(number))):
                continue
            yield number, self._article(ident, number, kept)["texteHtml"] or ""

    def _whole(self, source: Source, wanted: set[str], day: date) -> Iterator[tuple[str, str]]:
        """Number and HTML of the articles of a law or a decree, which come in one answer."""
        path, asked = journal(source, day.isoformat()) or ("", {})
        for row in _articles(self._asked(path, asked)):
            number, text = str(row.get("num") or ""), row.get("content")
            if not str(row.get("etat") or _IN_FORCE).startswith(_IN_FORCE) or not isinstance(text, str):
                continue
            if not wanted or _plain(number) in wanted:
                yield number, text

    def _article(self, ident: str, number: str, kept: Path) -> Mapping[str, Any]:
        file = kept / f"{ident}.json"
        if file.is_file():
            held: Mapping[str, Any] = json.loads(file.read_text("utf-8"))
            return held
        found = self._asked("consult/getArticle", {"id": ident}).get("article")
        if not isinstance(found, dict) or found.get("id") != ident or _plain(str(found.get("num"))) != _plain(number):
            raise ClapvertError(ErrorCode.FETCH_FAILED, f"Légifrance a donné autre chose que l'article {number}.")
        new = file.with_suffix(".new")
        article = {"num": number, "texteHtml": found.get("texteHtml") or html.escape(str(found.get("texte") or ""))}
        new.write_text(json.dumps(article, ensure_ascii=False), encoding="utf-8")
        new.replace(file)
        return article

    def _asked(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON object of an answer; a token that is over is asked for again once."""
        for fresh in (False, True):
            self._token = self._token if self._token and not fresh else self._signed_in()
            answer = self._sent(f"{self.api}/{path}", json=body, headers={"Authorization": f"Bearer {self._token}"})
            if answer.status_code != 401:
                break
        return _object(answer)

    def _signed_in(self) -> str:
        form = {"grant_type": "client_credentials", "scope": "openid", "client_id": self.client}
        answer = self._sent(self.oauth, data={**form, "client_secret": self.secret})
        if answer.status_code in (400, 401, 403):
            raise _refused()
        return str(_object(answer).get("access_token", ""))

    def _sent(self, url: str, **how: Any) -> httpx.Response:
        """An answer, after as many tries as the policy allows while it fails in a way that passes."""

        def once() -> httpx.Response:
            answer = httpx.post(url, timeout=self.policy.timeout, follow_redirects=False, **how)
            check_passing(answer)
            return answer

        return tried(once, self.policy, self.sleep, _given_up)


def _given_up(last: Exception | str) -> ClapvertError:
    if isinstance(last, (httpx.ConnectError, httpx.ConnectTimeout)):
        return ClapvertError(ErrorCode.FETCH_UNREACHABLE, "Légifrance est hors d'atteinte.", "Vérifiez la connexion.")
    said = str(last) or type(last).__name__
    return ClapvertError(ErrorCode.FETCH_FAILED, f"Légifrance n'a pas répondu : {said}.", "Réessayez plus tard.")


def _articles(table: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The articles of a table of contents, in its order."""
    yield from table.get("articles") or ()
    for section in table.get("sections") or ():
        yield from _articles(section)


def _object(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code in (401, 403):
        raise _refused()
    try:
        found = answer.json() if answer.status_code == 200 else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ClapvertError(
            ErrorCode.FETCH_FAILED, f"Légifrance a donné autre chose qu'une réponse de l'API ({answer.status_code})."
        )
    return found


def _refused() -> ClapvertError:
    return ClapvertError(
        ErrorCode.FETCH_BLOCKED,
        "Légifrance refuse la clé PISTE.",
        "Vérifiez CLAPVERT_PISTE_CLIENT et CLAPVERT_PISTE_SECRET, et que l'application a souscrit à l'API Légifrance.",
    )


def _plain(number: str) -> str:
    """« L. 121-2 » and « L*121-2 » → « L121-2 »."""
    return re.sub(r"[\s.*]", "", number)
