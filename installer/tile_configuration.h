// Included before everything else where the engine is compiled (installer/engine.py). GCC 12.2 and others of their time
// believe that loading a configuration of matrix tiles reads eight of its 64 bytes, and leave out what was written
// into the rest (GCC's bug 114098): the first product of a prompt then ends the process.
#if defined(__AMX_TILE__) && defined(__GNUC__) && !defined(__clang__)
#include <immintrin.h>
#define _tile_loadconfig(config) __asm__ volatile("ldtilecfg\t%X0" ::"m"(*(const char(*)[64])(config)))
#endif
