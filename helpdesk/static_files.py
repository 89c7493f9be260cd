"""Static files in production: compressed, under names that hold their hash, and cached for good."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = (
    r"""(?P<matched>(?P<what>(?:import|(?:import|export)\b[^"';]*\bfrom)\s*)"""
    r"""["'](?P<url>\.{1,2}/[^"']+)["'])"""
)
OURS = ("js/*.js", "simulator/*.js")


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Our modules import each other by the hashed names too: a module with two names would run twice.

    Those of other packages are left alone, since some name files that are not there.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        *((ours, ((IMPORT, '%(what)s"%(url)s"'),)) for ours in OURS),
    )
