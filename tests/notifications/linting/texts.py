"""Texts as clinics send them, without a fault: the linter must have nothing against any of them."""

SAMPLES = {
    "name": "Ibu Maharani",
    "clinic": "Klinik Seruni",
    "branch": "Menteng",
    "day": "Minggu, 6 Desember 2026",
    "treatment": "perawatan",
}

SERVICE = [
    (
        "Halo {name}, kami dari {clinic} cabang {branch}. Jadwal Anda adalah {day}. "
        "Apakah Anda dapat hadir pada hari itu?"
    ),
    (
        "Selamat pagi {name}, kami ingatkan jadwal Anda besok pukul 14.05 WIB di cabang {branch}. "
        "Apakah jadwal ini masih sesuai?"
    ),
    (
        "Halo {name}, terima kasih sudah berkunjung ke {clinic}. Mohon ikuti saran perawatan di "
        "rumah yang sudah kami sampaikan. Apakah ada yang ingin Anda tanyakan?"
    ),
    "Halo {name}, dr. Dewi menunggu Anda pada {day} di cabang {branch}. Bisakah Anda datang?",
    (
        "Halo {name}, dr Dewi berhalangan pada {day}. Apakah Anda bersedia pindah ke hari lain? "
        "Balas YA atau TIDAK."
    ),
    (
        "Selamat siang Bapak/Ibu {name}, pembayaran sebesar Rp1.250.000 sudah kami terima. "
        "Boleh kami kirim kuitansinya?"
    ),
    "Halo {name}, sisa pembayaran Anda Rp500.000. Apakah akan dibayar sebelum 22 November 2026?",
    (
        "Halo, {name}. Antrean sudah normal kembali dan kami siap melayani Anda. "
        "Maukah Anda datang hari ini?"
    ),
    (
        "Selamat sore {name}, mohon maaf listrik di cabang {branch} sempat padam. "
        "Apakah Anda ingin kami hubungi lagi? (YA/TIDAK)"
    ),
    "Selamat malam {name}, pesanan Anda sudah siap diambil. Jadi diambil besok?",
    "Halo {name}, potongan rambut Anda sudah dijadwalkan pada {day}. Sudah sesuai?",
    "Halo {name}, mohon hadir 10 menit lebih awal, jam 09.50. Apakah Anda dapat hadir? 😊",
    "Halo {name}, alamat kami Jl. Menteng Raya No. 5, Jakarta. Ada yang dapat kami bantu?",
    "Halo {name}, parkir tersedia di SMP Negeri 1 sebelah kami. Sudah tahu tempatnya?",
    "Halo {name}, klinik tutup pada Kamis, 24 Desember 2026. Bolehkah jadwal Anda kami pindahkan?",
    (
        "Halo {name}, kami buka Senin sampai Sabtu, 09.00 sampai 20.00 WITA. Apakah Anda mau "
        "dibuatkan jadwal kapan saja yang kosong?"
    ),
    "Halo {name}, hati-hati di jalan. Anda sudah dekat?",
    (
        "Halo {name}, lihat lokasinya di https://seruni.example/yg-dgn?x=50% atau tulis ke "
        "halo@seruni.example. Apakah alamatnya jelas?"
    ),
    "Selamat datang {name} di keluarga {clinic}. Apakah nomor ini boleh kami simpan?",
    "Halo {name}, transfer ke BCA a.n. Seruni Sejahtera sudah diterima. Apakah sudah lengkap?",
    "Selamat pagi, {name}. Kunjungan Anda yang ke-10 sudah kami catat. Benar atas nama Anda?",
    "Halo {name}, sayang sekali jadwal Anda terlewat. Apakah Anda ingin memilih hari lain?",
    "Halo {name}, kulit Anda cantik terawat bila SPF 50 dipakai setiap hari. Sudah dipakai?",
    "Halo {name}, harga paket Anda Rp1,5 juta. Apakah Anda setuju?",
    "Halo {name},\n\nJadwal Anda: {day} di {branch}.\n\nApakah Anda dapat hadir?",
]

PROMO = [
    (
        "Halo {name}, diskon 50% untuk semua facial sampai 30 November 2026 di {clinic}. "
        "Apakah Anda ingin dibuatkan jadwal? Balas BERHENTI bila tidak ingin menerima promo."
    ),
    (
        "Selamat siang {name}! Beli 1 gratis 1 untuk creambath, hanya Rp140.000. "
        "Mau kami pesankan tempat? Balas STOP untuk berhenti."
    ),
    (
        "Selamat ulang tahun, {name}. Ada voucher Rp100.000 untuk Anda di {clinic}. "
        "Balas BERHENTI bila tidak ingin menerima ucapan dan promo."
    ),
    (
        "Halo {name}, cashback 10% menanti Anda di cabang {branch} 🎁 Balas BERHENTI bila tidak "
        "berkenan."
    ),
    "Halo {name}, kado Hari Ibu: hemat hingga Rp250.000. Balas BERHENTI untuk tidak menerima lagi.",
]

CHAT = [
    "Baik, jadwal Anda sudah kami pindahkan. Apakah ada hal lain yang dapat kami bantu?",
    "Mohon ditunggu sebentar, kami periksa dulu. Bolehkah kami minta nomor anggota Anda?",
    "Ada yang bisa kami bantu?",
    "Apa ada pertanyaan lain?",
    "Kami buka setiap hari pukul 09.00 sampai 20.00. Apakah Anda ingin dibuatkan jadwal?",
]
