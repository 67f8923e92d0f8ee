"""What the program costs beside what a user would take instead, measured side by side."""
