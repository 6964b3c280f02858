"""The addresses of static files, each worked out once: the files of a running server stay."""

from functools import cache

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    @cache  # noqa: B019 - the storage lives as long as the process
    def url(self, name: str | None, force: bool = False) -> str:
        return str(super().url(name, force))
