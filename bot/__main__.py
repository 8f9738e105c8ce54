"""python -m bot: wiring only. Each command line is a function of its own room."""

import typer

from bot import ask, demo, importing

app = typer.Typer(name="python -m bot", help="Melktert, from the terminal.", no_args_is_help=True, add_completion=False)
app.command("ask")(ask.ask)
app.command("demo")(demo.demo)
app.command("import")(importing.import_files)


if __name__ == "__main__":
    app()
