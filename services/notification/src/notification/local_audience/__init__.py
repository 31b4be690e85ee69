"""Units that agencies ask under letters beside those whom the state asks: `LocalAudienceService`."""
