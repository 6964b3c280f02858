"""Who and what the demo chain consists of. Every name is invented."""

from dataclasses import dataclass
from datetime import time

from frontdesk.branches.models import Paper, TimeZone
from frontdesk.staff.permissions import Role

PASSWORD = "seruni-mekar-26"  # noqa: S105  # nosec B105: printed for everybody to see
PIN = "482605"


@dataclass(frozen=True)
class BranchData:
    code: str
    name: str
    address: str
    phone: str
    zone: TimeZone
    paper: Paper
    closes_at: time


BRANCHES = (
    BranchData(
        "MTG",
        "Menteng",
        "Jl. Kenanga Raya 12, Jakarta",
        "+62215550112",
        TimeZone.WIB,
        Paper.MM80,
        time(20),
    ),
    BranchData(
        "SNR",
        "Sanur",
        "Jl. Pantai Teduh 8, Denpasar",
        "+62361555208",
        TimeZone.WITA,
        Paper.MM58,
        time(21),
    ),
    BranchData(
        "ABE",
        "Abepura",
        "Jl. Bukit Asri 3, Jayapura",
        "+62967555303",
        TimeZone.WIT,
        Paper.A5,
        time(19),
    ),
)


@dataclass(frozen=True)
class StaffData:
    username: str
    name: str
    nickname: str
    # (branch code or None for the whole chain, role)
    roles: tuple[tuple[str | None, Role], ...]


STAFF = (
    StaffData("anggi", "Anggi Larasati", "Anggi", (("MTG", Role.FRONT_OFFICER),)),
    StaffData("bunga", "Bunga Prameswari", "Bunga", (("MTG", Role.FRONT_OFFICER),)),
    StaffData("tiara", "Tiara Kencana", "Tiara", (("MTG", Role.BEAUTICIAN),)),
    StaffData("ratih", "Ratih Pandanwangi", "Ratih", (("MTG", Role.BEAUTICIAN),)),
    StaffData(
        "lestari", "Lestari Ningsih", "Tari", (("MTG", Role.BEAUTICIAN), ("SNR", Role.BEAUTICIAN))
    ),
    StaffData("dr.kirana", "dr. Kirana Wardani", "dr. Kirana", (("MTG", Role.DOCTOR),)),
    StaffData("joko", "Joko Santosa", "Joko", (("MTG", Role.WAREHOUSE),)),
    StaffData("mira", "Mira Anindya", "Mira", (("MTG", Role.BRANCH_MANAGER),)),
    StaffData("komang", "Komang Sukerti", "Komang", (("SNR", Role.FRONT_OFFICER),)),
    StaffData("ayu", "Ayu Sekarwangi", "Ayu", (("SNR", Role.BEAUTICIAN),)),
    StaffData("wayan", "Wayan Ratna", "Wayan", (("SNR", Role.BEAUTICIAN),)),
    StaffData(
        "dr.bayu", "dr. Bayu Pramana", "dr. Bayu", (("SNR", Role.DOCTOR), ("ABE", Role.DOCTOR))
    ),
    StaffData("putu", "Putu Arimbawa", "Putu", (("SNR", Role.WAREHOUSE),)),
    StaffData(
        "gede",
        "Gede Mahardika",
        "Gede",
        (("SNR", Role.BRANCH_MANAGER), ("MTG", Role.FRONT_OFFICER)),
    ),
    StaffData("marice", "Marice Yoku", "Marice", (("ABE", Role.FRONT_OFFICER),)),
    StaffData("yosina", "Yosina Wenda", "Yosina", (("ABE", Role.BEAUTICIAN),)),
    StaffData("dorkas", "Dorkas Imbiri", "Dorkas", (("ABE", Role.BEAUTICIAN),)),
    StaffData("silas", "Silas Kambu", "Silas", (("ABE", Role.WAREHOUSE),)),
    StaffData("ester", "Ester Rumbiak", "Ester", (("ABE", Role.BRANCH_MANAGER),)),
    StaffData("nadia", "Nadia Hapsari", "Nadia", ((None, Role.CHAIN_ADMIN),)),
)


@dataclass(frozen=True)
class TreatmentData:
    code: str
    category: str
    name: str
    public_name: str
    minutes: int
    price: int
    control_days: tuple[int, ...] = ()
    needs_doctor: bool = False
    supplies: tuple[str, ...] = ()


SUPPLIES = (
    ("Krim pembersih", "ml"),
    ("Toner bunga mawar", "ml"),
    ("Serum vitamin C", "ampul"),
    ("Serum asam hialuronat", "ampul"),
    ("Masker lembaran", "lembar"),
    ("Masker lumpur", "sendok"),
    ("Larutan peeling", "ml"),
    ("Gel pendingin", "ml"),
    ("Tabir surya", "ml"),
    ("Minyak pijat", "ml"),
    ("Lulur beras", "sendok"),
    ("Krim anestesi", "gram"),
)

