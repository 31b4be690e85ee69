"""``docker-compose.yml``: all of Cadre on one machine, with everything that production has around it.

Written as text, since Compose's anchors keep it readable; a test holds it against the schema and the settings.
"""

import json
import textwrap
from pathlib import Path

from cadre_cli import processes as table
from cadre_cli import secret_files, site
from cadre_cli.processes import FILES_ROOT, Answer, Process
from cadre_tools.deployment import versions
from servicekit.embedded import postgres

# Images of others, by version. NATS, PostgreSQL and Caddy are those that the tests run on; 3.13 of Prometheus is cared
# for until July 2027.
PROMETHEUS, ALERTMANAGER, GRAFANA, MAILPIT = "v3.13.3", "v0.34.1", "12.4.12", "v1.27"

# More processes or threads than any of ours ever has: one that runs wild ends before the machine does.
_PIDS = 256

# A folder of the operator's, empty until a provider is named in it (docs/runbook/sign-in.md).
_ISSUERS = f'"${{CADRE_OIDC:-./oidc}}:{site.OIDC_DIR}:ro"'

# Where mail goes, and where its links lead.
_MAIL = {
    "CADRE_PUBLIC_URL": "https://${CADRE_SITE:-localhost}",
    "CADRE_MAIL_HOST": "${CADRE_MAIL_HOST:-}",
    "CADRE_MAIL_PORT": "${CADRE_MAIL_PORT:-587}",
    "CADRE_MAIL_SECURITY": "${CADRE_MAIL_SECURITY:-starttls}",
    "CADRE_MAIL_USER": "${CADRE_MAIL_USER:-}",
    "CADRE_MAIL_FROM": "${CADRE_MAIL_FROM:-cadre@example.org}",
    "CADRE_MAILS_A_MINUTE": "${CADRE_MAILS_A_MINUTE:-3000}",
    "CADRE_MAIL_CANARY": "${CADRE_MAIL_CANARY:-}",
}
_BODIES = {key: f"${{{key}:-{body}}}" for key, body in site.BODIES.items()}

_HEAD = """\
# All of Cadre on one machine. Made by `make deployment` from libs/tools/src/cadre_tools/deployment/: do not edit.
#   cadre secrets secrets && cp deploy/env.example .env && docker compose build && docker compose up -d --wait
# The file .env says the name that visitors type, among others. How to run it: docs/runbook/deploy.md.
name: cadre

x-cadre: &cadre
  image: ${CADRE_IMAGE:-cadre:dev}
  read_only: true
  tmpfs: [/tmp]
  cap_drop: [ALL]
  security_opt: ["no-new-privileges:true"]
  logging: &logging {driver: local}

x-service: &service
  <<: *cadre
  restart: unless-stopped
  stop_grace_period: 30s
  healthcheck:
    test: [CMD, python, -m, servicekit.watch.probe]
    interval: 10s
    timeout: 3s
    retries: 3
    start_period: 30s
    start_interval: 1s

services:
"""

_NATS = """\
nats:
  image: nats:{version}-alpine
  command: [--config, /run/secrets/nats.conf]
  restart: unless-stopped
  read_only: true
  cap_drop: [ALL]
  security_opt: ["no-new-privileges:true"]
  logging: *logging
  secrets: [nats.conf]
  volumes: ["nats:/data"]
  networks: [bus]
  healthcheck:
    test: [CMD, wget, -q, -O, "-", "http://127.0.0.1:8222/healthz"]
    interval: 5s
    timeout: 3s
    retries: 5
    start_period: 60s
    start_interval: 1s
  deploy: {{resources: {{limits: {{cpus: "2", memory: 1G}}}}}}
"""

_CADDY = """\
# The only door: TLS ends here. It reaches the pages and nothing else.
caddy:
  image: caddy:{version}-alpine
  restart: unless-stopped
  read_only: true
  cap_drop: [ALL]
  cap_add: [NET_BIND_SERVICE]
  security_opt: ["no-new-privileges:true"]
  logging: *logging
  environment:
    CADRE_SITE: ${{CADRE_SITE:-localhost}}
  ports: ["80:80", "443:443", "443:443/udp"]
  volumes: ["./deploy/caddy/Caddyfile:/etc/caddy/Caddyfile:ro", "caddy_data:/data", "caddy_config:/config"]
  networks: [front]
  depends_on: {{gateway: {{condition: service_healthy}}}}
  deploy: {{resources: {{limits: {{cpus: "1", memory: 256M}}}}}}
"""

