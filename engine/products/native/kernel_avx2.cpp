// Without VNNI: 8-bit products are added in pairs to 16 bits, which must hold the sum.
#include "targets.h"
#include "tile.h"

#ifdef COTERIE_PRODUCTS_X86

namespace coterie::products {

static const int ROWS = 8;
static const int MOST_TOKENS = 4;
static const int FOURS = int(GROUP / 4);

TARGET_AVX2 INLINE __m256i broadcast(const int8_t * quants) {
    int32_t four;
    __builtin_memcpy(&four, quants, sizeof(four));
    return _mm256_set1_epi32(four);
}

TARGET_AVX2 INLINE __m256i widened(__m256i words) {
    return _mm256_madd_epi16(words, _mm256_set1_epi16(1));
}

// How many sums of two products fit in 16 bits: each is at most 2 * 127 * the greatest value.
static constexpr int addends(Range range) {
    return range == Range::bits4 ? 4 : range == Range::bits6 ? 2 : 1;
}
static_assert(4 * 2 * 127 * 31 < 32768 && 2 * 2 * 127 * 63 < 32768 && 2 * 127 * 128 < 32768, "16 bits hold them");

template <int PARTS, Range RANGE, int TOKENS> struct Block {
    const Activation * tokens[TOKENS];
    __m256 sums[TOKENS];

    TARGET_AVX2 void begin(int token, const Activation * activations) {
        tokens[token] = activations;
        sums[token] = _mm256_setzero_ps();
    }

    TARGET_AVX2 void store(int token, float * results) const { _mm256_storeu_ps(results, sums[token]); }

    // Signed values as their amounts, with their signs put to the quants: 8 bits unsigned would be too many.
    TARGET_AVX2 INLINE __m256i pairs(__m256i values, __m256i amounts, __m256i quants) {
        if constexpr (RANGE == Range::bits8) {
            return _mm256_maddubs_epi16(amounts, _mm256_sign_epi8(quants, values));
        }
        return _mm256_maddubs_epi16(values, quants);
    }

    TARGET_AVX2 INLINE __m256i loaded(const uint8_t * values) {
        const __m256i found = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(values));
        return RANGE == Range::bits8 ? _mm256_xor_si256(found, _mm256_set1_epi8(int8_t(0x80))) : found;
    }

    TARGET_AVX2 __attribute__((always_inline)) inline void add(const TileGroup<ROWS, PARTS> & group, int64_t g) {
        constexpr int TOGETHER = addends(RANGE);
#pragma GCC unroll 2
        for (int part = 0; part < PARTS; part++) {
            __m256i dots[TOKENS];
#pragma GCC unroll 8
            for (int four = part * FOURS / PARTS; four < (part + 1) * FOURS / PARTS; four += TOGETHER) {
                __m256i words[TOKENS];
#pragma GCC unroll 4
                for (int next = 0; next < TOGETHER; next++) {
                    const __m256i values = loaded(group.values[four + next]);
                    const __m256i amounts = _mm256_abs_epi8(values);
#pragma GCC unroll 4
                    for (int token = 0; token < TOKENS; token++) {
                        const __m256i quants = broadcast(tokens[token][g].quants + 4 * (four + next));
                        const __m256i two = pairs(values, amounts, quants);
                        words[token] = next == 0 ? two : _mm256_add_epi16(words[token], two);
                    }
                }
#pragma GCC unroll 4
                for (int token = 0; token < TOKENS; token++) {
                    const __m256i wide = widened(words[token]);
                    dots[token] = four == part * FOURS / PARTS ? wide : _mm256_add_epi32(dots[token], wide);
                }
            }
            const __m256 scales = _mm256_loadu_ps(group.scales[part]);
            const __m256 offsets = _mm256_loadu_ps(group.offsets[part]);
#pragma GCC unroll 4
            for (int token = 0; token < TOKENS; token++) {
                const Activation & activation = tokens[token][g];
                const __m256 scale = _mm256_mul_ps(scales, _mm256_set1_ps(activation.scale));
                sums[token] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(dots[token]), scale, sums[token]);
                if constexpr (RANGE != Range::bits8) {
                    const float sum = PARTS == 1 ? activation.sum : activation.sums[part];
                    sums[token] = _mm256_fmadd_ps(offsets, _mm256_set1_ps(sum), sums[token]);
                }
            }
        }
    }
};

} // namespace coterie::products

#define TARGET TARGET_AVX2
#include "kernel_loop.h"

namespace coterie::products {

Kernel kernel_avx2(int parts, Range range) {
    switch (range) {
    case Range::bits4: return parts == 1 ? all_tokens<1, Range::bits4> : all_tokens<2, Range::bits4>;
    case Range::bits6: return parts == 1 ? all_tokens<1, Range::bits6> : all_tokens<2, Range::bits6>;
    default: return parts == 1 ? all_tokens<1, Range::bits8> : all_tokens<2, Range::bits8>;
    }
}

} // namespace coterie::products

#endif
