"""`python -m papershelf`: the command, where no script is on the path."""

from papershelf.cli import main

main()
