"""docs/states.md is as the code would draw it now."""

from django.core.management import call_command


def test_the_drawing_of_the_states_is_not_stale() -> None:
    call_command("draw_states", check=True)
