#include "targets.h"
#include "tile.h"

#ifdef COTERIE_PRODUCTS_X86

namespace coterie::products {

static const int ROWS = 16;
static const int MOST_TOKENS = 8;
static const int FOURS = int(GROUP / 4);
enum Kind { OFFSETS, SHIFTED };

// TOKENS at once: their sums stay in registers, and a tile's values are loaded once for all of them.
template <int PARTS, int KIND, int TOKENS> struct Block {
    const Activation * tokens[TOKENS];
    __m512 sums[TOKENS];
    float shift;

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

    TARGET_AVX512_VNNI INLINE __m512 scaled(__m512 scales, const Activation & activation) {
        return _mm512_mul_ps(scales, _mm512_set1_ps(activation.scale));
    }

    TARGET_AVX512_VNNI MEMBER void add(const TileGroup<ROWS, PARTS> & group, int64_t g) {
#pragma GCC unroll 2
        for (int part = 0; part < PARTS; part++) {
            __m512i dots[TOKENS];
#pragma GCC unroll 8
            for (int token = 0; token < TOKENS; token++) {
                dots[token] = _mm512_setzero_si512();
            }
#pragma GCC unroll 8
            for (int four = part * FOURS / PARTS; four < (part + 1) * FOURS / PARTS; four++) {
                const __m512i values = _mm512_loadu_si512(group.values[four]);
#pragma GCC unroll 8
                for (int token = 0; token < TOKENS; token++) {
                    const __m512i quants = broadcast(tokens[token][g].quants + 4 * four);
                    dots[token] = _mm512_dpbusd_epi32(dots[token], values, quants);
                }
            }
            const __m512 scales = _mm512_loadu_ps(group.scales[part]);
#pragma GCC unroll 8
            for (int token = 0; token < TOKENS; token++) {
                add_dots(token, _mm512_cvtepi32_ps(dots[token]), scales, group.offsets[part], part, tokens[token][g]);
            }
        }
    }

    TARGET_AVX512_VNNI MEMBER void add_dots(int token, __m512 dots, __m512 scales, const float * offsets, int part,
                                            const Activation & activation) {
        const __m512 total = _mm512_set1_ps(PARTS == 1 ? activation.total : activation.totals[part]);
        if constexpr (KIND == SHIFTED) { // whole numbers: exact
            dots = _mm512_fnmadd_ps(_mm512_set1_ps(shift), total, dots);
        } else {
            const __m512 sum = PARTS == 1 ? _mm512_set1_ps(activation.sum) : scaled(total, activation);
            sums[token] = _mm512_fmadd_ps(_mm512_loadu_ps(offsets), sum, sums[token]);
        }
        sums[token] = _mm512_fmadd_ps(dots, scaled(scales, activation), sums[token]);
    }
};

} // namespace coterie::products

#define TARGET TARGET_AVX512_VNNI
#include "kernel_loop.h"

namespace coterie::products {

Kernel kernel_avx512_vnni(Form form) {
    if (form.shift > 0) {
        return form.parts == 1 ? all_tokens<1, SHIFTED> : all_tokens<2, SHIFTED>;
    }
    return form.parts == 1 ? all_tokens<1, OFFSETS> : all_tokens<2, OFFSETS>;
}

} // namespace coterie::products

#endif
