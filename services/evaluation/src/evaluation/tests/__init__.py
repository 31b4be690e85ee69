"""Tests: what people write as drafts, publish as versions that never change, and score answers by."""
