"""What is found of what was measured."""
