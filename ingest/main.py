"""`clapvert`: one command line, whose commands each package brings.

Guarantee: `clapvert --help` loads no command (and so no torch, no Chroma): the one-line helps below are static,
and a test proves that they are those of the commands. Commands are found by the entry-point group
`clapvert.commands` and imported when they run. Errors become a French message on stderr and an exit code.
"""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint, entry_points
from typing import NoReturn

import click

from ingest.errors import ClapvertError

GROUP = "clapvert.commands"
HELPS = {
    "ask": "Ask one question, or every question of a file.",
    "backup": "Write all that is kept to one file, while serving or not; it holds the secret of the installation.",
    "chat": "Talk with Clapvert in the terminal; an empty line ends, /aide lists the commands.",
    "corpus": "List, check, fetch, add, compare, remove and render the texts of the corpus; take a newer corpus.",
    "doctor": "Say what is ready, what is not, and the command that mends it; exit 3 when something is not.",
    "eval": "Measure retrieval and answers against the reference questions.",
    "ingest": "Build the index from the corpus and the added texts.",
    "keys": "Keys of the API: make, list and revoke them; who did what.",
    "label": "Criteria of the label, projects, official grid, score and evidence file.",
    "llm": "The language model: put it on trial.",
    "mcp": "Serve the tools to an MCP host over stdio; `clapvert serve` has them at /mcp.",
    "demarche": "Démarches, step by step: list, show.",
    "projet": "Projects: describe one, see its obligations, take them away.",
    "regle": "Rules as code: list, show, try.",
    "restore": "Restore a backup into an empty installation, on the same engines or on others.",
    "search": "Search the passages.",
    "serve": "Serve the chat, the pages and the API.",
    "verifier": "Check a text (PDF, DOCX, text): what contradicts the texts held, with its source.",
    "verify": "Check that a saved answer is still true.",
}


class LazyGroup(click.Group):
    """A group whose commands are entry points, imported only when they run."""

    def _entries(self) -> dict[str, EntryPoint]:
        return {e.name: e for e in entry_points(group=GROUP)}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Names of the commands that are installed."""
        return sorted(self._entries())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return one command."""
        entry = self._entries().get(cmd_name)
        if entry is None:
            return None
        command = entry.load()
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The static helps, so that nothing is imported."""
        rows = [(name, HELPS.get(name, "")) for name in self.list_commands(ctx)]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="clapvert", message="%(version)s")
def cli() -> None:
    """Clapvert answers questions on eco-production rules in French film, TV and advertising, with checked quotes."""


def main(argv: list[str] | None = None) -> None:
    """Run the command line; a `ClapvertError`, or a full disk whoever met it, ends it with its French message and its
    exit code."""
    try:
        cli.main(argv, prog_name="clapvert")
    except ClapvertError as exc:
        _end(exc)
    except Exception as exc:
        from ingest.storage.room import full_disk

        full = full_disk(exc)
        if full is None:
            raise
        _end(full)


def _end(error: ClapvertError) -> NoReturn:
    click.echo(error.told(), err=True)
    sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
