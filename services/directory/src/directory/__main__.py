"""`python -m directory ROLE`."""

from directory.app import APP
from servicekit.app import main

if __name__ == "__main__":
    main(APP)
