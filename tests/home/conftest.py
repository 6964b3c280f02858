import pytest

from tests.home.morning import create_control_template


@pytest.fixture
def control_template(db: None) -> None:
    create_control_template()