_WATCHERS = """\
prometheus:
  image: prom/prometheus:{prometheus}
  command:
    - --config.file=/etc/prometheus/prometheus.yml
    - --storage.tsdb.path=/prometheus
    - --storage.tsdb.retention.time=90d
  restart: unless-stopped
  read_only: true
  cap_drop: [ALL]
  security_opt: ["no-new-privileges:true"]
  logging: *logging
  ports: ["127.0.0.1:9090:9090"]
  volumes: ["./deploy/prometheus:/etc/prometheus:ro", "prometheus:/prometheus"]
  networks: [watch, desk]
  deploy: {{resources: {{limits: {{cpus: "1", memory: 1G}}}}}}

alertmanager:
  image: prom/alertmanager:{alertmanager}
  command: [--config.file=/etc/alertmanager/alertmanager.yml, --storage.path=/alertmanager]
  restart: unless-stopped
  read_only: true
  cap_drop: [ALL]
  security_opt: ["no-new-privileges:true"]
  logging: *logging
  ports: ["127.0.0.1:9093:9093"]
  volumes: ["./deploy/alertmanager:/etc/alertmanager:ro", "alertmanager:/alertmanager"]
  networks: [watch, desk]
  deploy: {{resources: {{limits: {{cpus: "0.5", memory: 128M}}}}}}

grafana:
  image: grafana/grafana:{grafana}
  restart: unless-stopped
  cap_drop: [ALL]
  security_opt: ["no-new-privileges:true"]
  logging: *logging
  environment:
    GF_SECURITY_ADMIN_PASSWORD__FILE: /run/secrets/grafana_password
    GF_ANALYTICS_REPORTING_ENABLED: "false"
    GF_ANALYTICS_CHECK_FOR_UPDATES: "false"
    GF_USERS_ALLOW_SIGN_UP: "false"
  secrets: [grafana_password]
  ports: ["127.0.0.1:3000:3000"]
  volumes:
    - ./deploy/grafana/provisioning:/etc/grafana/provisioning:ro
    - ./deploy/grafana/dashboards:/var/lib/grafana/dashboards:ro
    - grafana:/var/lib/grafana
  networks: [watch, desk]
  depends_on: [prometheus]
  deploy: {{resources: {{limits: {{cpus: "1", memory: 512M}}}}}}
"""

_MAILPIT = """\
# To look at mail before any goes out: docker compose --profile trial up -d mailpit, with CADRE_MAIL_HOST=mailpit,
# CADRE_MAIL_PORT=1025 and CADRE_MAIL_SECURITY=none. Its page is http://127.0.0.1:8025.
mailpit:
  image: axllent/mailpit:{version}
  profiles: [trial]
  restart: unless-stopped
  read_only: true
  tmpfs: [/tmp]
  cap_drop: [ALL]
  security_opt: ["no-new-privileges:true"]
  logging: *logging
  ports: ["127.0.0.1:8025:8025"]
  networks: [post]
  deploy: {{resources: {{limits: {{cpus: "0.5", memory: 128M}}}}}}
"""

_NETWORKS = """
networks:
  # Visitors to pages. The gateway believes what is said of a visitor's address and of TLS from this network only.
  front:
    ipam: {config: [{subnet: "${CADRE_FRONT_SUBNET:-172.28.240.0/24}"}]}
  # Pages to services; services to databases; services to the bus; Prometheus to all metrics: no way out of these.
  calls: {internal: true}
  data: {internal: true}
  bus: {internal: true}
  watch: {internal: true}
  # Mail to its server, which is elsewhere; calls to other systems, which may be anywhere.
  post: {}
  out: {}
  # The operator's desk: alerts go out, and the ports above are this machine's own.
  desk: {}

volumes:
  postgres: {}
  nats: {}
  caddy_data: {}
  caddy_config: {}
  prometheus: {}
  alertmanager: {}
  grafana: {}
"""


def text() -> str:
    """Return the whole file."""
    own = [block for process in table.PROCESSES for block in _process(process)]
    watchers = _WATCHERS.format(prometheus=PROMETHEUS, alertmanager=ALERTMANAGER, grafana=GRAFANA)
    nats = _NATS.format(version=versions.nats())
    mailpit = _MAILPIT.format(version=MAILPIT)
    blocks = [_postgres(), nats, *own, _CADDY.format(version=versions.caddy()), watchers, mailpit, *_keepers()]
    return _HEAD + "\n".join(textwrap.indent(block, "  ") for block in blocks) + _NETWORKS + _volumes() + _secrets()


