"""A request for each method of notification: each area has its own."""

from . import at_agencies, evidence, letters, messages, releases, reviews

REQUESTS = {
    **letters.REQUESTS,
    **at_agencies.REQUESTS,
    **messages.REQUESTS,
    **reviews.REQUESTS,
    **evidence.REQUESTS,
    "ReleaseService": releases.REQUESTS,
}
