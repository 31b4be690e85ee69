"""`python -m curriculum serve | work | all | migrate`."""

from curriculum.app import APP
from servicekit.app import main

if __name__ == "__main__":
    main(APP)
