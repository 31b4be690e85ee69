"""The ``cadre`` command: the list of what it can do, one module per command, and what other packages add to it."""

from importlib.metadata import entry_points

import typer

from cadre_cli import imports, invite, packet, secret_files, targets, up
from cadre_cli.backup.command import backup, restore
from cadre_cli.doctor.command import doctor

app = typer.Typer(
    name="cadre",
    help="Cadre: training administration for California's child support program.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)

app.command()(up.up)
app.command()(doctor)
app.add_typer(imports.app, name="import")
app.add_typer(packet.app, name="packet")
app.command()(invite.invite)
app.command()(backup)
app.command()(restore)
app.command()(targets.targets)
app.command("secrets")(secret_files.secrets_)
# Commands of the demonstration and the tools, where these are installed: an installation has neither.
for added in sorted(entry_points(group="cadre.commands"), key=lambda entry: entry.name):
    app.command(added.name)(added.load())
