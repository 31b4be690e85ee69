"""The whole product as its users run it: every process, real servers, real events."""

import dataclasses

import pytest


@pytest.fixture(scope="session")
def cadre(shared_cadre):
    """All processes under one supervisor."""
    return shared_cadre()


@pytest.fixture
def letter(cadre, request):
    """The content of a letter that no other test issues."""
    subject = f"{cadre.content.letter.subject} ({request.node.name})"
    return dataclasses.replace(cadre.content, letter=dataclasses.replace(cadre.content.letter, subject=subject))
