"""Mail that comes back: what is added where it is taken. Its port is open nowhere else."""

from typing import Any

import yaml

from cadre_cli import site
from cadre_cli.processes import PROCESSES

_HEAD = """\
# Mail that comes back is taken. Made by `make deployment` from libs/tools/src/cadre_tools/deployment/: do not edit.
"""
_COMPOSE = """\
#   COMPOSE_FILE=docker-compose.yml:deploy/bounces.yml in .env, beside CADRE_MAIL_BOUNCE_DOMAIN (docs/runbook/deploy.md)
services:
"""
_PROCESS = """\
  {name}-work:
    environment:
      CADRE_MAIL_BOUNCE_DOMAIN: ${{CADRE_MAIL_BOUNCE_DOMAIN:?the domain to which mail comes back}}
      CADRE_MAIL_BOUNCE_PORT: '{port}'
      CADRE_MAIL_BOUNCE_CERTIFICATE: ${{CADRE_MAIL_BOUNCE_TLS:+{folder}/tls.crt}}
      CADRE_MAIL_BOUNCE_KEY: ${{CADRE_MAIL_BOUNCE_TLS:+{folder}/tls.key}}
      CADRE_MAIL_BOUNCE_TLS_REQUIRED: ${{CADRE_MAIL_BOUNCE_TLS_REQUIRED:-false}}
    volumes: ["${{CADRE_MAIL_BOUNCE_TLS:-./bounces-tls}}:{folder}:ro"]
    ports: ["25:{port}"]
"""
# Where the folder with the certificate is in the container.
_CERTIFICATE = "/run/bounces"
_SENDERS = [process.name for process in PROCESSES if process.sends_mail]

Object = dict[str, Any]


def compose() -> str:
    """Return `deploy/bounces.yml`, which is read beside docker-compose.yml."""
    return (
        _HEAD
        + _COMPOSE
        + "".join(_PROCESS.format(name=name, port=site.BOUNCE_PORT, folder=_CERTIFICATE) for name in _SENDERS)
    )


def kubernetes() -> str:
    """Return `bounces/bounces.yaml`: a way from outside to the processes that work."""
    objects = [thing for name in _SENDERS for thing in (_service(name), _policy(name))]
    return _HEAD + yaml.safe_dump_all(objects, sort_keys=False, width=120)


def _service(name: str) -> Object:
    ports = [{"name": "smtp", "port": 25, "targetPort": site.BOUNCE_PORT}]
    spec = {"type": "LoadBalancer", "externalTrafficPolicy": "Local", "selector": _pods(name), "ports": ports}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "bounces"}, "spec": spec}


def _policy(name: str) -> Object:
    ingress = [{"ports": [{"protocol": "TCP", "port": site.BOUNCE_PORT}]}]
    spec = {"podSelector": {"matchLabels": _pods(name)}, "policyTypes": ["Ingress"], "ingress": ingress}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "bounces"},
        "spec": spec,
    }


def _pods(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name, "cadre/role": "work"}
