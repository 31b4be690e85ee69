"""The ``cadre`` command: the list of what it can do, one module per command."""

import typer

from cadre_cli import demo, imports, invite, revision, secret_files, targets, up
from cadre_cli.backup.command import backup, restore
from cadre_cli.bench.command import bench
from cadre_cli.doctor.command import doctor

app = typer.Typer(
    name="cadre",
    help="Cadre: training administration for California's child support programme.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)

app.command()(up.up)
app.command()(demo.demo)
app.command()(doctor)
app.add_typer(imports.app, name="import")
app.command()(invite.invite)
app.command()(bench)
app.command()(revision.revision)
app.command()(backup)
app.command()(restore)
app.command()(targets.targets)
app.command("secrets")(secret_files.secrets_)
