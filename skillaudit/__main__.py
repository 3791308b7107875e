"""`python -m skillaudit`."""

from skillaudit.cli import main

if __name__ == "__main__":
    main()
