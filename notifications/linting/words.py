"""The words the linter knows, each with what to write instead where there is something."""

# SOP-K7: no confusing abbreviations.
ABBREVIATIONS = {
    "yg": "yang", "dgn": "dengan", "dg": "dengan", "tdk": "tidak", "tdak": "tidak",
    "utk": "untuk", "untk": "untuk", "u/": "untuk", "sdh": "sudah", "udh": "sudah",
    "blm": "belum", "krn": "karena", "krna": "karena", "dr": "dari", "jgn": "jangan",
    "bs": "bisa", "tlg": "tolong", "trm": "terima", "ksh": "kasih", "trmksh": "terima kasih",
    "tks": "terima kasih", "thx": "terima kasih", "thanks": "terima kasih",
    "trims": "terima kasih", "sblm": "sebelum", "sblmnya": "sebelumnya", "stlh": "setelah",
    "ssdh": "sesudah", "dll": "dan lain-lain", "dsb": "dan sebagainya", "dst": "dan seterusnya",
    "jd": "jadi", "jdi": "jadi", "klo": "kalau", "kl": "kalau", "klw": "kalau",
    "bgt": "sekali", "hrs": "harus", "hrus": "harus", "msh": "masih", "lg": "lagi",
    "lgi": "lagi", "pd": "pada", "kpd": "kepada", "spt": "seperti", "sprti": "seperti",
    "org": "orang", "jml": "jumlah", "tgl": "tanggal", "thn": "tahun", "bln": "bulan",
    "mgg": "minggu", "mggu": "minggu", "mnt": "menit", "hr": "hari", "hri": "hari",
    "skrg": "sekarang", "skr": "sekarang", "bsk": "besok", "kmrn": "kemarin", "krm": "kirim",
    "brp": "berapa", "bgmn": "bagaimana", "gmn": "bagaimana", "knp": "mengapa",
    "dpt": "dapat", "dlm": "dalam", "ttg": "tentang", "thd": "terhadap", "scr": "secara",
    "dmn": "di mana", "dmna": "di mana", "sy": "saya", "kmu": "Anda", "kk": "Kak",
    "bpk": "Bapak", "sdr": "Saudara", "sdri": "Saudari", "ybs": "yang bersangkutan",
    "bbrp": "beberapa", "smp": "sampai", "smpai": "sampai", "s/d": "sampai dengan",
    "nmr": "nomor", "gpp": "tidak apa-apa", "pls": "mohon", "plis": "mohon",
    "mhn": "mohon", "hub": "hubungi", "jwb": "jawab", "trs": "terus", "skli": "sekali",
    "byk": "banyak", "bnyk": "banyak", "dtg": "datang", "ktmu": "bertemu", "prwtn": "perawatan",
    "ga": "tidak", "gk": "tidak", "gak": "tidak", "ngga": "tidak", "nggak": "tidak",
    "udah": "sudah", "kalo": "kalau", "gimana": "bagaimana", "makasih": "terima kasih",
    "karna": "karena", "banget": "sekali", "aja": "saja",
}  # fmt: skip
# In capitals these are something else: a school, a brand, a city, a department.
NOT_IN_CAPITALS = frozenset({"smp", "lg", "kl", "hr", "pd", "bs", "dr", "kk", "org", "dg", "dpt"})

# A title before a name is no abbreviation of "dari".
TITLES = frozenset({"dr"})

