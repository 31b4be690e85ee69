"""`python -m partnership serve | work | all | migrate`."""

from partnership.app import APP
from servicekit.app import main

if __name__ == "__main__":
    main(APP)
