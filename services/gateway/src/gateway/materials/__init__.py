"""Materials of a course: what it is given with, which objective is taught by what, and the trainer package."""

from gateway.materials import editing, forms, guide, listing, packing, reading
from gateway.web import declared
from gateway.web.area import Area

AREA = Area(
    # What has a word for an address stands before what has an id there.
    routers=(listing.router, guide.router, editing.router, reading.router, packing.router),
    navigation=(),
    done={
        "material-added": "It is added.",
        "material-saved": "The material is saved.",
        "material-removed": "It is taken out of the draft. Versions that were issued keep it.",
        "part-saved": "The part is saved.",
        "part-removed": "The part is taken out of the draft.",
        "trainer-rule-saved": "It is saved who may train with it.",
    },
    labels=declared.labels(forms.EVERY),
)
