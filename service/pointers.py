"""JSON pointers (RFC 6901): where in a document something is."""


def pointer(*names: object) -> str:
    """Of names and places, the outermost first.

    >>> pointer("answers", "a/b~c", 0)
    '/answers/a~1b~0c/0'
    """
    return "".join(f"/{str(name).replace('~', '~0').replace('/', '~1')}" for name in names)