def _volumes() -> str:
    """Return the volumes of large files, below those that stand in the text above."""
    return _lines(*(f"  {process.name}_files: {{}}" for process in table.PROCESSES if process.keeps_files), "")


def _postgres() -> str:
    # Two processes of each service with some connections each, and whoever looks after them.
    settings = postgres.SETTINGS | {"listen_addresses": "*", "max_connections": "400", "shared_buffers": "1GB"}
    arguments = ", ".join(json.dumps(part) for name, value in settings.items() for part in ("-c", f"{name}={value}"))
    passwords = [secret_files.database_password(process.name) for process in table.PROCESSES]
    return textwrap.dedent(f"""\
        postgres:
          image: postgres:{versions.postgres()}
          command: [{arguments}]
          restart: unless-stopped
          stop_grace_period: 60s
          stop_signal: SIGINT
          shm_size: 512mb
          # Its entry point becomes the account `postgres`, which these are for.
          cap_drop: [ALL]
          cap_add: [CHOWN, DAC_OVERRIDE, FOWNER, SETGID, SETUID]
          security_opt: ["no-new-privileges:true"]
          logging: *logging
          environment:
            POSTGRES_PASSWORD_FILE: /run/secrets/{secret_files.POSTGRES_PASSWORD}
            POSTGRES_INITDB_ARGS: >-
              --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 --auth-host=scram-sha-256
          secrets: [{", ".join([secret_files.POSTGRES_PASSWORD, *passwords])}]
          volumes: ["postgres:/var/lib/postgresql", "./deploy/postgres/init.sh:/docker-entrypoint-initdb.d/init.sh:ro"]
          networks: [data]
          healthcheck:
            test: [CMD, pg_isready, -h, 127.0.0.1, -U, postgres]
            interval: 5s
            timeout: 3s
            retries: 10
            start_period: 60s
            start_interval: 1s
          deploy: {{resources: {{limits: {{cpus: "4", memory: 4G}}}}}}
        """)


def _process(process: Process) -> list[str]:
    migrate = f"{process.name}-migrate"
    blocks = [
        _block(migrate, process, "migrate", "cadre", ["data"], {"postgres": "service_healthy"}, 'restart: "no"'),
    ]
    for role in site.roles(process):
        pages = process.answer is Answer.HTTP
        name = process.name if role == "serve" else f"{process.name}-{role}"
        networks = ["data", "watch", *(["front", "calls"] if pages else ["bus"])]
        needs = {migrate: "service_completed_successfully"}
        if pages:
            needs["doctor"] = "service_completed_successfully"
        else:
            needs["nats"] = "service_healthy"
            networks += ["calls"] if role == "serve" or process.asks else []
            networks += ["post"] if role == "work" and process.sends_mail else []
            networks += ["out"] if role == "work" and process.calls_out else []
        blocks.append(_block(name, process, role, "service", networks, needs))
    return blocks


def _block(
    name: str, process: Process, role: str, anchor: str, networks: list[str], needs: dict[str, str], more: str = ""
) -> str:
    need = site.NEEDS[role]
    said = dict(site.environment(process, role))
    pages = process.answer is Answer.HTTP and role == "serve"
    if pages:
        said["CADRE_TRUSTED_PROXIES"] = "${CADRE_FRONT_SUBNET:-172.28.240.0/24}"
        said["CADRE_PUBLIC_URL"] = "https://${CADRE_SITE:-localhost}"
        said["CADRE_BANNER"] = "${CADRE_BANNER:-}"
        said["CADRE_WORDMARK"] = "${CADRE_WORDMARK:-}"
    if process.sends_mail and role == "work":
        said |= _MAIL
    if process.keeps_files and role != "migrate":
        said["CADRE_FILES_GIB"] = "${CADRE_FILES_GIB:-50}"
    said |= _BODIES if process.decides and role != "migrate" else {}
    lines = [
        f"{name}:",
        f"  <<: *{anchor}",
        f"  command: {_list(site.command(process, role))}",
        *([f"  {more}"] if more else []),
        *(["  environment:"] if said else []),
        *(f"    {key}: {_quoted(value)}" for key, value in said.items()),
        "  secrets:",
        *(f"    - {{source: {file}, target: {target}}}" for file, target in site.secrets(process, role).items()),
        *([f"  volumes: [{_ISSUERS}]"] if pages else []),
        *([f"  volumes: [{_files(process, FILES_ROOT)}]"] if process.keeps_files and role != "migrate" else []),
        f"  networks: {_list(networks)}",
        "  depends_on:",
        *(f"    {other}: {{condition: {condition}}}" for other, condition in needs.items()),
        f"  {_limits(need)}",
    ]
    return "\n".join(lines) + "\n"


