"""The questions that the service asks of the database, one file a subject."""
