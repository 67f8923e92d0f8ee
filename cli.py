"""Door for a checkout: `python cli.py …` is `vorlagen …`. Not part of the installed package."""

from vorlagen.cli import main

if __name__ == "__main__":
    main()
