"""Work for the reader that is too much, or wrong; in a module that is read quickly."""


def forever():
    """Work without end."""
    while True:
        pass


def hog():
    """More memory than anybody's text takes."""
    return len([bytes(2**20) for _ in range(2**14)])


def fails():
    """An error of ours."""
    raise KeyError("ours")
