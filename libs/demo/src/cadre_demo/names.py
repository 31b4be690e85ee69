"""Draw names as real rosters hold them: many languages, diacritics kept or lost, double and hyphenated family names."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Annotated

from pydantic import BeforeValidator

from cadre_cli.datafiles import Text, data_root, read_document

# Shares of all people: a hyphenated family name, and (where a group has any) a name in its own script.
HYPHENATED_SHARE = 0.04
NATIVE_SCRIPT_SHARE = 0.03

# Letters that Unicode does not take apart into a base letter and a mark.
_BASE_LETTERS = str.maketrans(
    {
        "đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "æ": "ae", "Æ": "Ae",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i", "\N{MODIFIER LETTER TURNED COMMA}": "'",
    }
)  # fmt: skip


def _names(value: object) -> object:
    return tuple(name.strip() for name in value.split(",")) if isinstance(value, str) else value


NameList = Annotated[tuple[Text, ...], BeforeValidator(_names)]


@dataclass(frozen=True)
class NameGroup:
    """Family and given names that go together, and how large a part of the staff has them; a name may stand twice."""

    name: str
    share: float
    family: NameList
    given: NameList
    in_regions: dict[str, float] = field(default_factory=dict)
    second_family: float = 0.0
    plain: float = 0.0
    native: tuple[tuple[Text, Text, Text], ...] = ()


@dataclass(frozen=True)
class _NameFile:
    group: tuple[NameGroup, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A name as the roster holds it, and its Latin form ("given family") for the e-mail address."""

    family: str
    given: str
    latin: str

    @property
    def mailbox(self) -> str:
        """The local part of an e-mail address made of the name: first given name, a dot, the family names."""
        first, _, rest = self.latin.partition(" ")
        words = [re.sub(r"[^a-z0-9-]", "", without_diacritics(word).lower()) for word in (first, rest)]
        return ".".join(words)


def without_diacritics(text: str) -> str:
    """Return *text* with every letter replaced by its plain Latin one, as many personnel systems store it."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_BASE_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def read_groups(root: Path | None = None) -> tuple[NameGroup, ...]:
    """Read the name lists of the synthetic staff."""
    return read_document((root or data_root()) / "synthetic" / "names.toml", _NameFile).group


class NameSource:
    """Names drawn at random, in the mix of a region."""

    def __init__(self, groups: Sequence[NameGroup], random: Random) -> None:
        """Draw from *groups* with *random*."""
        self._groups = groups
        self._random = random
        self._weights: dict[str, list[float]] = {}

    def draw(self, region: str | None) -> Name:
        """Return a name in the mix of *region* (None: of the whole state)."""
        random = self._random
        group = self._group(region)
        if group.native and random.random() < NATIVE_SCRIPT_SHARE:
            return Name(*random.choice(group.native))
        family, given = random.choice(group.family), random.choice(group.given)
        chance = random.random()
        if chance < HYPHENATED_SHARE:
            family = f"{family}-{random.choice(self._group(region).family)}"
        elif chance < HYPHENATED_SHARE + group.second_family:
            family = f"{family} {random.choice(group.family)}"
        if random.random() < group.plain:
            family, given = without_diacritics(family), without_diacritics(given)
        return Name(family, given, f"{given.replace(' ', '')} {family}")

    def _group(self, region: str | None) -> NameGroup:
        key = region or ""
        if key not in self._weights:
            weights = (group.share * group.in_regions.get(key, 1.0) for group in self._groups)
            self._weights[key] = list(accumulate(weights))
        return self._random.choices(self._groups, cum_weights=self._weights[key])[0]
