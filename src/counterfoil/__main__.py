"""Entry point of `counterfoil` and `python -m counterfoil`. It imports little: child processes import it again."""


def main() -> None:
    """Run the command line."""
    from counterfoil.cli.main import main as command_line

    command_line()


if __name__ == "__main__":
    main()
