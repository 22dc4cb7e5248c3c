"""The package as others see it."""

from mockserver import media


def test_the_package_exports_two_names() -> None:
    """Everything else may change."""
    assert media.__all__ == ["Rendition", "render"]
