"""What is asked of the machine: files and folders, the terminal, signals, memory, packages."""
