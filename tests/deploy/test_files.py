"""What runs in production is what the table of processes and the settings say, held against the tools' own schemas."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from cadre_cli import processes as table
from cadre_cli import secret_files, site
from cadre_cli.processes import Answer
from cadre_tools.deployment import __main__ as deployment
from cadre_tools.deployment import versions
from gateway.web import bodies
from servicekit.embedded.postgres import SETTINGS
from servicekit.settings import SECRETS_DIR, Settings

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "deploy" / "kubernetes"
OVERLAYS = ("base", "migrate", "production")
# Of CloudNativePG, which publishes no schema in a package.
FOREIGN = {"postgresql.cnpg.io/v1"}
PROCESSES = {process.name: process for process in table.PROCESSES}
OTHERS = {"postgres", "nats", "caddy", "prometheus", "alertmanager", "grafana", "mailpit", "doctor", "backup", "desk"}
# What is not a setting of a service.
KNOWN = {"CADRE_SITE", SECRETS_DIR}


def bin_(name):
    return Path(sys.executable).parent / name


def variables():
    """The names of all settings, as environment variables."""
    return {f"CADRE_{name.upper()}" for name in Settings.model_fields}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def files_of(folder):
    """The objects of an overlay as they lie in its files, for machines without kubectl."""
    said = yaml.safe_load((folder / "kustomization.yaml").read_text())
    for name in said["resources"]:
        path = folder / name
        if path.is_dir():
            yield from files_of(path)
        else:
            yield from yaml.safe_load_all(path.read_text())
    for made in said.get("configMapGenerator", ()):
        if made.get("behavior") != "merge":
            data = dict(one.split("=", 1) for one in made["literals"])
            yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": made["name"]}, "data": data}


@pytest.fixture(scope="module", params=OVERLAYS)
def overlay(request):
    """The objects of an overlay, as kubectl builds them; as they are written where there is none."""
    if not shutil.which("kubectl"):
        return request.param, list(files_of(KUBERNETES / request.param))
    done = subprocess.run(
        ["kubectl", "kustomize", KUBERNETES / request.param], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return request.param, list(yaml.safe_load_all(done.stdout))


@pytest.mark.parametrize("name", deployment.FILES)
def test_what_is_committed_is_what_the_table_of_processes_makes(name):
    assert (ROOT / name).read_text() == deployment.FILES[name](), "run: make deployment"


def test_the_compose_file_follows_the_specification():
    done = subprocess.run(
        [bin_("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", ROOT / "docker-compose.yml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_compose_itself_takes_the_file_with_every_profile(tmp_path):
    # Its own settings only: none of the machine's, and no .env that lies about.
    told = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "COMPOSE_DISABLE_ENV_FILE": "1"}
    done = subprocess.run(
        [bin_("docker-compose"), "--profile", "*", "-f", ROOT / "docker-compose.yml", "config", "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
        env=told,
    )
    assert done.returncode == 0, done.stderr
    taken = json.loads(done.stdout)
    assert set(taken["services"]) == set(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"])
    for name, block in taken["services"].items():
        assert "memory" in block["deploy"]["resources"]["limits"], name
        if block["image"] == "cadre:dev":
            assert block["deploy"]["resources"]["limits"]["pids"] == 256, name


def test_the_example_of_dot_env_names_all_that_compose_can_be_told():
    said = re.findall(r"^#?(CADRE_[A-Z_]+)=", (ROOT / "deploy" / "env.example").read_text(), re.MULTILINE)
    files = ("docker-compose.yml", "deploy/bounces.yml")
    asked = {name for file in files for name in re.findall(r"\$\{(CADRE_[A-Z_]+)", (ROOT / file).read_text())}
    assert (set(said), len(said)) == (asked, len(asked))


def test_the_port_of_mail_that_comes_back_is_opened_only_where_its_files_are_named(compose):
    opened = yaml.safe_load((ROOT / "deploy" / "bounces.yml").read_text())["services"]
    ((name, block),) = opened.items()
    assert PROCESSES[name.removesuffix("-work")].sends_mail
    assert block["ports"] == [f"25:{block['environment']['CADRE_MAIL_BOUNCE_PORT']}"]
    assert set(block["environment"]) <= variables()
    assert not set(block["environment"]) & set(compose["services"][name]["environment"])

    service, policy = yaml.safe_load_all((KUBERNETES / "bounces" / "bounces.yaml").read_text())
    (port,), (rule,) = service["spec"]["ports"], policy["spec"]["ingress"]
    assert (port["port"], rule["ports"]) == (25, [{"protocol": "TCP", "port": port["targetPort"]}])
    assert service["spec"]["selector"] == policy["spec"]["podSelector"]["matchLabels"]
    assert str(port["targetPort"]) not in (KUBERNETES / "base" / "services.yaml").read_text()
    assert variables() >= {"CADRE_MAIL_BOUNCE_DOMAIN"}


def test_each_service_is_served_worked_and_migrated_and_nothing_else_is_ours(compose):
    expected = set(OTHERS)
    for process in table.PROCESSES:
        expected |= {process.name, f"{process.name}-migrate"}
        expected |= {f"{process.name}-work"} if process.answer is Answer.GRPC else set()
    assert set(compose["services"]) == expected


def test_each_process_of_compose_is_told_all_it_needs_and_nothing_unknown(compose):
    asked = 0
    for name, block in compose["services"].items():
        service, _, role = name.partition("-")
        if service not in PROCESSES:
            continue
        asked += 1
        said = set(block.get("environment", {}))
        assert said <= variables(), name
        assert_told(PROCESSES[service], role or "serve", said, {one["target"] for one in block["secrets"]})
        assert block["read_only"], name
        assert block["cap_drop"] == ["ALL"], name
    assert asked == 3 * len(PROCESSES) - 1


def assert_told(process, role, said, files):
    """Every setting without a usable default is said, by a variable or by a secret."""
    assert "cadre_database_url" in files
    assert not any(name.endswith(".pem") and name != f"{process.name}.pem" for name in files), "another's private key"
    if role == "migrate":
        assert files == {"cadre_database_url"}
        return
    assert "CADRE_METRICS_PORT" in said
    assert ("cadre_nats_url" in files) == (process.answer is Answer.GRPC)
    assert ("public.json" in files) == (role == "serve")
    assert ("CADRE_GRPC_PORT" in said) == (role == "serve" and process.answer is Answer.GRPC)
    assert ("CADRE_PEERS" in said) == (process.answer is Answer.HTTP or (role == "work" and bool(process.asks)))
    assert ("cadre_mail_password" in files) == (role == "work" and process.sends_mail)
    assert (f"{process.name}.pem" in files) == (role in process.key_in)


def test_the_pages_know_every_service_where_it_is(compose):
    peers = json.loads(compose["services"]["gateway"]["environment"]["CADRE_PEERS"])
    assert set(peers) == set(table.BACK_ENDS)
    for name, address in peers.items():
        host, port = address.split(":")
        assert host in compose["services"]
        assert compose["services"][host]["environment"]["CADRE_GRPC_PORT"] == port
        assert "calls" in compose["services"][name]["networks"]
    assert "calls" in compose["services"]["gateway"]["networks"]
    desk = compose["services"]["desk"]
    assert json.loads(desk["environment"]["CADRE_PEERS"]) == peers
    assert (desk["networks"], set(desk["secrets"])) == (["calls"], {"public.json", "cli.pem"})


def test_what_faces_visitors_reaches_neither_databases_nor_the_bus(compose):
    reachable = set(compose["services"]["caddy"]["networks"])
    met = {name for name, block in compose["services"].items() if reachable & set(block.get("networks", ()))}
    assert met == {"caddy", "gateway"}
    for private in ("data", "bus", "calls", "watch"):
        assert compose["networks"][private]["internal"] is True
    assert set(compose["services"]["postgres"]["networks"]) == {"data"}
    published = {name: block["ports"] for name, block in compose["services"].items() if "ports" in block}
    assert set(published) == {"caddy", "prometheus", "alertmanager", "grafana", "mailpit"}
    for name in set(published) - {"caddy"}:
        assert all(port.startswith("127.0.0.1:") for port in published[name]), name


def test_every_secret_of_compose_is_made_by_the_command(compose, tmp_path):
    secret_files.write(tmp_path, secret_files.Hosts())
    made = {file.name for file in tmp_path.iterdir()}
    named = {Path(one["file"]).name for one in compose["secrets"].values()}
    used = set()
    for block in compose["services"].values():
        used |= {one if isinstance(one, str) else one["source"] for one in block.get("secrets", ())}
    assert used == set(compose["secrets"])
    assert named <= made


def test_every_image_is_named_with_its_version_and_servers_are_those_that_the_tests_run_on(compose):
    images = {block["image"] for block in compose["services"].values()}
    assert len(images) >= 6
    for image in images - {"${CADRE_IMAGE:-cadre:dev}"}:
        assert re.search(r":v?\d+\.\d+", image), image
    assert compose["services"]["postgres"]["image"] == f"postgres:{versions.postgres()}"
    assert compose["services"]["nats"]["image"].startswith(f"nats:{versions.nats()}")
    assert compose["services"]["caddy"]["image"] == f"caddy:{versions.caddy()}-alpine"
    assert f"nats:{versions.nats()}-alpine" in (KUBERNETES / "base" / "nats.yaml").read_text()
    assert f"/postgresql:{versions.postgres()}" in (KUBERNETES / "production" / "postgres.yaml").read_text()


def test_no_page_is_served_before_the_doctor_agrees_who_can_also_ask_all_that_runs(compose):
    doctor, pages = compose["services"]["doctor"], compose["services"]["gateway"]
    assert pages["depends_on"]["doctor"] == {"condition": "service_completed_successfully"}
    # Of a start it judges what can be known then: last night's failed job keeps nobody from the pages.
    assert doctor["command"] == ["cadre", "doctor", "--production", "--before-start"]
    assert doctor["environment"]["CADRE_PEERS"] == pages["environment"]["CADRE_PEERS"]
    assert {"data", "bus", "calls"} <= set(doctor["networks"])


def test_who_signs_people_in_is_shown_to_the_pages_and_to_who_examines_them_and_to_nobody_else(compose):
    shown = {
        name: (block.get("environment", {}).get("CADRE_OIDC_FILE"), volume)
        for name, block in compose["services"].items()
        for volume in block.get("volumes", ())
        if ":/run/oidc" in volume
    }
    expected = (site.OIDC_FILE, "${CADRE_OIDC:-./oidc}:/run/oidc:ro")
    assert shown == {"gateway": expected, "doctor": expected}


def test_pods_of_the_pages_find_providers_if_there_are_any_and_may_ask_them(overlay):
    name, objects = overlay
    shown = {}
    for thing in objects:
        for volume in (pod_of(thing) or {}).get("volumes", ()):
            if volume["name"] == "oidc":
                shown[thing["metadata"]["name"]] = volume["secret"]
                (container,) = pod_of(thing)["containers"]
                assert {"name": "oidc", "mountPath": "/run/oidc", "readOnly": True} in container["volumeMounts"]
                assert {"name": "CADRE_OIDC_FILE", "value": "/run/oidc/issuers.toml"} in container["env"]
    optional = {"secretName": "cadre-oidc", "optional": True, "defaultMode": 0o440}
    who = {"base": {"gateway"}, "migrate": set(), "production": {"gateway", "doctor"}}[name]
    assert shown == dict.fromkeys(who, optional)
    if name == "production":
        (policy,) = (thing["spec"] for thing in objects if thing["metadata"]["name"] == "providers")
        assert policy["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == "gateway"
        assert policy["egress"] == [{"ports": [{"protocol": "TCP", "port": 443}]}]


def test_what_is_mounted_from_the_repository_is_there(compose):
    mounted = {
        volume.split(":")[0]
        for block in compose["services"].values()
        for volume in block.get("volumes", ())
        if volume.startswith("./")
    }
    assert len(mounted) >= 5
    assert [path for path in mounted if not (ROOT / path).exists()] == []


def test_everything_stays_up_within_limits_and_says_how_it_is(compose):
    for name, block in compose["services"].items():
        once = name.endswith("-migrate") or name in {"doctor", "backup", "desk"}
        assert (block.get("restart") == "unless-stopped") != once, name
        assert block["deploy"]["resources"]["limits"]["memory"], name
        if name.partition("-")[0] in PROCESSES and not once:
            assert block["healthcheck"]["test"][-1] == "servicekit.watch.probe", name


def test_what_kubernetes_is_told_follows_its_schemas(overlay):
    name, objects = overlay
    checked = 0
    for thing in objects:
        if thing["apiVersion"] in FOREIGN:
            continue
        kubernetes_validate.validate(thing, "1.34", strict=True)
        checked += 1
    assert checked >= (7 if name == "migrate" else 40)


def test_every_pod_is_confined_and_holds_its_own_secrets_only(overlay):
    _, objects = overlay
    pods = [(thing["metadata"], pod_of(thing)) for thing in objects if pod_of(thing)]
    assert len(pods) >= len(PROCESSES)
    for meta, pod in pods:
        assert pod["automountServiceAccountToken"] is False, meta["name"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]
        service, role = meta["labels"]["app.kubernetes.io/name"], meta["labels"].get("cadre/role")
        if service in PROCESSES:
            container = pod["containers"][0]
            said = {one["name"] for one in container["env"]}
            assert said <= variables()
            (secret,) = (one["secret"] for one in pod["volumes"] if one["name"] == "secrets")
            others = {
                one["secret"]["secretName"] for one in pod["volumes"] if one["name"] != "secrets" and "secret" in one
            }
            assert others <= ({"cadre-oidc"} if service == "gateway" else set())
            assert_told(PROCESSES[service], role, said, {item["path"] for item in secret["items"]})


def pod_of(thing):
    spec = thing.get("spec", {})
    if thing["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    return spec["template"].get("spec") if thing["kind"] in {"Deployment", "StatefulSet", "Job", "CronJob"} else None


def test_every_process_is_probed_budgeted_and_there_twice(overlay):
    name, objects = overlay
    if name == "migrate":
        jobs = {thing["metadata"]["name"] for thing in objects if thing["kind"] == "Job"}
        assert jobs == {f"{process}-migrate" for process in PROCESSES}
        return
    by_kind = {}
    for thing in objects:
        by_kind.setdefault(thing["kind"], {})[thing["metadata"]["name"]] = thing
    deployments = by_kind["Deployment"]
    assert len(deployments) == 2 * len(PROCESSES) - 1
    for deployed, thing in deployments.items():
        container = pod_of(thing)["containers"][0]
        assert {"startupProbe", "livenessProbe", "readinessProbe"} <= set(container)
        budget = by_kind["PodDisruptionBudget"][deployed]["spec"]
        assert budget["selector"] == thing["spec"]["selector"]
        scaler = by_kind["HorizontalPodAutoscaler"].get(deployed)
        replicas = scaler["spec"]["minReplicas"] if scaler else thing["spec"]["replicas"]
        assert replicas == 2
    # More work beside the leader would stand by: only who answers calls and pages is scaled, by what it uses.
    assert set(by_kind["HorizontalPodAutoscaler"]) == set(PROCESSES)
    for scaler in by_kind["HorizontalPodAutoscaler"].values():
        assert [metric["resource"]["name"] for metric in scaler["spec"]["metrics"]] == ["cpu"]
    for service in PROCESSES:
        selector = by_kind["Service"][service]["spec"]["selector"]
        assert selector.items() <= deployments[service]["spec"]["template"]["metadata"]["labels"].items()
    assert by_kind["StatefulSet"]["nats"]["spec"]["replicas"] == 3
    (config,) = (thing["data"] for thing in objects if thing["kind"] == "ConfigMap")
    assert set(config) <= variables()
    assert config["CADRE_STREAM_REPLICAS"] == "3"
    assert config["CADRE_DEMO"] == "0"


def test_data_is_brought_in_where_somebody_asks_for_it_with_the_key_of_the_command_line_only():
    objects = yaml.safe_load_all((KUBERNETES / "production" / "keeper.yaml").read_text())
    (desk,) = (thing for thing in objects if thing["metadata"]["name"] == "desk")
    assert desk["spec"]["suspend"] is True
    (secret,) = (one["secret"] for one in pod_of(desk)["volumes"] if "secret" in one)
    assert {item["key"] for item in secret["items"]} == {"public.json", "cli.pem"}
    (container,) = pod_of(desk)["containers"]
    assert {one["name"]: one["value"] for one in container["env"]} == {"CADRE_PEERS": site.peers()}
    policies = yaml.safe_load_all((KUBERNETES / "base" / "network.yaml").read_text())
    (way,) = (thing["spec"] for thing in policies if thing["metadata"]["name"] == "keeper-to-calls")
    assert way["podSelector"]["matchLabels"].items() <= desk["metadata"]["labels"].items()


def test_nobody_speaks_to_anybody_unless_it_is_written(overlay):
    name, objects = overlay
    policies = {thing["metadata"]["name"]: thing["spec"] for thing in objects if thing["kind"] == "NetworkPolicy"}
    if name == "migrate":
        assert not policies
        return
    assert policies["nobody"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    callers = [one["podSelector"]["matchLabels"] for one in policies["calls"]["ingress"][0]["from"]]
    who_writes = {"app.kubernetes.io/name": "notification", "cadre/role": "work"}
    assert callers == [{"app.kubernetes.io/name": "gateway"}, {"app.kubernetes.io/name": "keeper"}, who_writes]
    assert policies["mail-to-directory"]["podSelector"]["matchLabels"] == who_writes
    if "connections" in policies:
        assert policies["connections"]["podSelector"]["matchLabels"] == who_writes
        (way,) = policies["connections"]["egress"]
        assert {port["port"] for port in way["ports"]} == {443, 8443}
        assert {"10.0.0.0/8", "169.254.0.0/16"} < set(way["to"][0]["ipBlock"]["except"])
    assert {"key": "app.kubernetes.io/name", "operator": "NotIn", "values": ["gateway"]} in policies["to-bus"][
        "podSelector"
    ]["matchExpressions"]


def test_a_certificate_can_be_fetched_and_a_file_sent_through_the_ingress():
    ingress = yaml.safe_load((KUBERNETES / "production" / "ingress.yaml").read_text())
    largest = ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-body-size"]
    assert int(largest.removesuffix("m")) * 1024 * 1024 > bodies.MOST_BYTES
    policies = yaml.safe_load_all((KUBERNETES / "production" / "network.yaml").read_text())
    (way,) = (thing["spec"] for thing in policies if thing["metadata"]["name"] == "certificates")
    assert way["podSelector"]["matchLabels"] == {"acme.cert-manager.io/http01-solver": "true"}
    assert way["ingress"][0]["ports"] == [{"protocol": "TCP", "port": 8089}]


def test_the_cluster_has_a_role_and_a_database_for_each_service():
    documents = list(yaml.safe_load_all((KUBERNETES / "production" / "databases.yaml").read_text()))
    roles = yaml.safe_load((KUBERNETES / "production" / "roles.yaml").read_text())
    assert {one["spec"]["name"] for one in documents} == set(PROCESSES)
    assert all(one["spec"]["databaseReclaimPolicy"] == "retain" for one in documents)
    assert {role["name"] for role in roles["spec"]["managed"]["roles"]} == set(PROCESSES)


def test_the_cluster_logs_and_saves_as_every_other_database_of_ours_does():
    cluster = yaml.safe_load((KUBERNETES / "production" / "postgres.yaml").read_text())["spec"]["postgresql"]
    said = cluster["parameters"]
    # Sizes differ by the machine; addresses, clocks of logs and their lines are the operator's of the cluster.
    ours = {name: value for name, value in SETTINGS.items() if name in said or name.startswith("log_")}
    theirs = {"log_timezone", "log_line_prefix", "log_checkpoints"}
    sizes = {"shared_buffers", "max_connections"}
    assert {"log_parameter_max_length", "log_error_verbosity"} < set(ours)
    for name in set(ours) - theirs - sizes:
        assert said[name] == ours[name], name


def test_the_dockerfile_is_clean():
    done = subprocess.run(
        [bin_("hadolint"), ROOT / "deploy" / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_dockerfile_runs_the_script_and_ends_without_tools():
    text = (ROOT / "deploy" / "Dockerfile").read_text()
    first, final = text.split("FROM ${BASE}\n")
    assert "RUN deploy/image.sh /opt/cadre" in first
    assert "RUN" not in final
    assert "USER 10001:10001" in final
    assert "servicekit.watch.probe" in final
