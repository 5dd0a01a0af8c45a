"""What macOS reads in a program's bundle to open model files and links with it: the system enters the program when it
is put among the applications. Source: Apple's page on Information Property Lists.
"""

from __future__ import annotations

from typing import Any

from app.integration.model_link import SCHEME

TYPE = "org.ggml.gguf"


def info_plist_part() -> dict[str, Any]:
    """The keys for Info.plist. As an alternative only: nobody's choice of another program is taken over."""
    return {
        "CFBundleURLTypes": [
            {"CFBundleURLName": "Coterie", "CFBundleURLSchemes": [SCHEME], "CFBundleTypeRole": "Viewer"}
        ],
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "GGUF model",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": [TYPE],
            }
        ],
        "UTImportedTypeDeclarations": [
            {
                "UTTypeIdentifier": TYPE,
                "UTTypeDescription": "GGUF model",
                "UTTypeConformsTo": ["public.data"],
                "UTTypeTagSpecification": {"public.filename-extension": ["gguf"]},
            }
        ],
    }
