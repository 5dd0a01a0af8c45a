// Registers of 512 bits.
#include "rows.h"
#include "../../products/native/targets.h"

#ifdef COTERIE_PRODUCTS_X86

#define TARGET TARGET_AVX512_VNNI
#define BITS 512
#include "rows_block.h"

namespace coterie::attention {

extern const Way way_avx512;
const Way way_avx512 = { "AVX-512", 4, widen, see, attend };

} // namespace coterie::attention

#endif
