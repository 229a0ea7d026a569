"""`python -m counterfoil`, and the command `counterfoil`. Light: processes that a command starts load it again."""


def main() -> None:
    """Run the command line."""
    from counterfoil.cli.main import main as command_line

    command_line()


if __name__ == "__main__":
    main()
