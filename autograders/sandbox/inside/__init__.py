"""What is mounted into the sandbox: the warm process, its lock-down and the stand-ins."""