TREATMENTS = (
    TreatmentData(
        "FC01",
        "Wajah",
        "Facial dasar",
        "perawatan wajah",
        45,
        150_000,
        (30,),
        supplies=("Krim pembersih", "Masker lembaran"),
    ),
    TreatmentData(
        "FC02",
        "Wajah",
        "Facial akne",
        "perawatan wajah",
        60,
        225_000,
        (14,),
        supplies=("Krim pembersih", "Masker lumpur"),
    ),
    TreatmentData(
        "FC03",
        "Wajah",
        "Facial mencerahkan",
        "perawatan wajah",
        60,
        275_000,
        (21,),
        supplies=("Krim pembersih", "Serum vitamin C", "Masker lembaran"),
    ),
    TreatmentData(
        "FC04",
        "Wajah",
        "Facial emas",
        "perawatan wajah",
        75,
        450_000,
        (30,),
        supplies=("Krim pembersih", "Masker lembaran"),
    ),
    TreatmentData(
        "FC05", "Wajah", "Totok wajah", "perawatan wajah", 30, 120_000, supplies=("Minyak pijat",)
    ),
    TreatmentData(
        "FC06",
        "Wajah",
        "Masker kolagen",
        "perawatan wajah",
        30,
        135_000,
        supplies=("Masker lembaran",),
    ),
    TreatmentData(
        "PL01",
        "Peeling",
        "Peeling ringan",
        "perawatan wajah",
        40,
        350_000,
        (7, 30),
        True,
        ("Larutan peeling", "Gel pendingin", "Tabir surya"),
    ),
    TreatmentData(
        "PL02",
        "Peeling",
        "Peeling badan",
        "perawatan badan",
        60,
        500_000,
        (7,),
        True,
        ("Larutan peeling", "Gel pendingin"),
    ),
    TreatmentData(
        "LS01",
        "Laser",
        "Laser rejuvenasi",
        "perawatan wajah",
        45,
        1_250_000,
        (1, 14, 30),
        True,
        ("Gel pendingin", "Tabir surya", "Krim anestesi"),
    ),
    TreatmentData(
        "LS02",
        "Laser",
        "Laser pengangkat rambut",
        "perawatan badan",
        45,
        900_000,
        (30,),
        True,
        ("Gel pendingin",),
    ),
    TreatmentData(
        "LS03",
        "Laser",
        "IPL akne",
        "perawatan wajah",
        40,
        750_000,
        (14,),
        True,
        ("Gel pendingin", "Tabir surya"),
    ),
    TreatmentData(
        "IJ01",
        "Tindakan dokter",
        "Skin booster",
        "perawatan wajah",
        45,
        2_400_000,
        (2, 30),
        True,
        ("Serum asam hialuronat", "Krim anestesi"),
    ),
    TreatmentData(
        "IJ02",
        "Tindakan dokter",
        "Mikroneedling",
        "perawatan wajah",
        60,
        1_100_000,
        (3, 30),
        True,
        ("Serum asam hialuronat", "Krim anestesi", "Tabir surya"),
    ),
    TreatmentData(
        "BD01",
        "Badan",
        "Lulur tradisional",
        "perawatan badan",
        90,
        300_000,
        supplies=("Lulur beras", "Minyak pijat"),
    ),
    TreatmentData(
        "BD02",
        "Badan",
        "Pijat relaksasi",
        "perawatan badan",
        60,
        250_000,
        supplies=("Minyak pijat",),
    ),
    TreatmentData(
        "BD03",
        "Badan",
        "Totok punggung",
        "perawatan badan",
        45,
        200_000,
        supplies=("Minyak pijat",),
    ),
    TreatmentData("RB01", "Rambut", "Creambath", "perawatan rambut", 60, 140_000),
    TreatmentData(
        "RB02", "Rambut", "Perawatan kulit kepala", "perawatan rambut", 50, 260_000, (14,)
    ),
    TreatmentData("MT01", "Mata", "Lifting bulu mata", "perawatan mata", 50, 220_000, (42,)),
    TreatmentData(
        "MT02",
        "Mata",
        "Perawatan lingkar mata",
        "perawatan mata",
        30,
        180_000,
        (14,),
        supplies=("Serum asam hialuronat",),
    ),
)

# fmt: off
GIVEN_NAMES = (
    "Sari", "Dewi", "Rina", "Wulan", "Fitri", "Maya", "Lina", "Nur", "Indah", "Putri",
    "Yuni", "Ratna", "Dian", "Citra", "Mega", "Intan", "Sinta", "Tuti", "Hana", "Nisa",
    "Vina", "Rosa", "Elsa", "Kartika", "Melati", "Anjani", "Bunga", "Cahaya", "Dahlia",
    "Galuh", "Kinasih", "Larasati", "Agus", "Budi", "Hendra", "Rizky", "Dimas", "Andi",
    "Wahyu", "Bagas",
)
# fmt: on
# fmt: off
SECOND_NAMES = (
    "Lestari", "Wulandari", "Permatasari", "Anggraini", "Handayani", "Kusuma", "Pratiwi",
    "Rahayu", "Maharani", "Safitri", "Puspita", "Utami", "Setyowati", "Paramita", "Hapsari",
    "Widyastuti", "Cahyani", "Ayuningtyas", "Mulyani", "Saraswati",
)
# fmt: on
MALE_NAMES = frozenset(["Agus", "Budi", "Hendra", "Rizky", "Dimas", "Andi", "Wahyu", "Bagas"])
ALLERGIES = (
    "Alergi lateks",
    "Alergi aspirin",
    "Kulit sensitif terhadap asam salisilat",
    "Alergi kacang",
)
NOTES = (
    "Lebih suka ruang yang tenang.",
    "Datang bersama anak; siapkan kursi tambahan.",
    "Minta dihubungi lewat WhatsApp, bukan telepon.",
)
CUSTOMERS = 60
