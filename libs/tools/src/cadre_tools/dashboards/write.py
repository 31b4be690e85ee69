"""Dashboards from Python to the JSON that Grafana is provisioned with: `python -m cadre_tools.dashboards.write`."""

from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from cadre_tools.dashboards.machines import DATABASES, EVENT_BUS, MAIL, SERVICES
from cadre_tools.dashboards.panels import Board
from cadre_tools.dashboards.programme import ENROLLMENT, EVALUATION, NOTICES, PROGRAMME

BOARDS = (PROGRAMME, NOTICES, ENROLLMENT, EVALUATION, SERVICES, EVENT_BUS, DATABASES, MAIL)
FOLDER = Path(__file__).parents[5] / "deploy" / "grafana" / "dashboards"


def path_of(board: Board) -> Path:
    """Return where the board's JSON is."""
    return FOLDER / f"{board.uid}.json"


def text_of(board: Board) -> str:
    """Return the board's JSON, the same each time."""
    return JSONEncoder(sort_keys=True, indent=2).encode(board.build().build()) + "\n"


if __name__ == "__main__":
    for board in BOARDS:
        path_of(board).write_text(text_of(board), encoding="utf-8")
