"""Why a sign-in did not come about, in sentences: what happened, and what to do."""

from enum import Enum


class Trouble(Enum):
    """What went wrong: a title, and a sentence in which {title} is the issuer's."""

    DENIED = (
        "You were not signed in",
        (
            "{title} says that you did not agree, or that you may not use Cadre. Nothing was changed. Try again; "
            "if it stays so, ask the help desk that looks after your account there."
        ),
    )
    EXPIRED = (
        "That took too long",
        "A sign-in has to be finished within ten minutes, and each can be used once. Please begin again.",
    )
    NOT_BEGUN = (
        "This sign-in was not begun here",
        "It was used before, or it belongs to another browser. Please begin again on this page.",
    )
    CLOCKS = (
        "The clocks do not agree",
        (
            "The clock of {title} and the clock of Cadre are too far apart for a safe sign-in. Tell your help "
            "desk: both machines must keep time."
        ),
    )
    DOWN = (
        "{title} does not answer",
        "Cadre could not reach it, so nobody can be signed in that way right now. Try again in a few minutes.",
    )
    UNTRUSTED = (
        "The answer could not be trusted",
        (
            "What came back from {title} was not what Cadre had asked for, so you were not signed in. Please "
            "begin again; if it happens twice, tell your help desk."
        ),
    )
    NOT_SAID = (
        "{title} does not say who you are",
        (
            "Your account there has no staff number or no verified e-mail address that Cadre could go by. Ask the "
            "help desk that looks after your account."
        ),
    )
    NOT_KNOWN = (
        "Cadre does not know you yet",
        (
            "You are signed in at {title}, but nobody with your staff number or e-mail address works at an agency "
            "that it speaks for, or the address was not confirmed yet: its owner does that under My sign-ins. Ask the "
            "training coordinator of your agency to look at your entry under People."
        ),
    )
    NO_WORK = (
        "You have no current job in Cadre",
        (
            "Your agency noted that you do not work there today, so there is nothing to sign in for. If that is "
            "wrong, ask the training coordinator of your agency."
        ),
    )

    @property
    def heading(self) -> str:
        """What happened."""
        return str(self.value[0])

    @property
    def sentence(self) -> str:
        """What it means, and what to do."""
        return str(self.value[1])


class SignInFailed(Exception):  # noqa: N818 - an answer, not an error
    """No sign-in. *note* is for the log and names nobody; *title* is the issuer's, *path* what was asked for."""

    def __init__(self, trouble: Trouble, note: str = "", *, title: str = "", path: str = "") -> None:
        super().__init__(trouble.name, note)
        self.trouble, self.note, self.title, self.path = trouble, note, title, path

    @property
    def heading(self) -> str:
        """What happened."""
        return self.trouble.heading.format(title=self.title or "The sign-in service")

    @property
    def for_help_desk(self) -> str:
        """What whoever looks after the provider has to know: which claim, and what is wrong with its form."""
        return self.note if self.note.startswith("the claim ") else ""

    @property
    def sentence(self) -> str:
        """What it means, and what to do."""
        return self.trouble.sentence.format(title=self.title or "the sign-in service")
