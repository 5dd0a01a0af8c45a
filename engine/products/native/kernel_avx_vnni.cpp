// VNNI in registers of 256 bits: processors without AVX-512.
#include "targets.h"
#include "tile.h"

#ifdef COTERIE_PRODUCTS_AVX_VNNI

#define TARGET TARGET_AVX_VNNI
#define BITS 256
#include "lanes.h"

namespace coterie::products {
namespace {

TARGET INLINE __m256i add_products(__m256i sums, __m256i values, __m256i quants) {
    return _mm256_dpbusd_avx_epi32(sums, values, quants);
}

} // namespace
} // namespace coterie::products

#include "kernel_vnni.h"

namespace coterie::products {

Kernel kernel_avx_vnni(Form form) {
    return vnni_kernel(form);
}

} // namespace coterie::products

#endif
