"""Whom the words of the demonstration's files mean."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from pydantic import Field

from cadre.directory.v1 import sign_in_service_pb2 as sign_in_pb
from cadre_cli.access import Access

# `persona:{part}`, `agency:{slug}` for whoever acts for it, `number:{staff number}`.
Who = Annotated[str, Field(pattern=r"^(persona|agency|number):[A-Za-z0-9-]+$")]


def find(access: Access, leads: Mapping[str, str], words: Iterable[str]) -> dict[str, sign_in_pb.SignInPerson]:
    """Return whom the words of the files mean; *leads*: who acts for each agency."""
    personas = access.ask(access.sign_ins.ListPersonas, sign_in_pb.ListPersonasRequest()).personas
    parts = {persona.part: persona.person for persona in personas}
    found = {}
    for word in sorted(set(words)):
        way, _, key = word.partition(":")
        asked = sign_in_pb.GetSignInPersonRequest(whole_state=True)
        if way == "number":
            asked.staff_number = key
        else:
            asked.person = parts[key] if way == "persona" else leads[key]
        found[word] = access.ask(access.sign_ins.GetSignInPerson, asked)
    return found
