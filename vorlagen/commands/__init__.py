"""The commands of `vorlagen`, by subject. They parse arguments, call and print."""
