// VNNI in registers of 256 bits: processors without AVX-512.
#include "targets.h"
#include "tile.h"

#ifdef COTERIE_PRODUCTS_AVX_VNNI

namespace coterie::products {

static const int ROWS = 8;
static const int MOST_TOKENS = 4;
static const int FOURS = int(GROUP / 4);

template <int PARTS, Range RANGE, int TOKENS> struct Block {
    const Activation * tokens[TOKENS];
    __m256 sums[TOKENS];

    TARGET_AVX_VNNI void begin(int token, const Activation * activations) {
        tokens[token] = activations;
        sums[token] = _mm256_setzero_ps();
    }

    TARGET_AVX_VNNI void store(int token, float * results) const { _mm256_storeu_ps(results, sums[token]); }

    TARGET_AVX_VNNI __attribute__((always_inline)) inline void add(const TileGroup<ROWS, PARTS> & group, int64_t g) {
#pragma GCC unroll 2
        for (int part = 0; part < PARTS; part++) {
            __m256i dots[TOKENS];
#pragma GCC unroll 4
            for (int token = 0; token < TOKENS; token++) {
                dots[token] = _mm256_setzero_si256();
            }
#pragma GCC unroll 8
            for (int four = part * FOURS / PARTS; four < (part + 1) * FOURS / PARTS; four++) {
                const __m256i values = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(group.values[four]));
#pragma GCC unroll 4
                for (int token = 0; token < TOKENS; token++) {
                    int32_t quants;
                    __builtin_memcpy(&quants, tokens[token][g].quants + 4 * four, sizeof(quants));
                    dots[token] = _mm256_dpbusd_avx_epi32(dots[token], values, _mm256_set1_epi32(quants));
                }
            }
            const __m256 scales = _mm256_loadu_ps(group.scales[part]);
            const __m256 offsets = _mm256_loadu_ps(group.offsets[part]);
#pragma GCC unroll 4
            for (int token = 0; token < TOKENS; token++) {
                const Activation & activation = tokens[token][g];
                const float sum = PARTS == 1 ? activation.sum : activation.sums[part];
                const __m256 scale = _mm256_mul_ps(scales, _mm256_set1_ps(activation.scale));
                sums[token] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dots[token]), scale, sums[token]);
                sums[token] = _mm256_fmadd_ps(offsets, _mm256_set1_ps(sum), sums[token]);
            }
        }
    }
};

} // namespace coterie::products

#define TARGET TARGET_AVX_VNNI
#include "kernel_loop.h"

namespace coterie::products {

Kernel kernel_avx_vnni(int parts, Range) {
    return parts == 1 ? all_tokens<1, Range::bits8> : all_tokens<2, Range::bits8>;
}

} // namespace coterie::products

#endif
