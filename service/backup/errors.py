"""What a person is told when a backup cannot be made, or cannot be used."""


class BackupError(Exception):
    """What is wrong and what to do about it, for a person to read."""
