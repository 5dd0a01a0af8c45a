// Registers of 256 bits.
#include "rows.h"
#include "../../products/native/targets.h"

#ifdef COTERIE_PRODUCTS_X86

#define TARGET TARGET_AVX2
#define BITS 256
#include "rows_block.h"

namespace coterie::attention {

extern const Way way_avx2;
const Way way_avx2 = { "AVX2", 2, widen, see, attend };

} // namespace coterie::attention

#endif
