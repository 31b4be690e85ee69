"""How much a file may take to be read."""

from servicekit.apart import Bounds

# An answer tells the first places of what was found.
BOUNDS = Bounds(cpu_seconds=4, seconds=15, memory_bytes=320 * 1024 * 1024, answer_bytes=4 * 1024 * 1024)
