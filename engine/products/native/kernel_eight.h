// What kernels of eight rows share: all but the dots. Included by each after `TARGET` and `Dots`.

namespace coterie::products {

static const int ROWS = 8;
static const int MOST_TOKENS = 4;

// Kinds are those of `Dots`, whose values may be signed: their shift is taken off already.
template <int PARTS, int KIND, int TOKENS> struct Block {
    const Activation * tokens[TOKENS];
    __m256 sums[TOKENS];
    float shift;

    TARGET void begin(int token, const Activation * activations) {
        tokens[token] = activations;
        sums[token] = _mm256_setzero_ps();
    }

    TARGET void store(int token, float * results) const { _mm256_storeu_ps(results, sums[token]); }

    TARGET INLINE __m256 scaled(__m256 scales, const Activation & activation) {
        return _mm256_mul_ps(scales, _mm256_set1_ps(activation.scale));
    }

    TARGET MEMBER void add(const TileGroup<ROWS, PARTS> & group, int64_t g) {
#pragma GCC unroll 2
        for (int part = 0; part < PARTS; part++) {
            __m256i dots[TOKENS];
            Dots<KIND, TOKENS>::of(group.values, part * FOURS / PARTS, (part + 1) * FOURS / PARTS, tokens, g, dots);
            const __m256 scales = _mm256_loadu_ps(group.scales[part]);
#pragma GCC unroll 4
            for (int token = 0; token < TOKENS; token++) {
                add_dots(token, _mm256_cvtepi32_ps(dots[token]), scales, group.offsets[part], part, tokens[token][g]);
            }
        }
    }

    TARGET MEMBER void add_dots(int token, __m256 dots, __m256 scales, const float * offsets, int part,
                                const Activation & activation) {
        const __m256 total = _mm256_set1_ps(PARTS == 1 ? activation.total : activation.totals[part]);
        if constexpr (Dots<KIND, TOKENS>::SHIFTED) { // whole numbers: exact
            dots = _mm256_fnmadd_ps(_mm256_set1_ps(shift), total, dots);
        } else if constexpr (Dots<KIND, TOKENS>::OFFSETS) {
            const __m256 sum = PARTS == 1 ? _mm256_set1_ps(activation.sum) : scaled(total, activation);
            sums[token] = _mm256_fmadd_ps(_mm256_loadu_ps(offsets), sum, sums[token]);
        }
        sums[token] = _mm256_fmadd_ps(dots, scaled(scales, activation), sums[token]);
    }
};

} // namespace coterie::products

#include "kernel_loop.h"
