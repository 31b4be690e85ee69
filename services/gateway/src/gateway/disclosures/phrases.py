"""What is said of disclosures."""

WAYS = {"VIEW": "Looked at", "EXPORT": "Downloaded", "PRINT": "To print"}
PURPOSES = {
    "TRAINING": "Training of staff",
    "ACCESS": "Help with signing in",
    "PROOF": "Proof of what was confirmed",
    "OVERSIGHT": "Oversight of who looks",
}
