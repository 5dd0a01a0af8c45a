#include "targets.h"
#include "tile.h"

#ifdef COTERIE_PRODUCTS_X86

namespace coterie::products {

static const int ROWS = 16;
static const int MOST_TOKENS = 8;

// TOKENS at once: their sums stay in registers, and a tile's values are loaded once for all of them.
template <int PARTS, Range RANGE, int TOKENS> struct Block {
    const Activation * tokens[TOKENS];
    __m512 sums[TOKENS];

    TARGET_AVX512_VNNI void begin(int token, const Activation * activations) {
        tokens[token] = activations;
        sums[token] = _mm512_setzero_ps();
    }

    TARGET_AVX512_VNNI void store(int token, float * results) const { _mm512_storeu_ps(results, sums[token]); }

    TARGET_AVX512_VNNI INLINE __m512i broadcast(const int8_t * quants) {
        int32_t four;
        __builtin_memcpy(&four, quants, sizeof(four));
        return _mm512_set1_epi32(four);
    }

    TARGET_AVX512_VNNI __attribute__((always_inline)) inline void add(const TileGroup<ROWS, PARTS> & group, int64_t g) {
        __m512i dots[PARTS][TOKENS];
#pragma GCC unroll 2
        for (int part = 0; part < PARTS; part++) {
#pragma GCC unroll 8
            for (int token = 0; token < TOKENS; token++) {
                dots[part][token] = _mm512_setzero_si512();
            }
        }
#pragma GCC unroll 8
        for (int four = 0; four < int(GROUP / 4); four++) {
            const __m512i values = _mm512_loadu_si512(group.values[four]);
            const int part = four * PARTS / int(GROUP / 4);
#pragma GCC unroll 8
            for (int token = 0; token < TOKENS; token++) {
                const __m512i quants = broadcast(tokens[token][g].quants + 4 * four);
                dots[part][token] = _mm512_dpbusd_epi32(dots[part][token], values, quants);
            }
        }
#pragma GCC unroll 2
        for (int part = 0; part < PARTS; part++) {
            const __m512 scales = _mm512_loadu_ps(group.scales[part]);
            const __m512 offsets = _mm512_loadu_ps(group.offsets[part]);
#pragma GCC unroll 8
            for (int token = 0; token < TOKENS; token++) {
                const Activation & activation = tokens[token][g];
                const __m512 scale = _mm512_mul_ps(scales, _mm512_set1_ps(activation.scale));
                const float sum = PARTS == 1 ? activation.sum : activation.sums[part];
                sums[token] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dots[part][token]), scale, sums[token]);
                sums[token] = _mm512_fmadd_ps(offsets, _mm512_set1_ps(sum), sums[token]);
            }
        }
    }
};

} // namespace coterie::products

#define TARGET TARGET_AVX512_VNNI
#include "kernel_loop.h"

namespace coterie::products {

Kernel kernel_avx512_vnni(int parts, Range) {
    return parts == 1 ? all_tokens<1, Range::bits8> : all_tokens<2, Range::bits8>;
}

} // namespace coterie::products

#endif
