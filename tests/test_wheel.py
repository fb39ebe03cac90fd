"""The wheel that goes into the image holds the rooms and the root files, whole, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.house import PACKAGED, ROOT, tracked


def test_the_wheel_holds_every_kept_file_of_the_rooms_and_nothing_else(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("varna-*.whl")

    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert packed == set(tracked(*PACKAGED))
