#!/bin/sh
# Starts Coterie with the Python that came with it. Nothing of the person's own Python is looked at, and libraries and
# plugins that other programs brought do not take the place of those that came along.
here=$(dirname -- "$(readlink -f -- "$0")")
unset LD_LIBRARY_PATH LD_PRELOAD QT_PLUGIN_PATH QT_QPA_PLATFORM_PLUGIN_PATH GGML_BACKEND_PATH LLAMA_CPP_LIB_PATH
exec "$here/../python/bin/python3.13" -I -m app "$@"
