"""`python -m evaluation serve | work | all | migrate`."""

from evaluation.app import APP
from servicekit.app import main

if __name__ == "__main__":
    main(APP)
