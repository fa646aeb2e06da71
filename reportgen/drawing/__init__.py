"""Pictures from arrays: colors, mosaics, sheets, charts, as small PNG files."""
