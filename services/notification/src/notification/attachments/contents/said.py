"""What a file says to its readers: the words that it is found by."""

from notification.letters.rules.search import kept

# A hundred pages of it; of a longer file, the first.
_MOST_SIGNS = 300_000
_MOST_BYTES = 60_000


class Said:
    """Text that is shown, as far as it is looked at."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._room = _MOST_SIGNS

    def add(self, text: str) -> None:
        """Take what comes next, if there is room."""
        if self._room > 0:
            self._texts.append(text[: self._room])
            self._room -= len(text)

    def words(self) -> tuple[str, ...]:
        """Return the words."""
        return tuple(kept(self._texts, None, most_bytes=_MOST_BYTES))
