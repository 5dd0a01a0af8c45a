// VNNI in registers of 512 bits.
#include "targets.h"
#include "tile.h"

#ifdef COTERIE_PRODUCTS_X86

#define TARGET TARGET_AVX512_VNNI
#define BITS 512
#include "lanes.h"

namespace coterie::products {
namespace {

TARGET INLINE __m512i add_products(__m512i sums, __m512i values, __m512i quants) {
    return _mm512_dpbusd_epi32(sums, values, quants);
}

} // namespace
} // namespace coterie::products

#include "kernel_vnni.h"

namespace coterie::products {

Kernel kernel_avx512_vnni(Form form) {
    return vnni_kernel(form);
}

} // namespace coterie::products

#endif
