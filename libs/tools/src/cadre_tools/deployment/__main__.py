"""Write the files of all places: ``make deployment``."""

from pathlib import Path

from cadre_tools.deployment import bounces, compose, kubernetes, prometheus

ROOT = Path(__file__).parents[5]
FILES = {
    "docker-compose.yml": compose.text,
    "deploy/bounces.yml": bounces.compose,
    "deploy/prometheus/targets/cadre.yml": prometheus.targets,
    "deploy/kubernetes/base/services.yaml": kubernetes.services,
    "deploy/kubernetes/migrate/jobs.yaml": kubernetes.jobs,
    "deploy/kubernetes/bounces/bounces.yaml": bounces.kubernetes,
    "deploy/kubernetes/production/databases.yaml": kubernetes.databases,
    "deploy/kubernetes/production/roles.yaml": kubernetes.roles,
    "deploy/kubernetes/production/keeper.yaml": kubernetes.keepers,
}


def main() -> None:
    """Write each file again."""
    for name, text in FILES.items():
        (ROOT / name).write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