def _files(process: Process, at: Path) -> str:
    return f'"{process.name}_files:{at}"'


def _limits(need: site.Need) -> str:
    """Say what one of ours may use. All of it here: Compose refuses a limit that also stands elsewhere."""
    return f'deploy: {{resources: {{limits: {{cpus: "{need.cpus:g}", memory: {need.memory_mib}M, pids: {_PIDS}}}}}}}'


def _keepers() -> list[str]:
    """Who looks after the installation: before pages are served, or when asked to."""
    secrets = _list(site.keeper_secrets())
    limits = f"  {_limits(site.NEEDS['serve'])}"
    migrated = [f"{process.name}-migrate" for process in table.PROCESSES]
    doctor = textwrap.dedent("""\
        # No pages before it finds the installation fit for visitors. To have it look at all that runs:
        # docker compose run --rm --no-deps doctor cadre doctor --production
        doctor:
          <<: *cadre
          build: {context: ., dockerfile: deploy/Dockerfile}
          command: [cadre, doctor, --production, --before-start]
          restart: "no"
          environment:
            CADRE_PUBLIC_URL: https://${CADRE_SITE:-localhost}
        """) + _lines(
        f"    CADRE_OIDC_FILE: {site.OIDC_FILE}",
        f"    CADRE_PEERS: {_quoted(site.peers())}",
        f"  volumes: [{_ISSUERS}]",
        f"  secrets: {secrets}",
        "  networks: [data, bus, calls]",
        "  depends_on:",
        "    nats: {condition: service_healthy}",
        *(f"    {name}: {{condition: service_completed_successfully}}" for name in migrated),
        limits,
    )
    kept = ", ".join(_files(process, FILES_ROOT / process.name) for process in table.PROCESSES if process.keeps_files)
    backup = textwrap.dedent("""\
        # docker compose run --rm backup, also while everything runs. CADRE_BACKUPS is where the backups are kept.
        backup:
          <<: *cadre
          profiles: [keep]
          user: "${CADRE_BACKUP_USER:-0:0}"
          entrypoint: [cadre]
          command: [backup, --into, /backups]
          # To bring files back it is root, for which these are: docs/runbook/backup.md.
          cap_add: [CHOWN, DAC_OVERRIDE]
        """) + _lines(
        f'  volumes: ["${{CADRE_BACKUPS:-./backups}}:/backups", {kept}]',
        f"  secrets: {secrets}",
        "  networks: [data, bus]",
        limits,
    )
    desk = textwrap.dedent("""\
        # Brings data in, as `cadre import` does: docker compose run --rm desk import reference
        desk:
          <<: *cadre
          profiles: [keep]
          entrypoint: [cadre]
          command: [import, --help]
          environment:
        """) + _lines(
        f"    CADRE_PEERS: {_quoted(site.peers())}",
        f"  secrets: {_list(site.desk_secrets())}",
        "  networks: [calls]",
        limits,
    )
    return [doctor, backup, desk]


def _secrets() -> str:
    named = {secret_files.POSTGRES_PASSWORD, secret_files.GRAFANA_PASSWORD, secret_files.NATS_CONF}
    named |= {secret_files.database_password(process.name) for process in table.PROCESSES}
    named |= set(site.keeper_secrets())
    for process in table.PROCESSES:
        named |= {file for role in site.roles(process) for file in site.secrets(process, role)}
    head = "# Made by `cadre secrets secrets`. Never committed.\nsecrets:\n"
    return head + _lines(*(f"  {name}: {{file: ./secrets/{name}}}" for name in sorted(named)))


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"


def _list(values: list[str]) -> str:
    return f"[{', '.join(values)}]"


def _quoted(value: str) -> str:
    return value if value.startswith(("$", "https:")) else f"'{value}'"
