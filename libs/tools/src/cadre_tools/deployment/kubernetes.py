"""Kubernetes: what differs by service is written from the table of processes; the rest is Kustomize by hand.

`base/services.yaml` holds for each process its deployments, service, disruption budget, autoscaler and network policy;
`migrate/jobs.yaml` the jobs that bring the schemas up to date before a release; `production/` the databases and who
looks after the installation.
"""

from pathlib import Path
from typing import Any

import yaml

from cadre_cli import processes as table
from cadre_cli import site
from cadre_cli.processes import FILES_ROOT, Answer, Process

_HEAD = "# Made by `make deployment` from libs/tools/src/cadre_tools/deployment/: do not edit.\n"
# Set by each overlay.
IMAGE = "cadre"
SECRET = "cadre"  # noqa: S105 - the name of the object that holds them
# The file of providers with their clients' secrets. Optional: without it people come by invitation.
ISSUERS = "cadre-oidc"
# A pod that is stopped first leaves the service's addresses, which takes a moment to be known everywhere.
_LEAVE_SECONDS = 5
_STOP_SECONDS = 45
# Work beside the leader is a stand-by: more of them do not handle more events (docs/scale.md).
_REPLICAS = 2
_MOST_REPLICAS = 6
_CPU_PERCENT = 70
# The account in the image.
_ACCOUNT = 10001

_CNPG = "postgresql.cnpg.io/v1"
_KEEPER = {"app.kubernetes.io/part-of": "cadre", "app.kubernetes.io/name": "keeper", "cadre/role": "keep"}

Object = dict[str, Any]


def services() -> str:
    """Return `base/services.yaml`."""
    return _text([thing for process in table.PROCESSES for thing in _objects(process)])


def jobs() -> str:
    """Return `migrate/jobs.yaml`."""
    return _text([_job(process) for process in table.PROCESSES])


def databases() -> str:
    """Return `production/databases.yaml`: a database for each service on the cluster, and its owner's."""
    return _text([_database(process) for process in table.PROCESSES])


def roles() -> str:
    """Return `production/roles.yaml`, a patch of the cluster: each service's role, with its password's secret."""
    managed = [
        {
            "name": process.name,
            "ensure": "present",
            "login": True,
            "passwordSecret": {"name": f"postgres-{process.name}"},
        }
        for process in table.PROCESSES
    ]
    cluster = {"apiVersion": _CNPG, "kind": "Cluster", "metadata": {"name": "postgres"}}
    return _text([cluster | {"spec": {"managed": {"roles": managed}}}])


