"""Who has which part in a body, from a day until a day: `MembershipService`."""
