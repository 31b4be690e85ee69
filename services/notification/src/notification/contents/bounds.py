"""How much a file may take to be read."""

# Of the processor; by the clock it may be more, where others need the processor as well.
CPU_SECONDS, SECONDS = 4, 15
MEMORY_BYTES = 320 * 1024 * 1024
# An answer tells the first places of what was found.
ANSWER_BYTES = 4 * 1024 * 1024
# Libraries are files, too.
MOST_OPEN = 32
