"""``docs/performance.md`` and its charts, made from a committed run of ``cadre bench``."""
