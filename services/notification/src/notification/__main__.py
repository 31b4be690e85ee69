"""Run the service: `python -m notification serve|work|all|migrate`."""

from notification.app import APP
from servicekit.app import main

if __name__ == "__main__":
    main(APP)
