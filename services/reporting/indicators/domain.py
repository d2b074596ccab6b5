"""What each figure means, in both languages: what is counted here, and what others publish.

The two are never mixed: a count of this registry is not an estimate of a survey.
"""

from dataclasses import dataclass

REGISTRY = "registry"
OFFICIAL = "official"


@dataclass(frozen=True, slots=True)
class Definition:
    """What an indicator says. `figure` names the registry's figure that is its value."""

    id: str
    kind: str
    unit: str
    name_id: str
    name_en: str
    text_id: str
    text_en: str
    figure: str | None = None

    @property
    def name(self) -> dict[str, str]:
        """Return its name by language."""
        return {"id": self.name_id, "en": self.name_en}

    @property
    def text(self) -> dict[str, str]:
        """Return its definition by language."""
        return {"id": self.text_id, "en": self.text_en}


def _registry(
    name: str, unit: str, figure: str, words: tuple[str, str], texts: tuple[str, str]
) -> Definition:
    return Definition(name, REGISTRY, unit, *words, *texts, figure)


def _official(name: str, unit: str, words: tuple[str, str], texts: tuple[str, str]) -> Definition:
    return Definition(name, OFFICIAL, unit, *words, *texts)


DEFINITIONS: tuple[Definition, ...] = (
    _registry(
        "listed_people",
        "people",
        "people",
        ("Jiwa dalam daftar", "People on the list"),
        (
            "Anggota keluarga yang terdaftar sebagai miskin ekstrem: tidak ditolak dan belum graduasi.",
            "Members of households registered as extremely poor: not rejected and not graduated.",
        ),
    ),
    _registry(
        "listed_households",
        "households",
        "households",
        ("Keluarga dalam daftar", "Households on the list"),
        (
            "Keluarga yang terdaftar sebagai miskin ekstrem: tidak ditolak dan belum graduasi.",
            "Households registered as extremely poor: not rejected and not graduated.",
        ),
    ),
    _registry(
        "listed_rate",
        "percent",
        "rate",
        ("Jiwa dalam daftar per penduduk", "People on the list over the population"),
        (
            "Jiwa dalam daftar dibagi jumlah penduduk tahun 2022 (BPS). Bukan hasil survei.",
            "People on the list over the population of 2022 (BPS). Not the result of a survey.",
        ),
    ),
    _registry(
        "verified_households",
        "households",
        "verified",
        ("Terverifikasi", "Verified"),
        (
            "Keluarga yang dikunjungi TKSK dan disahkan orang kedua; pengesahannya masih berlaku.",
            "Households visited by a social worker and confirmed by a second person, still valid.",
        ),
    ),
    _registry(
        "matched_households",
        "households",
        "matched",
        ("Mendapat alokasi", "Matched"),
        (
            "Keluarga yang paling sedikit satu kebutuhannya disisihkan dari sebuah komitmen, atau sudah menerima.",
            "Households with something set aside for them from a pledge, or already delivered.",
        ),
    ),
    _registry(
        "delivered_households",
        "households",
        "delivered",
        ("Menerima bantuan", "Delivered"),
        (
            "Keluarga dengan paling sedikit satu penyaluran yang dikonfirmasi di depan pintu.",
            "Households with at least one delivery confirmed at the door.",
        ),
    ),
    _registry(
        "graduated_households",
        "households",
        "graduated",
        ("Graduasi", "Graduated"),
        (
            "Keluarga yang keluar dari kemiskinan ekstrem menurut verifikasi baru.",
            "Households that left extreme poverty by a fresh verification.",
        ),
    ),
    _registry(
        "pledged_value",
        "IDR",
        "pledged_idr",
        ("Dijanjikan", "Pledged"),
        (
            "Nilai komitmen menurut versi terakhirnya. Untuk wilayah: hanya komitmen khusus wilayah itu.",
            "The value of pledges in their latest version. For an area: only pledges meant for that area.",
        ),
    ),
    _registry(
        "reserved_value",
        "IDR",
        "reserved_idr",
        ("Disisihkan", "Reserved"),
        (
            "Nilai yang disisihkan untuk kebutuhan sebuah keluarga dan belum disalurkan.",
            "Value set aside for a household's need and not yet delivered.",
        ),
    ),
    _registry(
        "contributed_value",
        "IDR",
        "contributed_idr",
        ("Dibayar", "Paid"),
        (
            "Nilai yang dibayar atau diserahkan donatur, sudah disalurkan atau belum, dikurangi yang dikembalikan.",
            "Value paid or handed over by donors, delivered or not, less what was given back.",
        ),
    ),
    _registry(
        "delivered_value",
        "IDR",
        "delivered_idr",
        ("Disalurkan", "Delivered"),
        (
            "Nilai yang sampai di keluarga, dikonfirmasi TKSK.",
            "Value that reached households, confirmed at the door.",
        ),
    ),
    _official(
        "poverty_headcount_rate",
        "percent",
        ("Persentase penduduk miskin", "Poverty rate"),
        (
            "Penduduk dengan pengeluaran di bawah garis kemiskinan, dari survei Susenas.",
            "People whose spending is below the poverty line, by the Susenas survey.",
        ),
    ),
    _official(
        "poverty_headcount",
        "people",
        ("Penduduk miskin", "People in poverty"),
        (
            "Perkiraan jumlah penduduk miskin dari survei Susenas.",
            "The survey's estimate of people in poverty.",
        ),
    ),
    _official(
        "poverty_line",
        "IDR per person per month",
        ("Garis kemiskinan", "Poverty line"),
        (
            "Pengeluaran per orang per bulan yang membatasi miskin dan tidak miskin.",
            "The spending per person and month that divides poor from not poor.",
        ),
    ),
    _official(
        "extreme_poverty_rate",
        "percent",
        ("Persentase kemiskinan ekstrem", "Extreme poverty rate"),
        (
            "Penduduk di bawah garis kemiskinan ekstrem (USD 1,90 PPP per hari).",
            "People below the line of extreme poverty (USD 1.90 PPP a day).",
        ),
    ),
    _official(
        "extreme_poverty_headcount",
        "people",
        ("Penduduk miskin ekstrem", "People in extreme poverty"),
        (
            "Jumlah yang dipublikasikan; daftar menurut nama dan perkiraan memakai cara yang berbeda.",
            "As published; a list by name and an estimate use different methods.",
        ),
    ),
    _official(
        "extreme_poverty_line",
        "IDR per person",
        ("Garis kemiskinan ekstrem", "Line of extreme poverty"),
        (
            "USD 1,90 PPP dalam rupiah; satuan waktunya tertulis di tiap nilai.",
            "USD 1.90 PPP in rupiah; each value says per day or per month.",
        ),
    ),
    _official(
        "plan_budget",
        "IDR",
        ("Anggaran rencana aksi", "Budget of the action plan"),
        (
            "Anggaran penanggulangan kemiskinan dalam rencana aksi tahunan.",
            "The yearly action plan's budget against poverty.",
        ),
    ),
    _official(
        "plan_realised",
        "IDR",
        ("Realisasi rencana aksi", "Spent under the action plan"),
        ("Bagian anggaran rencana aksi yang terpakai.", "What of the action plan's budget was spent."),
    ),
)

BY_ID = {definition.id: definition for definition in DEFINITIONS}
