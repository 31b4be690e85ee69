"""What a kind of message is."""

from dataclasses import dataclass

from notification.messages.rules.windows import Window


@dataclass(frozen=True)
class Kind:
    """A kind of message.

    *sentence* says who hears what and when, *choice* the same to the one who hears it. What is *mandatory* goes by mail
    to everybody it concerns. *window* is when it goes. What is *limited* goes once a day about one thing, and twice in
    seven days. *producer* is the service that wants it said, '' for this one. Only who holds one of *rights* is offered
    the choice; without any, everybody; what goes to *lists* alone is no person's choice.
    """

    name: str
    sentence: str
    choice: str
    window: Window
    mandatory: bool = True
    limited: bool = True
    producer: str = ""
    rights: tuple[str, ...] = ()
    lists: bool = False
