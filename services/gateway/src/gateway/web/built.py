"""What browsers get beside the pages, as `make assets` made it: named by content, compressed before it is asked for."""

import json
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parents[1] / "static" / "built"
# A name says its content, so what has the name never changes.
_FOR_EVER = "public, max-age=31536000, immutable"
_CODINGS = (("br", ".br"), ("gzip", ".gz"))
_FONT = ".woff2"


def names() -> dict[str, str]:
    """Give the name that each file has by its content, by its own name.

    Raises `FileNotFoundError` where nothing was made.
    """
    try:
        written = (FOLDER / "names.json").read_text(encoding="utf-8")
    except FileNotFoundError:
        message = f"{FOLDER} is empty: run `make assets`."
        raise FileNotFoundError(message) from None
    found: dict[str, str] = json.loads(written)["names"]
    return found


class Assets:
    """What a page says of them: `assets["cadre.css"]` is an address, `assets.fonts` are those to fetch at once."""

    def __init__(self, root: str = "/static") -> None:
        self._addresses = {name: f"{root}/{built}" for name, built in names().items()}
        self.fonts = sorted(address for name, address in self._addresses.items() if name.endswith(_FONT))

    def __getitem__(self, name: str) -> str:
        """Give the address of a file."""
        return self._addresses[name]


class Built(StaticFiles):
    """Answers with what was made, in the smallest form that the browser reads.

    A name of before, or one without content, is answered with what has it now and is not kept: while two releases stand
    side by side, and after a page was open for long, no page is without its style.
    """

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with the file of that name."""
        now = names()
        exact = path in now.values()
        plain, _, rest = path.partition(".")
        name = path if exact else now.get(f"{plain}.{rest.rpartition('.')[2]}")
        if name is None:
            raise HTTPException(404)
        coding, suffix = _smallest(name, Headers(scope=scope).get("accept-encoding", ""))
        answer = await super().get_response(name + suffix, scope)
        answer.headers["cache-control"] = _FOR_EVER if exact else "no-cache"
        answer.headers["vary"] = "accept-encoding"
        if coding:
            answer.headers["content-encoding"] = coding
        return answer


def _smallest(name: str, accepted: str) -> tuple[str, str]:
    """Give the coding that a browser reads and the file has, with what the file's name ends with then."""
    offers = (offer.replace(" ", "").partition(";") for offer in accepted.lower().split(","))
    read = {coding for coding, _, weight in offers if weight not in ("q=0", "q=0.0", "q=0.00", "q=0.000")}
    for coding, suffix in _CODINGS:
        if coding in read and (FOLDER / (name + suffix)).exists():
            return coding, suffix
    return "", ""
