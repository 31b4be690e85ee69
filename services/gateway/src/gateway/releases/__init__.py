"""Releases of the case system: dates and freeze window, change items, letters, and whether the state goes."""

from cadre.notification.v1 import release_service_pb2 as pb
from gateway.letters import letters
from gateway.releases import files, forms, item_pages, ours, pages, steps
from gateway.web import declared
from gateway.web.area import Area
from gateway.web.navigation import Item, Top
from gateway.web.rights import Rights

_REASONS = {
    "RELEASE_STATE": "This release was changed in the meantime. Open it again to see how it stands.",
    "RELEASE_WRITER_DECIDES": "You wrote on this release. Another person decides whether it goes.",
    "RELEASE_EMPTY": "This release has no change items yet. Add them first.",
    "RELEASE_ANNOUNCED": "This release was announced before. Agencies see it.",
    "RELEASE_NUMBER_TAKEN": "{number} is another release. Choose another number.",
    "ITEM_HAS_LETTER": "This item has a letter, so it stays. Delete the draft first.",
}
_DONE = {
    "release-planned": "The release is planned. Agencies see it only once you announce it.",
    "release-saved": "The release is saved.",
    "item-saved": "The item is saved.",
    "item-removed": "The item is taken out.",
    "items-brought-in": "The items are those of the file.",
    "release-announced": "Agencies see the release and its items from now on.",
    "release-go": "Go is decided. What was known is kept with the decision.",
    "release-no-go": "No-go is decided. The release stays planned; it can be decided again.",
    "release-live": "The release is live.",
    "release-cancelled": "The release is canceled. Its letters are withdrawn one by one.",
}


def _prepares(rights: Rights) -> bool:
    """Whether somebody works on changes that come, at the state or at an agency; others come here by a letter."""
    return letters.of_the_state(rights) or rights.holds("readiness.read_agency")


AREA = Area(
    # The file's addresses stand before that of an item.
    routers=(files.router, item_pages.router, steps.router, ours.router, pages.router),
    navigation=(Item(Top.CHANGES, "Releases", "/releases", offered=_prepares),),
    reasons=_REASONS,
    done=_DONE,
    labels=declared.labels((*forms.RELEASE, *forms.ITEM)),
    adjectives={
        "a_planned_release": lambda release: release.state == pb.Release.PLANNED,
        "a_go": lambda release: release.state == pb.Release.GO,
        "a_live_release": lambda release: release.state == pb.Release.LIVE,
        "a_cancelled_release": lambda release: release.state == pb.Release.CANCELLED,
        "announced": lambda release: release.HasField("announce_time"),
    },
)