def keepers() -> str:
    """Return `production/keeper.yaml`: a backup each night, an examination each morning, a desk when asked for."""
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": _meta("backups", _KEEPER),
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "100Gi"}}},
    }
    backup = _cron("backup", "0 9 * * *", ["cadre", "backup", "--into", "/backups"], site.keeper_secrets())
    pod = backup["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    pod["containers"][0]["volumeMounts"].append({"name": "backups", "mountPath": "/backups"})
    pod["volumes"].append({"name": "backups", "persistentVolumeClaim": {"claimName": "backups"}})
    for process in table.PROCESSES:
        if process.keeps_files:
            _with_files(pod, process, FILES_ROOT / process.name)
    doctor = _cron("doctor", "0 13 * * *", ["cadre", "doctor", "--production"], site.keeper_secrets())
    pod = _with_issuers(doctor["spec"]["jobTemplate"]["spec"]["template"]["spec"])
    told = {"CADRE_OIDC_FILE": site.OIDC_FILE, "CADRE_PEERS": site.peers()}
    pod["containers"][0]["env"] = [{"name": name, "value": value} for name, value in told.items()]
    # Runs when asked to, and for an hour: whoever is in it holds the keys (docs/runbook/deploy.md).
    desk = _cron("desk", "0 0 1 1 *", ["sleep", "3600"], site.desk_secrets())
    desk["spec"]["suspend"] = True
    (container,) = desk["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    container["env"] = [{"name": "CADRE_PEERS", "value": site.peers()}]
    return _text([claim, backup, doctor, desk])


def _text(objects: list[Object]) -> str:
    return _HEAD + yaml.safe_dump_all(objects, sort_keys=False, width=120)


def _objects(process: Process) -> list[Object]:
    made: list[Object] = []
    for role in site.roles(process):
        made += [_deployment(process, role), _budget(process, role)]
    claims = [_claim(process)] if process.keeps_files else []
    return [*made, _service(process), _scaler(process), *claims]


def _labels(process: Process, role: str) -> dict[str, str]:
    return {"app.kubernetes.io/part-of": "cadre", "app.kubernetes.io/name": process.name, "cadre/role": role}


def _name(process: Process, role: str) -> str:
    return process.name if role == "serve" else f"{process.name}-{role}"


def _meta(name: str, labels: dict[str, str]) -> Object:
    return {"name": name, "labels": labels}


def _pod(process: Process, role: str) -> Object:
    """Describe the pod of *process* in *role*."""
    said = [{"name": name, "value": value} for name, value in site.environment(process, role).items()]
    container: Object = {
        "command": site.command(process, role),
        "env": said,
        "envFrom": [{"configMapRef": {"name": "cadre"}}],
    }
    if role != "migrate":
        container |= {"ports": _ports(process, role)} | _probes(process, role)
        container["lifecycle"] = {"preStop": {"sleep": {"seconds": _LEAVE_SECONDS}}}
    pod = _confined(container, site.NEEDS[role], site.secrets(process, role))
    if process.keeps_files and role != "migrate":
        _with_files(pod, process, FILES_ROOT)
    return _with_issuers(pod) if process.answer is Answer.HTTP and role == "serve" else pod


def _claim(process: Process) -> Object:
    """Claim the volume of large files, which all pods of *process* share, on whatever machine they are."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": _meta(_files(process), _labels(process, "serve")),
        "spec": {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "60Gi"}}},
    }


def _files(process: Process) -> str:
    return f"{process.name}-files"


def _with_files(pod: Object, process: Process, at: Path) -> None:
    """Give *pod* the large files of *process*."""
    pod["containers"][0]["volumeMounts"].append({"name": _files(process), "mountPath": str(at)})
    pod["volumes"].append({"name": _files(process), "persistentVolumeClaim": {"claimName": _files(process)}})


def _with_issuers(pod: Object) -> Object:
    """Show *pod* the file of providers, if there is one."""
    pod["containers"][0]["volumeMounts"].append({"name": "oidc", "mountPath": site.OIDC_DIR, "readOnly": True})
    secret = {"secretName": ISSUERS, "optional": True, "defaultMode": 0o440}
    pod["volumes"].append({"name": "oidc", "secret": secret})
    return pod


def _confined(container: Object, need: site.Need, secrets: dict[str, str]) -> Object:
    """Describe a pod for *container*: an account without rights, nothing to write to, only its own *secrets*."""
    items = [{"key": file, "path": target} for file, target in secrets.items()]
    return {
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": _STOP_SECONDS,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": _ACCOUNT,
            "runAsGroup": _ACCOUNT,
            "fsGroup": _ACCOUNT,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {"name": "cadre", "image": IMAGE}
            | container
            | {
                "resources": {
                    "requests": {"cpu": f"{need.reserved_cpus:g}", "memory": f"{need.reserved_mib}Mi"},
                    "limits": {"cpu": f"{need.cpus:g}", "memory": f"{need.memory_mib}Mi"},
                },
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                "volumeMounts": [
                    {"name": "secrets", "mountPath": site.SECRETS_DIR, "readOnly": True},
                    {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the pod's own
                ],
            }
        ],
        "volumes": [
            {"name": "secrets", "secret": {"secretName": SECRET, "defaultMode": 0o440, "items": items}},
            {"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
        ],
    }


def _ports(process: Process, role: str) -> list[Object]:
    metrics = {"name": "metrics", "containerPort": site.METRICS_PORT}
    if role == "work":
        return [metrics]
    if process.answer is Answer.HTTP:
        return [{"name": "http", "containerPort": site.HTTP_PORT}, metrics]
    return [{"name": "grpc", "containerPort": site.GRPC_PORT}, metrics]


def _probes(process: Process, role: str) -> Object:
    """Say how it is asked: slow to start is not ill; ill is restarted; only who is ready gets calls.

    None asks a peer: the trouble of one service must not restart the others.
    """
    ready: Object
    if role == "work":
        alive = ready = {"httpGet": {"path": "/metrics", "port": "metrics"}}
    elif process.answer is Answer.HTTP:
        alive = {"httpGet": {"path": "/healthz", "port": "http"}}
        ready = {"httpGet": {"path": "/readyz", "port": "http"}}
    else:
        alive = ready = {"grpc": {"port": site.GRPC_PORT}}
    return {
        "startupProbe": {**alive, "periodSeconds": 2, "failureThreshold": 60},
        "livenessProbe": {**alive, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 6},
        "readinessProbe": {**ready, "periodSeconds": 5, "timeoutSeconds": 3, "failureThreshold": 2},
    }


def _deployment(process: Process, role: str) -> Object:
    labels = _labels(process, role)
    spec: Object = {
        "revisionHistoryLimit": 3,
        "selector": {"matchLabels": labels},
        # The new one is ready before an old one goes.
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "template": {
            "metadata": {
                "labels": labels,
                "annotations": {"prometheus.io/scrape": "true", "prometheus.io/port": str(site.METRICS_PORT)},
            },
            "spec": _pod(process, role)
            | {
                "topologySpreadConstraints": [
                    {
                        "maxSkew": 1,
                        "topologyKey": key,
                        "whenUnsatisfiable": "ScheduleAnyway",
                        "labelSelector": {"matchLabels": labels},
                    }
                    for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
                ]
            },
        },
    }
    if role == "work":
        # What answers calls is scaled by its autoscaler instead.
        spec = {"replicas": _REPLICAS} | spec
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _meta(_name(process, role), labels),
        "spec": spec,
    }


def _budget(process: Process, role: str) -> Object:
    labels = _labels(process, role)
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": _meta(_name(process, role), labels),
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": labels}},
    }


def _service(process: Process) -> Object:
    labels = _labels(process, "serve")
    port = next(port for port in _ports(process, "serve") if port["name"] != "metrics")
    spec: Object = {
        "selector": labels,
        "ports": [{"name": port["name"], "port": port["containerPort"], "targetPort": port["name"]}],
    }
    if process.answer is Answer.GRPC:
        # A gRPC connection stays with one pod: without a cluster address the client sees all of them.
        spec = {"clusterIP": "None"} | spec
    return {"apiVersion": "v1", "kind": "Service", "metadata": _meta(process.name, labels), "spec": spec}


def _scaler(process: Process) -> Object:
    labels = _labels(process, "serve")
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": _meta(process.name, labels),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": process.name},
            "minReplicas": _REPLICAS,
            "maxReplicas": _MOST_REPLICAS,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": _CPU_PERCENT}},
                }
            ],
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 600}},
        },
    }


def _job(process: Process) -> Object:
    labels = _labels(process, "migrate")
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": _meta(_name(process, "migrate"), labels),
        "spec": {
            "backoffLimit": 3,
            "activeDeadlineSeconds": 600,
            # Gone before the next release brings its own of the same name.
            "ttlSecondsAfterFinished": 3600,
            "template": {
                "metadata": {"labels": labels},
                "spec": {"restartPolicy": "Never"} | _pod(process, "migrate"),
            },
        },
    }


def _database(process: Process) -> Object:
    # Its locale is the cluster's.
    return {
        "apiVersion": _CNPG,
        "kind": "Database",
        "metadata": {"name": process.name},
        "spec": {
            "cluster": {"name": "postgres"},
            "name": process.name,
            "owner": process.name,
            # A manifest that is deleted by mistake must not take the data with it.
            "databaseReclaimPolicy": "retain",
        },
    }


def _cron(name: str, schedule: str, command: list[str], files: list[str]) -> Object:
    """Run *command* on the installation by *schedule* (UTC), with the secrets *files*."""
    secrets = {file: file for file in files}
    container = {"command": command, "envFrom": [{"configMapRef": {"name": "cadre"}}]}
    pod = _confined(container, site.NEEDS["serve"], secrets)
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": _meta(name, _KEEPER),
        "spec": {
            "schedule": schedule,
            "timeZone": "Etc/UTC",
            "concurrencyPolicy": "Forbid",
            "jobTemplate": {
                "spec": {
                    "backoffLimit": 1,
                    "template": {"metadata": {"labels": _KEEPER}, "spec": {"restartPolicy": "Never"} | pod},
                }
            },
        },
    }
