import pytest

from frontdesk.money import NotMoney, parse_rupiah, rupiah


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(0, "Rp0"), (950, "Rp950"), (1_250_000, "Rp1.250.000"), (-50_000, "−Rp50.000")],
)
def test_money_is_shown_as_a_clinic_writes_it(amount: int, shown: str) -> None:
    assert rupiah(amount) == shown


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("450000", 450_000),
        ("450.000", 450_000),
        ("450,000", 450_000),
        ("Rp450.000", 450_000),
        ("Rp. 450.000,-", 450_000),
        ("Rp 1.250.000,00", 1_250_000),
        ("450rb", 450_000),
        ("1,5 jt", 1_500_000),
        ("-50rb", -50_000),
        ("−Rp50.000", -50_000),
    ],
)
def test_money_is_read_however_it_is_typed(text: str, amount: int) -> None:
    assert parse_rupiah(text) == amount


@pytest.mark.parametrize(
    "text", ["", "Rp", "gratis", "45.00", "1.2345", "0,0001rb", "1e6", "45x", "9" * 5_000]
)
def test_what_is_no_money_is_refused(text: str) -> None:
    with pytest.raises(NotMoney):
        parse_rupiah(text)


@pytest.mark.parametrize("amount", [0, 1, 999, 1_000, 123_456_789, -1, -75_000])
def test_what_is_shown_can_be_read_again(amount: int) -> None:
    assert parse_rupiah(rupiah(amount)) == amount