# Fixed words that guess who reads: refused where the customer is addressed.
GUESSES_IN_GREETING = {
    "bunda", "bun", "sis", "sista", "ukhti", "akhi", "gan", "agan", "bro", "say", "sayang",
    "beb", "cantik", "ladies", "girls", "guys", "kakanda", "ibu", "bu", "bapak", "pak",
    "mbak", "mba", "mas", "nona", "nyonya", "tuan", "om", "tante", "bosku",
}  # fmt: skip
RELIGIOUS_GREETINGS = (
    r"ass?alamu?'? ?alai?kum\w*",
    r"wass?alamu?'? ?alai?kum\w*",
    r"shalom",
    r"om swasti ?astu",
    r"namo buddhaya",
    r"insya ?allah",
    r"in ?sha ?allah",
    r"alhamdulillah",
    r"mas[yh]+a ?allah",
    r"puji tuhan",
    r"tuhan memberkati",
)
FEASTS = (
    r"selamat (?:hari raya )?(?:idul|lebaran|natal|nyepi|galungan|waisak|imlek|paskah)\w*",
    r"minal aidin",
)

# WhatsApp counts a text with any of these as marketing.
PROMO = (
    r"diskon\w*",
    r"didiskon",
    r"promo\w*",
    r"cash ?back",
    r"gratis\w*",
    r"v(?:ou?c(?:h|)er)\w*",
    r"kupon\w*",
    r"bonus\w*",
    r"hadiah\w*",
    r"flash ?sale",
    r"sale",
    r"cuci gudang",
    r"beli \d+ (?:dapat|gratis|bonus)",
    r"buy \d+ get \d+",
    r"free",
    r"harga (?:spesial|khusus|promo|hemat|miring)",
    r"penawaran",
    r"paket hemat",
    r"lebih hemat",
    r"hemat (?:hingga|sampai|rp|\d)\w*",
    r"potongan (?:harga|sebesar|hingga|sampai|rp|\d)\w*",
    r"\d+(?:[.,]\d+)? ?%",
    r"\d+ persen",
)

# UU PDP: what is done to a body or found on it does not belong in a message.
HEALTH = (
    r"jerawat\w*", r"akne", r"acne", r"komedo", r"flek", r"melasma", r"bopeng", r"keloid",
    r"bekas luka", r"kutil", r"eksim", r"dermatitis", r"psoriasis", r"rosacea", r"jamur",
    r"alergi\w*", r"hamil", r"kehamilan", r"menyusui", r"menstruasi", r"diabetes", r"hipertensi",
    r"kanker", r"tumor", r"hiv", r"hepatitis", r"penyakit\w*", r"diagnos\w*", r"resep",
    r"obat\w*", r"antibiotik", r"isotretinoin", r"hidrokuinon", r"suntik\w*", r"botox", r"botoks",
    r"filler", r"operasi", r"jahitan", r"benjolan", r"infeksi", r"iritasi", r"kemerahan",
    r"nyeri", r"obesitas", r"kegemukan", r"berat badan", r"kebotakan", r"rekam medis",
    r"hasil (?:lab|tes|pemeriksaan)\w*",
)  # fmt: skip

# Answers and names that are written in capitals everywhere.
CAPITALS = frozenset({
    "BERHENTI", "STOP", "TIDAK", "BATAL", "SETUJU", "MULAI", "PROMO", "WITA", "BPOM", "QRIS",
    "BCA", "BNI", "BRI", "WHATSAPP", "GOPAY", "BPJS", "UBAH", "LANJUT", "HADIR", "INFO", "SPF",
    "STOP PROMO", "PINDAH", "JADWAL", "DAFTAR",
})  # fmt: skip

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
FOREIGN_MONTHS = {
    "january": 1, "february": 2, "march": 3, "may": 5, "june": 6, "july": 7, "august": 8,
    "october": 10, "december": 12, "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7,
    "aug": 8, "agu": 8, "agt": 8, "ags": 8, "sep": 9, "sept": 9, "okt": 10, "oct": 10, "nov": 11,
    "nop": 11, "des": 12, "dec": 12,
}  # fmt: skip
WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")

OPEN_QUESTIONS = frozenset({
    "bagaimana", "bagaimanakah", "mengapa", "mengapakah", "kenapa", "kapan", "kapankah", "siapa",
    "siapakah", "berapa", "berapakah", "mana", "manakah", "dimana", "dimanakah",
})  # fmt: skip
