"""Lets these tests share `small_models`, the models that they look at."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
