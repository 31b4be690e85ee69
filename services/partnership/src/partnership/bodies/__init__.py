"""Bodies, their constituencies and seats, and the rules by which they decide: `BodyService`."""
