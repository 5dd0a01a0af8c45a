"""A folder like the kernel's, with counters of energy and a battery."""

from __future__ import annotations

from pathlib import Path

RANGE = 262_143_328_850  # of a real package


class Counters:
    """Zones as Linux shows them, in `root`, in place of /sys/class."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for zone, name in (
            ("intel-rapl:0", "package-0"),
            ("intel-rapl:0:0", "core"),
            ("intel-rapl:0:1", "dram"),
            ("intel-rapl:1", "psys"),
            ("intel-rapl-mmio:0", "package-0"),
        ):
            folder = self.zone(zone)
            folder.mkdir(parents=True)
            (folder / "name").write_text(f"{name}\n")
            (folder / "max_energy_range_uj").write_text(f"{RANGE}\n")
            self.set(zone, 0)

    def zone(self, name: str) -> Path:
        return self.root / "powercap" / name

    def set(self, zone: str, microjoules: int) -> None:
        (self.zone(zone) / "energy_uj").write_text(f"{microjoules}\n")

    def add(self, zone: str, microjoules: int) -> None:
        self.set(zone, int((self.zone(zone) / "energy_uj").read_text()) + microjoules)

    def battery(self, status: str = "Discharging", **values: int) -> None:
        folder = self.root / "power_supply" / "BAT0"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "status").write_text(f"{status}\n")
        for name, value in values.items():
            (folder / name).write_text(f"{value}\n")
