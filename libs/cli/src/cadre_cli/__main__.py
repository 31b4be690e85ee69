"""`python -m cadre_cli`: the `cadre` command where no script is installed."""

from cadre_cli.main import app

app()
