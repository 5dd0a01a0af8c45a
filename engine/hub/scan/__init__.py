"""Finds models already on this machine: in a folder, and in other programs' stores.

Read-only, and nothing is trusted: what is unreadable or no model is left out.
"""

from engine.hub.scan.folder import models_in
from engine.hub.scan.found import FoundFile, FoundModel, Source
from engine.hub.scan.hf_cache import models_in_hf_cache
from engine.hub.scan.lm_studio import models_in_lm_studio
from engine.hub.scan.ollama import models_in_ollama
from engine.hub.scan.places import hf_caches, lm_studio_folders, ollama_stores
