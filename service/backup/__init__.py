"""Backups that only the holder of a key can read, and the way back from them.

    DIR/backups-of          whose backups these are; without it the disk may not be mounted
    DIR/base-….json         what, when, of which version, how many bytes, sha256: written last
    DIR/base-….tar.gz.age   a whole cluster, by pg_basebackup (dump-….pgdump.gz.age: a database, by pg_dump)
    DIR/wal/….gz.age        the write-ahead log since, one file a segment

Every file is encrypted in the format of age (age-encryption.org) before it is written, and appears whole or not at all.
Why it is done this way: docs/decisions/0006-backups.md.
"""
