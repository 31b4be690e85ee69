"""`python -m enrollment serve | work | all | migrate`."""

from enrollment.app import APP
from servicekit.app import main

if __name__ == "__main__":
    main(APP)
