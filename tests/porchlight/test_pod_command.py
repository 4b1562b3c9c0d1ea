import pytest
from hub_places import Place, Running, Typed


def test_a_pod_is_founded_by_the_running_hub_and_its_phrases_are_printed(
    alder: Place, typed: Typed, running: Running
) -> None:
    running(alder)

    said = typed("pod", "create", "Maple", "--members", 3, "--name", "Ana", "--name", "Ben", "--config", alder.config)

    assert said.exit_code == 0
    assert said.stdout.splitlines() == [
        "pod code: 7KQM2XA",
        "Ana       six words of Ana",
        "Ben       six words of Ben",
        "Member 3  six words of Member 3",
    ]
    assert "Shown this once" in said.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("Maple", "--members", 1), "range"),
        (("Maple", "--members", 16), "range"),
        (("Maple", "--members", 2, "--name", "a", "--name", "b", "--name", "c"), "3 names for 2 members"),
        (("Maple", "--members", 2, "--name", "a", "--name", "a"), "same name"),
        (("x" * 90, "--members", 2), "a pod's name is"),
        (("Maple",), "--members"),
    ],
)
def test_what_no_pod_can_be_is_told_before_anything_is_asked(
    alder: Place, typed: Typed, words: tuple[object, ...], told: str
) -> None:
    said = typed("pod", "create", *words, "--config", alder.config)

    assert said.exit_code == 2
    assert told in said.stderr
    assert said.stdout == ""
