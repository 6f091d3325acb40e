# Copyright: (c) 2026, the community.scalingo authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to community.scalingo: it may change in any release.

"""What an HTTP answer says: its JSON, the API's own words, and the error it stands for."""

from __future__ import annotations

import base64
import json
import re
import time
import typing as t
from datetime import timezone
from email.utils import parsedate_to_datetime

from ansible_collections.community.scalingo.plugins.module_utils._errors import (
    ApiError,
    ApiRefusal,
    AuthenticationError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RateLimitError,
    RouteNotFoundError,
    ServerError,
    UnexpectedAnswerError,
    UnreadableAnswerError,
    ValidationError,
    on_one_line,
)

E = t.TypeVar("E", bound=ApiError)

# Characters of a body that an error keeps: enough to recognise a proxy's page, not enough to flood a log.
EXCERPT = 2000
# Characters of the API's words that go into a message.
WORDS = 300

_REFUSALS: dict[int, type[ApiRefusal]] = {
    401: AuthenticationError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    422: ValidationError,
    429: RateLimitError,
}

# Levels of nesting that are read. The API has three.
DEPTH = 50
# Characters of a request ID, which is a UUID.
EXCERPT_OF_ID = 100

# What looks like an API token, or like the JWT that is a bearer token, whosever it is. API tokens have 48 characters
# after the prefix in the examples of the vendor's reference; a project may be named tk-us-east.
_API_TOKEN = re.compile(r"tk-us-[\w-]{40,}")
_DOTTED = re.compile(r"[\w.-]+")
_SHORTEST_HEADER = len("eyJ") + 10
_NAMES_IN_HTML = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
# Fewer characters of base64 may be there by chance.
SHORTEST_INNER = 8
# Characters of an answer that are searched for secrets.
SEARCHED = 256 * 1024

_NOT_THE_FORM = "which is not the form of the Scalingo API"


class Redactor:
    """Replaces secrets, in each form in which an answer could echo them."""

    MASK = "********"

    def __init__(self) -> None:
        self._forms: set[str] = set()
        # What is left of each form however it is escaped.
        self._clues: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, secret: str) -> None:
        """Hide this secret from now on: as it is or in base64, and escaped in the way of a URL, of JSON or of HTML."""
        self._forms.update([secret, *_in_base64(secret)])
        self._clues = {max(re.split("[^A-Za-z0-9]", form), key=len) for form in self._forms}
        self._pattern = None

    def __call__(self, value: t.Any) -> t.Any:
        """Return a JSON value, or text, without the secrets."""
        if isinstance(value, str):
            # Most texts hold none, and that is found out much faster.
            if any(clue in value for clue in self._clues):
                value = self._compiled().sub(self.MASK, value)
            return _DOTTED.sub(self._without_web_tokens, _API_TOKEN.sub(self.MASK, value))
        if isinstance(value, list):
            return [self(item) for item in value]
        if isinstance(value, dict):
            return {self(key): self(item) for key, item in value.items()}
        return value

    def _without_web_tokens(self, found: re.Match[str]) -> str:
        """Return words joined by dots without the JWTs among them: three words, of which the first holds eyJ.

        Not by one pattern for all of it, which a text that is made for that would keep busy for hours.
        """
        words = found.group().split(".")
        kept: list[str] = []
        place = 0
        while place < len(words):
            word = words[place]
            begin = word.find("eyJ")
            if 0 <= begin <= len(word) - _SHORTEST_HEADER and place + 2 < len(words) and words[place + 1]:
                word = word[:begin] + self.MASK
                place += 2
            kept.append(word)
            place += 1
        return ".".join(kept)

    def _compiled(self) -> re.Pattern[str]:
        """Return what finds every form. It takes its time, so it is made only for a text that may hold one."""
        if self._pattern is None:
            # The longest first: one form may be a part of another.
            forms = sorted(self._forms, key=len, reverse=True)
            self._pattern = re.compile("|".join("".join(map(_escaped, form)) for form in forms))
        return self._pattern


