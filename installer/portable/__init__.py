"""The engine built for many computers, as one wheel: `coterie_engine-VERSION-py3-none-PLATFORM.whl`.

It holds what llama-cpp-python's own wheel does, the processor's part in a variant for each kind of processor, Vulkan
and the plugin for single experts. `python -m installer.portable` makes it in an old system (`old_system`), so that it
runs on systems as old; set-up takes one that is there and fits (`at_hand`).
"""
