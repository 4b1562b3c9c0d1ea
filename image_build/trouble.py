"""How does a step of the image say that it cannot go on? In one sentence, with what would help."""


class Trouble(Exception):
    """Ends the build. What was finished before is in the cache and is not done again."""

    def __init__(self, words: str, hint: str = "", lines: tuple[str, ...] = ()) -> None:
        super().__init__(words)
        self.words = words
        self.hint = hint
        self.lines = lines
