"""What is made of a run: the terminal, and files for people and machines. All are consumers of events and results."""
