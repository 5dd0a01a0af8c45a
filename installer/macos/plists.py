"""What macOS reads of the bundle: its Info.plist, and what its programs may do under the hardened runtime."""

from __future__ import annotations

import datetime
from typing import Any

from app.integration.model_link import SCHEME
from installer.macos.flags import OLDEST
from installer.packages.entries import ID
from installer.packages.places import Release

NAME, PROGRAM, ICON = "Coterie", "Coterie", "Coterie.icns"
GGUF = "org.ggml.gguf"
# Calls from C into Python are written into memory that is then run (libffi), and models' code for Metal too.
# Every library comes with the bundle and is signed with it: none but these is loaded.
ENTITLEMENTS = {
    "com.apple.security.cs.allow-unsigned-executable-memory": True,
    "com.apple.security.cs.allow-jit": True,
}


def info(release: Release) -> dict[str, Any]:
    """The bundle's Info.plist."""
    made = datetime.datetime.fromtimestamp(release.time, datetime.UTC)
    return {
        "CFBundleIdentifier": ID,
        "CFBundleName": NAME,
        "CFBundleDisplayName": NAME,
        "CFBundleExecutable": PROGRAM,
        "CFBundleIconFile": ICON,
        "CFBundlePackageType": "APPL",
        "CFBundleInfoDictionaryVersion": "6.0",
        "CFBundleShortVersionString": release.version,
        "CFBundleVersion": f"{made:%Y%m%d.%H%M}",
        "CFBundleDevelopmentRegion": "en",
        "CFBundleLocalizations": ["en", "ko"],
        "LSMinimumSystemVersion": OLDEST,
        "LSArchitecturePriority": ["arm64"],
        "LSApplicationCategoryType": "public.app-category.productivity",
        "NSHighResolutionCapable": True,
        "NSSupportsAutomaticGraphicsSwitching": True,
        "NSHumanReadableCopyright": "The Coterie developers, MIT License",
        "CFBundleURLTypes": [{"CFBundleURLName": ID, "CFBundleURLSchemes": [SCHEME]}],
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Model in GGUF",
                "CFBundleTypeRole": "Viewer",
                # What a person chose for such files stays their choice.
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": [GGUF],
            }
        ],
        "UTImportedTypeDeclarations": [
            {
                "UTTypeIdentifier": GGUF,
                "UTTypeDescription": "Model in GGUF",
                "UTTypeConformsTo": ["public.data"],
                "UTTypeTagSpecification": {"public.filename-extension": ["gguf"]},
            }
        ],
    }
