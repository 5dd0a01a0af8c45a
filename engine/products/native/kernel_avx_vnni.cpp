// VNNI in registers of 256 bits: processors without AVX-512.
#include "targets.h"
#include "tile.h"

#ifdef COTERIE_PRODUCTS_AVX_VNNI

namespace coterie::products {

static const int FOURS = int(GROUP / 4);
enum Kind { ADDED, TAKEN_OFF };

template <int KIND, int TOKENS> struct Dots {
    static const bool SHIFTED = KIND == TAKEN_OFF, OFFSETS = KIND == ADDED;

    TARGET_AVX_VNNI INLINE void of(const uint8_t (*values)[32], int first, int end, const Activation * const * tokens,
                                   int64_t g, __m256i * dots) {
#pragma GCC unroll 4
        for (int token = 0; token < TOKENS; token++) {
            dots[token] = _mm256_setzero_si256();
        }
#pragma GCC unroll 8
        for (int four = first; four < end; four++) {
            const __m256i rows = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(values[four]));
#pragma GCC unroll 4
            for (int token = 0; token < TOKENS; token++) {
                int32_t quants;
                __builtin_memcpy(&quants, tokens[token][g].quants + 4 * four, sizeof(quants));
                dots[token] = _mm256_dpbusd_avx_epi32(dots[token], rows, _mm256_set1_epi32(quants));
            }
        }
    }
};

} // namespace coterie::products

#define TARGET TARGET_AVX_VNNI
#include "kernel_eight.h"

namespace coterie::products {

Kernel kernel_avx_vnni(Form form) {
    if (form.shift > 0) {
        return form.parts == 1 ? all_tokens<1, TAKEN_OFF> : all_tokens<2, TAKEN_OFF>;
    }
    return form.parts == 1 ? all_tokens<1, ADDED> : all_tokens<2, ADDED>;
}

} // namespace coterie::products

#endif