def _in_base64(secret: str) -> t.Iterator[str]:
    """Yield how a secret looks in base64: alone, after the colon of an empty user name, and in any longer text."""
    for text in (secret, f":{secret}"):
        yield base64.b64encode(text.encode()).decode().rstrip("=")
    for before in range(3):
        # Three bytes make four characters. Those at both ends depend on what is around the secret.
        encoded = base64.b64encode(b"x" * before + secret.encode()).decode()
        inner = encoded[(0, 2, 3)[before] : (before + len(secret)) * 4 // 3]
        if len(inner) >= SHORTEST_INNER:
            yield from (inner, inner.replace("+", "-").replace("/", "_"))


def _escaped(character: str) -> str:
    """Return a pattern for a character, be it as it is or escaped. Nobody escapes letters and digits."""
    if character.isalnum():
        return re.escape(character)
    number = ord(character)
    digits = "".join(f"[{digit}{digit.upper()}]" for digit in f"{number:02x}")
    in_html = [
        f"#0*{number}",
        f"#[xX]0*{digits}",
        *([_NAMES_IN_HTML[character]] if character in _NAMES_IN_HTML else []),
    ]
    forms = [
        # JSON that is a text in JSON has three backslashes.
        r"\\{1,4}" if character == "\\" else r"\\{0,3}" + re.escape(character),
        f"%(?:25)*{digits}",
        rf"\\{{1,3}}(?:u00|x){digits}",
        f"&(?:amp;)*(?:{'|'.join(in_html)});",
    ]
    return f"(?:{'|'.join(forms)})"


class Answer:
    """One HTTP answer, read leniently: the API's errors have half a dozen forms, and a proxy's have any."""

    def __init__(self, status: int, headers: t.Mapping[str, str], content: bytes) -> None:
        self.status = status
        self.headers = headers
        self.text = content.decode("utf-8", errors="replace")
        try:
            self.json = json.loads(self.text)
            self.is_json = not _is_deeper(self.json, DEPTH)
            if self.is_json and "\\ud" in self.text.lower():
                self.json = without_surrogates(self.json)
        except (ValueError, RecursionError):
            self.is_json = False
        if not self.is_json:
            self.json = None

    def body(self, redact: Redactor) -> t.Any:
        """Return what an error shows of the body: its JSON, or the beginning of its text, without secrets."""
        if self.is_json and len(self.text) <= EXCERPT:
            return redact(self.json)
        return _searched(self.text, redact)[:EXCERPT]

    def words(self, redact: Redactor) -> str:
        """Return the API's own words: `error`, else `message`, else the `errors` of the fields, else a line of text."""
        words = ""
        if isinstance(self.json, dict):
            plain = [self.json[key] for key in ("error", "message") if isinstance(self.json.get(key), str)]
            words = plain[0] if plain else "; ".join(_flat(self.json.get("errors")))
        elif isinstance(self.json, str):
            words = self.json
        elif not self.is_json and re.search(r"<\s*(!doctype|html)\b", self.text[:EXCERPT], re.IGNORECASE):
            words = "an HTML page"
        elif not self.is_json:
            words = self.text.strip().split("\n")[0]
        return on_one_line(_searched(words, redact), WORDS)

    @property
    def retry_after(self) -> float | None:
        """The seconds that the header Retry-After asks to wait, from either of its two forms, or None."""
        value = self.headers.get("Retry-After", "").strip()
        if re.fullmatch("[0-9]+", value):
            return float(value[:9])
        moment = _http_date(value)
        return None if moment is None else max(0.0, moment - self.server_time)

    @property
    def server_time(self) -> float:
        """Seconds since 1970 by the server's clock if it tells the time, else by ours."""
        moment = _http_date(self.headers.get("Date", ""))
        return time.time() if moment is None else moment

    def error(self, method: str, path: str, redact: Redactor, place: str = "api_url") -> ApiError:
        """Return the error that this answer, which is not the one hoped for, stands for.

        Args:
            method: HTTP verb of the request.
            path: Its path and query.
            redact: What hides the secrets.
            place: The option that led there, and its value.
        """
        kind, advice = self._kind(place)
        if self.status < 300:
            return self._error(kind, method, path, f" with a body {_NOT_THE_FORM}", f": check {place}.", redact)
        if self.status < 400:
            return self._error(kind, method, path, ", a redirect, which is never followed", f": check {place}.", redact)
        words = self.words(redact).rstrip(".")
        return self._error(kind, method, path, f": {words}" if words else "", f". {advice}".rstrip(), redact)

    def mismatch(self, method: str, path: str, what: str, redact: Redactor, place: str) -> UnexpectedAnswerError:
        """Return the error for an answer of the right status whose body breaks the contract.

        Args:
            what: How it does, to follow the status; the others are as in `error`.
        """
        return self._error(
            UnexpectedAnswerError, method, path, f" {what}, {_NOT_THE_FORM}", f": check {place}.", redact
        )

    def _error(self, kind: type[E], method: str, path: str, what: str, advice: str, redact: Redactor) -> E:
        request_id = on_one_line(redact(self.headers.get("X-Request-Id", "")), EXCERPT_OF_ID) or None
        quoted = f" (X-Request-Id: {request_id})" if request_id else ""
        return kind(
            f"{method} {path} was answered {self.status}{what}{quoted}{advice}",
            status=self.status,
            method=method,
            path=path,
            request_id=request_id,
            body=self.body(redact),
            retry_after=self.retry_after,
        )

    def _kind(self, place: str) -> tuple[type[ApiError], str]:
        """Return the error class, and what to do next."""
        if self.status < 300:
            return UnexpectedAnswerError if self.is_json else UnreadableAnswerError, ""
        if self.status < 400:
            return UnexpectedAnswerError, ""
        if self.status == 402:
            advice = "The account needs a billing profile, or has to leave the free trial, before it may do this."
            return ApiRefusal, advice
        if self.status == 404 and not self._names_an_object():
            return RouteNotFoundError, f"There is no such path, so nothing is known of the object: check {place}."
        if self.status >= 500:
            return ServerError, ""
        return _REFUSALS.get(self.status, ApiRefusal), ""

    def _names_an_object(self) -> bool:
        """Tell the 404 of an object, `{"error": …}`, from that of a route, `{"message": …, "url": …}`, or a page."""
        return isinstance(self.json, dict) and isinstance(self.json.get("error"), str)


def _searched(text: str, redact: Redactor) -> str:
    """Return the beginning of a text without secrets. It is cut afterwards, since half a secret is not recognised."""
    if len(text) <= SEARCHED:
        return t.cast(str, redact(text))
    # The last word may be half a secret, and come to light if little is left of what was before it.
    return re.sub(r"\S+\Z", "", redact(text[:SEARCHED]))


def _flat(errors: t.Any, field: str = "") -> list[str]:
    """Return the messages of a 422 one by one: each field holds a list of texts, and nested lists were seen."""
    if isinstance(errors, str):
        return [f"{field}: {errors}" if field else errors]
    if isinstance(errors, list):
        return [text for item in errors for text in _flat(item, field)]
    if isinstance(errors, dict):
        return [text for key, item in errors.items() for text in _flat(item, f"{field}.{key}" if field else str(key))]
    return []


def _http_date(text: str) -> float | None:
    """Return a date of HTTP, which is always in Greenwich's time, as seconds since 1970; None if it is none."""
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _is_deeper(value: t.Any, depth: int) -> bool:
    """Tell whether a value is nested more than `depth` levels deep, which would break whatever reads it."""
    level = [value]
    for _depth in range(depth):
        inner = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, (dict, list))]
        level = [item for items in inner for item in items]
        if not level:
            return False
    return True


def without_surrogates(value: t.Any) -> t.Any:
    """Return a value whose texts can be encoded. JSON can escape half a character, which Ansible cannot take."""
    if isinstance(value, str):
        return value.encode("utf-16", errors="surrogatepass").decode("utf-16", errors="replace")
    if isinstance(value, list):
        return [without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {without_surrogates(key): without_surrogates(item) for key, item in value.items()}
    return value
